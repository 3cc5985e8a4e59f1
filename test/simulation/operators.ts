import * as E from 'fp-ts/lib/Either.js';

import type { Operator, Selection } from '../../engine/operator/operator.ts';
import { load } from '../config/support.ts';
import type { Auditor } from './audit/auditor.ts';
import type { Chance } from '../support/chance.ts';
import type { Living } from './inbound.ts';
import { configurationOf, partnerNames, type Settings } from './places.ts';

const minute = 60_000;
const hand = { by: 'ann', why: 'simulated' };

/** An operator who does something in the middle of everything: to messages, partners, orphans, the configuration. */
export interface Operators {
  /** One act, whatever it is. */
  act(): void;
  /** What the next engine is started with. */
  settings(): Settings;
}

export function operators(
  living: () => Living | null,
  first: Settings,
  chance: Chance,
  now: () => number,
  audit: Auditor,
  note: (what: string) => void,
): Operators {
  let settings = first;

  const someMessage = (): string | undefined => {
    const streams = [...audit.books.streams.keys()].filter((name) => name.startsWith('mms-'));
    return streams[chance.between(0, streams.length)];
  };

  const selection = (): Selection => {
    const partner = chance.pick(partnerNames);
    const id = someMessage();
    return chance.pick<Selection>([
      { partner },
      { route: `${partner}-out` },
      { senderPrefix: '+4477009001' },
      { partner, senderPrefix: '+447700900' },
      ...(id === undefined ? [] : [{ id }, { id }, { id }]),
    ]);
  };

  const command = (operator: Operator): Promise<unknown> => {
    const what = selection();
    const evenIfSent = chance.happens(300);
    const to = `${chance.pick(partnerNames)}-out`;
    const chosen = chance.pick([
      { do: 'hold', what },
      { do: 'hold', what },
      { do: 'release', what },
      { do: 'release', what },
      { do: 'reroute', what, to, evenIfSent },
      { do: 'resend', what, evenIfSent },
      { do: 'expire', what },
      { do: 'drop', what },
    ] as const);
    note(`operator: ${chosen.do} ${JSON.stringify(what)}`);
    return chance.happens(300) ? operator.preview(chosen) : operator.perform(chosen, hand);
  };

  const pauseOrResume = (operator: Operator): Promise<unknown> => {
    const partner = chance.pick(partnerNames);
    note(`operator: pause or resume ${partner}`);
    return chance.happens(700)
      ? operator.pause(partner, now() + chance.between(1, 20) * minute, hand)
      : operator.resume(partner, hand);
  };

  const attach = async (operator: Operator): Promise<void> => {
    const orphans = [...audit.books.streams.keys()].filter((name) => name.startsWith('orphan-'));
    const orphan = orphans[chance.between(0, orphans.length)];
    // Only by its own ids: what an operator names he answers for, and the auditor could not tell right from wrong.
    if (orphan !== undefined) await operator.attach(orphan, null, hand);
  };

  const reload = async ({ engine }: Living): Promise<void> => {
    const next: Settings = {
      retry: chance.pick(['10s, 30s, 1m*', '5s, 20s*']),
      ackTimeout: chance.pick(['10m', '5m', '20m']),
      maxRecipients: chance.between(1, 4),
      rate: chance.pick(['', '2/s', '1/s']),
      requestAck: chance.happens(700),
    };
    note(`operator: reload ${JSON.stringify(next)}`);
    const reloaded = await engine.reload(load(configurationOf(next)).configuration, hand.by);
    if (E.isRight(reloaded)) settings = next;
    else if (!reloaded.left.includes('nothing has changed'))
      audit.found('a good configuration is taken', reloaded.left);
  };

  return {
    settings: () => settings,
    act: () => {
      const running = living();
      if (running === null) return;
      const { life, engine } = running;
      const doIt = chance.pick([
        () => command(engine.operator),
        () => command(engine.operator),
        () => command(engine.operator),
        () => pauseOrResume(engine.operator),
        () => attach(engine.operator),
        () => reload(running),
      ]);
      void life.run(doIt);
    },
  };
}
