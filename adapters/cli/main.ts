import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

import { commandGroups, commands, type Command, type CommandGroup } from './commands.ts';
import { CommandError, exitCodes } from './exit.ts';

/**
 * `mm4 COMMAND`. Exit codes: 0 done, 1 it went wrong, 2 wrong usage or configuration, 3 nothing found, 4 another engine or
 * none where one is needed.
 */
async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    const named = commands.find((command) => command.name === rest[0]);
    process.stdout.write(named === undefined ? await overview() : help(await named.load()));
    return name === undefined ? exitCodes.usage : exitCodes.done;
  }
  const entry = commands.find((candidate) => candidate.name === name);
  if (entry === undefined) {
    throw new CommandError(`there is no command "${name}"\n\n${await overview()}`, exitCodes.usage);
  }
  const command = await entry.load();
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(help(command));
    return exitCodes.done;
  }
  return command.run(rest);
}

async function overview(): Promise<string> {
  const groups = await Promise.all(commandGroups.map(groupText));
  return `usage: mm4 COMMAND [OPTIONS]\n\n${groups.join('\n')}\nmm4 help COMMAND tells more.\n`;
}

async function groupText({ title, commands: grouped }: CommandGroup): Promise<string> {
  const loaded = await Promise.all(grouped.map(({ load }) => load()));
  const lines = loaded.map(({ name, summary }) => `  ${name.padEnd(14)}${summary}\n`);
  return `${title}:\n${lines.join('')}`;
}

function help({ usage, summary, details, example }: Command): string {
  return `usage: ${usage}\n\n${summary}\n\n${details}\n\nexample:\n${example.replace(/^/gm, '  ')}\n`;
}

// What a command stands on is compiled once and not at each start; where this cannot be written, it is compiled each time.
enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/mm4', import.meta.url)));
// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(exitCodes.done);
});
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CommandError)) throw error;
  process.stderr.write(`mm4: ${error.message}\n`);
  // What was already started (threads, listeners) would keep the process alive.
  process.exit(error.exitCode);
}
