import type { Command } from '../commands.ts';
import { readConfiguration } from '../configuration.ts';
import { CommandError, exitCodes } from '../exit.ts';
import { parseOptions } from '../options.ts';
import { engineClient } from './engine-client.ts';
import { handOptions, systemUser } from './hand.ts';
import { printable } from './printable.ts';

const usage = 'mm4 reload [--by NAME] [--config FILE]';

export const reloadCommand: Command = {
  name: 'reload',
  usage,
  summary: 'The running engine reads its configuration again and takes it into force.',
  details:
    'Whole or not at all: with an error in it everything stays as it was, and the errors are printed. Prints what changed.\n' +
    '--config says where the engine is asked, not what it reads: that is the file it was started with.',
  example: 'mm4 reload --config config/example.yaml',
  run: async (args) => {
    const options = { by: handOptions.by, config: { type: 'string' } } as const;
    const { values, positionals } = parseOptions(args, options, usage);
    if (positionals.length > 0) throw new CommandError(`usage: ${usage}`, exitCodes.usage);
    const engine = engineClient(readConfiguration(values.config).http);
    const by = values.by ?? systemUser();
    const { digest, changes } = (await engine.act('/operator/reload', { by })) as {
      readonly digest: string;
      readonly changes: readonly string[];
    };
    const lines = changes.length === 0 ? ['nothing has changed'] : changes.map(printable);
    process.stdout.write(`${[...lines, `in force: ${digest}`].join('\n')}\n`);
    return exitCodes.done;
  },
};
