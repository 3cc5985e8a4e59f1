import * as E from 'fp-ts/lib/Either.js';

import { parseDuration } from '../../config/quantities.ts';
import type { Command } from '../commands.ts';
import { readConfiguration } from '../configuration.ts';
import { CommandError, exitCodes } from '../exit.ts';
import { parseOptions, theOne } from '../options.ts';
import { instant } from '../show/timeline.ts';
import { engineClient } from './engine-client.ts';
import { handOf, handOptions } from './hand.ts';

const pauseUsage = 'mm4 pause PARTNER --why TEXT [--for 30m] [--by NAME] [--config FILE]';
const resumeUsage = 'mm4 resume PARTNER --why TEXT [--by NAME] [--config FILE]';

export const pauseCommand: Command = {
  name: 'pause',
  usage: pauseUsage,
  summary: 'No new forwards to a partner, for a time or until it is resumed.',
  details:
    'Its messages wait; RES and reports go on, and what it sends is taken. --for takes a duration such as 30m, 2h or 1d.',
  example: 'mm4 pause op-b --for 2h --why "they are moving their MMSC"',
  run: async (args) => {
    const options = { ...handOptions, for: { type: 'string' }, config: { type: 'string' } } as const;
    const { values, positionals } = parseOptions(args, options, pauseUsage);
    const partner = theOne('partner', positionals, pauseUsage);
    const hand = handOf(values, pauseUsage);
    // The engine's clock says from when.
    const body = values.for === undefined ? hand : { ...hand, forMs: durationOf(values.for) };
    const engine = engineClient(readConfiguration(values.config).http);
    const { until } = (await engine.act(`/operator/partners/${encodeURIComponent(partner)}/pause`, body)) as {
      readonly until: string | null;
    };
    const end = until === null ? `"mm4 resume ${partner}"` : instant(Date.parse(until));
    process.stdout.write(`${partner} is paused until ${end}\n`);
    return exitCodes.done;
  },
};

export const resumeCommand: Command = {
  name: 'resume',
  usage: resumeUsage,
  summary: 'Forwards to a paused partner go on.',
  details: 'What waited is sent, in the order and at the rate of its routes.',
  example: 'mm4 resume op-b --why "they are back"',
  run: async (args) => {
    const options = { ...handOptions, config: { type: 'string' } } as const;
    const { values, positionals } = parseOptions(args, options, resumeUsage);
    const partner = theOne('partner', positionals, resumeUsage);
    const hand = handOf(values, resumeUsage);
    const engine = engineClient(readConfiguration(values.config).http);
    await engine.act(`/operator/partners/${encodeURIComponent(partner)}/resume`, hand);
    process.stdout.write(`forwards to ${partner} go on\n`);
    return exitCodes.done;
  },
};

/** Milliseconds. */
function durationOf(text: string): number {
  const duration = parseDuration(text);
  if (E.isLeft(duration)) throw new CommandError(`--for: ${duration.left}`, exitCodes.usage);
  if (duration.right === 0)
    throw new CommandError('--for: a pause lasts longer than nothing', exitCodes.usage);
  return duration.right;
}
