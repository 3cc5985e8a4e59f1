import * as TE from 'fp-ts/lib/TaskEither.js';

import type { HandsetGateway } from '../../domain/ports.ts';

/** The name of the HTTP mailbox in events. */
export const mailboxName = 'mailbox';

/** The plain HTTP mailbox: nobody is rung up, the message stands in the list that its owner asks for. */
export const httpMailbox: HandsetGateway = { name: mailboxName, notify: () => TE.right(undefined) };
