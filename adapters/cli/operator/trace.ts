import type { Command } from '../commands.ts';
import { readConfiguration } from '../configuration.ts';
import { CommandError, exitCodes } from '../exit.ts';
import { parseOptions, theOne } from '../options.ts';
import { engineClient } from './engine-client.ts';
import { masked, printable } from './printable.ts';

const usage = 'mm4 trace PARTNER [--config FILE]';

/** What the engine tells while it is followed: first that it does, then lines of the talk, or how many it had to leave out. */
type Told =
  | { readonly tracing: string }
  | { readonly leftOut: number }
  | {
      readonly at: string;
      readonly direction: 'in' | 'out';
      readonly route?: string;
      readonly connection: string;
      readonly from: 'us' | 'peer';
      readonly text: string;
    };

export const traceCommand: Command = {
  name: 'trace',
  usage,
  summary: 'The SMTP talk with a partner, as it happens.',
  details:
    'Both ways, until Ctrl-C: > is what we say, < what the partner says. Content and passwords are left out, phone numbers masked\n' +
    'unless MM4_LOG_NUMBERS=1. Exit code 4: the engine ended it.',
  example: 'mm4 trace op-b',
  run: async (args) => {
    const { values, positionals } = parseOptions(args, { config: { type: 'string' } }, usage);
    const partner = theOne('partner', positionals, usage);
    const engine = engineClient(readConfiguration(values.config).http);
    const leaving = new AbortController();
    process.once('SIGINT', () => leaving.abort());
    // Whoever reads it, `head` for instance, may leave too.
    process.stdout.on('error', () => leaving.abort());
    const path = `/operator/trace/${encodeURIComponent(partner)}`;
    for await (const line of engine.follow(path, leaving.signal)) print(JSON.parse(line) as Told);
    if (leaving.signal.aborted) return exitCodes.done;
    throw new CommandError('the engine has ended the trace: it stops', exitCodes.unavailable);
  },
};

function print(told: Told): void {
  if ('tracing' in told) {
    process.stderr.write(`following the talk with ${told.tracing}; Ctrl-C ends it\n`);
  } else if ('leftOut' in told) {
    process.stderr.write(`${told.leftOut} lines left out: this was read too slowly\n`);
  } else {
    const { at, direction, route, connection, from, text } = told;
    const way = `${at}  ${direction.padEnd(3)} ${route === undefined ? '' : `${route} `}${connection}`;
    for (const line of text.split(/\r?\n/)) {
      process.stdout.write(`${way} ${from === 'us' ? '>' : '<'} ${printable(masked(line))}\n`);
    }
  }
}
