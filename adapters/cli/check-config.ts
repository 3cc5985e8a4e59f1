import type { Command } from './commands.ts';
import { readConfiguration } from './configuration.ts';
import { CommandError, exitCodes } from './exit.ts';
import { parseOptions } from './options.ts';

const usage = 'mm4 check-config FILE';

export const checkConfigCommand: Command = {
  name: 'check-config',
  usage,
  summary: 'Checks a configuration whole and prints every error at once, with its line and path.',
  details: 'Exit code 0: it can be used (warnings do not hinder). 2: it cannot.',
  example: 'mm4 check-config config/example.yaml',
  run: (args) => {
    const { positionals } = parseOptions(args, {}, usage);
    const [file] = positionals;
    if (file === undefined || positionals.length > 1) {
      throw new CommandError(`name one file\nusage: ${usage}`, exitCodes.usage);
    }
    const { partners, node } = readConfiguration(file);
    const routes = partners.reduce((sum, partner) => sum + partner.routes.length, 0);
    process.stdout.write(
      `${file} can be used: node ${node.name}, ${partners.length} partners, ${routes} routes\n`,
    );
    return Promise.resolve(exitCodes.done);
  },
};
