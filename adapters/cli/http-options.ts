import type { Configuration } from '../../domain/configuration.ts';
import type { Log } from '../../engine/context.ts';
import type { Engine } from '../../engine/engine.ts';
import type { HttpServerOptions, Operation } from '../http/options.ts';
import { mailboxName } from '../mailbox/gateway.ts';
import { samePassword, systemClock } from '../runtime/runtime.ts';

/** What the HTTP server takes from the configuration and from the running engine. */
export function httpOptions(
  { http, limits }: Configuration,
  log: Log,
  { handsets, operator, hasPartner }: Engine,
  { reload, trace }: Required<Pick<Operation, 'reload' | 'trace'>>,
): Omit<HttpServerOptions, 'status'> {
  return {
    listen: http.listen,
    token: http.token,
    passwords: samePassword,
    clock: systemClock,
    log,
    mailbox: { handsets, gateway: mailboxName, maxContent: limits.decodedContent },
    operation: { operator, hasPartner, reload, trace },
  };
}
