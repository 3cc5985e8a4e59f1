import type { StoredEvent } from '../../domain/ports.ts';
import type { Command } from './commands.ts';
import { readConfiguration } from './configuration.ts';
import { exitCodes } from './exit.ts';
import { parseOptions, theOne } from './options.ts';
import { storedStreams, viewOf } from './show/stored.ts';
import { timeline } from './show/timeline.ts';

const usage = 'mm4 show ID [--json] [--data DIR | --config FILE]';

export const showCommand: Command = {
  name: 'show',
  usage,
  summary: 'The timeline of a message: what happened, what is owed next and why it waits.',
  details:
    "ID is a uid, a stream, an X-Mms-Message-ID, a transaction id (ours or a partner's) or a phone number.\n" +
    'Reads the store of --data DIR, or of the configuration, whether the engine runs or not. --json gives the events.',
  example: 'mm4 show 148478240@mmsc.hub',
  run: async (args) => {
    const options = {
      json: { type: 'boolean' },
      data: { type: 'string' },
      config: { type: 'string' },
    } as const;
    const { values, positionals } = parseOptions(args, options, usage);
    const id = theOne('ID', positionals, usage);
    const directory = values.data ?? readConfiguration(values.config).node.dataDir;
    for (const found of await storedStreams(directory, id)) {
      const text = values.json === true ? jsonOf(found.stored) : `${timeline(viewOf(found))}\n\n`;
      process.stdout.write(text);
    }
    return exitCodes.done;
  },
};

function jsonOf(stored: readonly StoredEvent[]): string {
  return stored
    .map(({ data, metadata, ...event }) => ({
      ...event,
      data: JSON.parse(data) as unknown,
      metadata: JSON.parse(metadata) as unknown,
    }))
    .map((event) => `${JSON.stringify(event)}\n`)
    .join('');
}
