import type { Command } from '../commands.ts';
import { readConfiguration } from '../configuration.ts';
import { exitCodes } from '../exit.ts';
import { parseOptions, theOne } from '../options.ts';
import { engineClient } from './engine-client.ts';
import { handOf, handOptions } from './hand.ts';

const usage = 'mm4 attach ORPHAN [--to ID] --why TEXT [--by NAME] [--config FILE]';

export const attachCommand: Command = {
  name: 'attach',
  usage,
  summary: 'Gives an orphan to the message it belongs to.',
  details:
    'ORPHAN is a stream that "mm4 orphans" lists. Without --to it goes where its own ids lead by now; with --to ID, a uid, Message-ID\n' +
    'or transaction id, to that message, whoever sent the orphan. The message answers it, if that is still owed.',
  example:
    'mm4 attach orphan-0c36a0a0-30f4-5b3c-9c5a-5f3a2f0a9b11 --to 148478240@mmsc.hub --why "op-b renamed it"',
  run: async (args) => {
    const options = { ...handOptions, to: { type: 'string' }, config: { type: 'string' } } as const;
    const { values, positionals } = parseOptions(args, options, usage);
    const orphan = theOne('orphan', positionals, usage);
    const hand = handOf(values, usage);
    const engine = engineClient(readConfiguration(values.config).http);
    const { stream } = (await engine.act(
      `/operator/orphans/${encodeURIComponent(orphan)}/attach`,
      values.to === undefined ? hand : { ...hand, uid: values.to },
    )) as { readonly stream: string };
    process.stdout.write(`attached to ${stream}\n`);
    return exitCodes.done;
  },
};
