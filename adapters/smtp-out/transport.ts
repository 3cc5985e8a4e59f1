import * as TE from 'fp-ts/lib/TaskEither.js';
import { pipe } from 'fp-ts/lib/function.js';

import type { MailTransport } from '../../domain/ports.ts';
import { shakeHands } from './handshake.ts';
import { settingsOf, type SmtpOutOptions } from './options.ts';
import { SmtpSession } from './session.ts';

/** Mail out over SMTP. Dialect and lane change nothing at this level: each call of `open` is one connection of its own. */
export function smtpTransport(options: SmtpOutOptions): MailTransport {
  const settings = settingsOf(options);
  return {
    open: (route) =>
      pipe(
        () => shakeHands(route, settings),
        TE.map((greeted) => new SmtpSession(greeted, settings)),
      ),
  };
}
