import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';

import type { MailTransport } from '../../domain/ports.ts';
import { shakeHands } from './handshake.ts';
import { settingsOf, type SmtpOutOptions } from './options.ts';
import { SmtpSession } from './session.ts';

export interface SmtpTransport extends MailTransport {
  /** Breaks the line of every mail that is on its way: each send answers at once with what is known of it. */
  breakOff(): void;
}

/** Mail out over SMTP. Dialect and lane change nothing at this level: each call of `open` is one connection of its own. */
export function smtpTransport(options: SmtpOutOptions): SmtpTransport {
  const settings = settingsOf(options);
  const sending = new Set<SmtpSession>();
  return {
    open: (route) =>
      pipe(
        () => shakeHands(route, settings),
        TE.map((greeted) => new SmtpSession(greeted, settings, sending)),
      ),
    breakOff: () => {
      for (const session of [...sending]) session.quit();
    },
  };
}
