import * as E from 'fp-ts/lib/Either.js';

import { parseAddress } from '../../domain/mm4/address.ts';
import type { Configuration } from '../../domain/configuration.ts';
import type { Partner, VaspEntry } from '../../domain/partner.ts';
import type { SmtpReply } from '../../domain/ports.ts';
import { authenticate, identify, type Account } from '../../domain/routing/identify.ts';
import { notServed } from '../../domain/routing/served.ts';
import type { Context } from '../context.ts';
import type { PduIntake, MailEnvelope, Reception, Visitor } from '../reception.ts';
import { atPartner } from './partner-domain.ts';

/** A partner on the line, known by address or login. */
export interface KnownVisitor extends Visitor {
  readonly mayMail: true;
  readonly identity: { readonly partner: Partner; readonly vasp: VaspEntry };
  readonly login: string | undefined;
}

/** Makes the intake of one PDU. */
export type BeginIntake = (visitor: KnownVisitor, envelope: MailEnvelope) => PduIntake;

/**
 * Who may say what before DATA (design: MAIL and RCPT refuse only what no PDU could justify, since what kind of PDU it is
 * shows only afterwards).
 */
export function receptionist(
  context: Context,
  beginIntake: BeginIntake,
  diskProblem: () => string | null,
): Reception {
  // Asked each time: the configuration may be another one by then.
  const partners = (): Configuration['partners'] => context.configuration.partners;
  const limits = (): Configuration['limits'] => context.configuration.limits;
  const connections = new Map<string, number>();

  const count = (partner: string | undefined, by: 1 | -1): void => {
    if (partner === undefined) return;
    connections.set(partner, Math.max(0, (connections.get(partner) ?? 0) + by));
  };

  const admit = (address: string, account: Account, login?: string): KnownVisitor | SmtpReply => {
    const { partner, vasp } = account;
    const open = connections.get(partner.name) ?? 0;
    if (open >= partner.limits.connections) {
      return { code: 421, enhanced: '4.7.0', text: `${partner.name} already has ${open} connections` };
    }
    count(partner.name, 1);
    return {
      address,
      mayMail: true,
      partner: partner.name,
      account: vasp.account,
      identity: account,
      login,
    };
  };

  return {
    welcome: (address) => {
      const identity = identify(partners(), address);
      switch (identity.kind) {
        case 'vasp': {
          const visitor = admit(address, identity);
          return isReply(visitor) ? { refused: visitor } : { visitor };
        }
        case 'may-auth':
          return { visitor: { address, mayMail: false } };
        case 'stranger':
          return { refused: { code: 554, enhanced: '5.7.1', text: `${address} is not a partner of ours` } };
      }
    },

    login: (visitor, login, password) => {
      const account = authenticate(partners(), visitor.address, login, password, context.passwords);
      if (E.isRight(account)) {
        // One connection has one place: that under the name of its address is free, unless it keeps that name.
        count(visitor.partner, -1);
        const admitted = admit(visitor.address, account.right, login);
        if (isReply(admitted)) count(visitor.partner, 1);
        return admitted;
      }
      context.log.warn({ address: visitor.address, login, why: account.left }, 'AUTH refused');
      return { code: 535, enhanced: '5.7.8', text: 'authentication failed' };
    },

    mail: (_visitor, mailFrom, size) => {
      if (diskProblem() !== null) {
        return { code: 452, enhanced: '4.3.1', text: 'no room for mail at the moment, try again later' };
      }
      if (size !== undefined && size > limits().wireSize) {
        return { code: 552, enhanced: '5.3.4', text: `too big: the limit is ${limits().wireSize} octets` };
      }
      // The null reverse path is fine on RES and reports; a malformed one could not be answered.
      if (mailFrom !== '' && parseAddress(mailFrom).kind === 'malformed') {
        return { code: 553, enhanced: '5.1.7', text: 'the sender address is malformed' };
      }
      return undefined;
    },

    rcpt: (visitor, rcptTo, already) => rcptReply(context, rcptTo, visitor.partner ?? '', already),

    data: (visitor, envelope) => {
      const sender = known(visitor);
      const mailFrom = atPartner(context, sender.identity, envelope.mailFrom);
      return beginIntake(sender, { ...envelope, mailFrom });
    },

    goodbye: (visitor) => count(visitor.partner, -1),
  };
}

/**
 * What a RCPT is told after so many that were accepted; undefined: 250. Also what `mm4 decode` says it would be told.
 */
export function rcptReply(
  context: Pick<Context, 'routes' | 'configuration'>,
  rcptTo: string,
  partner: string,
  already: number,
): SmtpReply | undefined {
  const most = context.configuration.limits.recipients;
  if (already >= most)
    return { code: 452, enhanced: '4.5.3', text: `too many recipients: the limit is ${most}` };
  const address = parseAddress(rcptTo);
  if (address.kind === 'malformed') return { code: 553, enhanced: '5.1.3', text: 'the address is malformed' };
  switch (notServed(context.routes, address, partner)) {
    case null:
      return undefined;
    case 'unknown-number':
      return { code: 550, enhanced: '5.1.1', text: 'neither we nor a route of ours serves this number' };
    case 'unknown-domain':
      return { code: 550, enhanced: '5.1.2', text: 'this domain is not ours' };
  }
}

function isReply(answer: KnownVisitor | SmtpReply): answer is SmtpReply {
  return 'code' in answer;
}

/** The server lets nobody else send DATA. */
function known(visitor: Visitor): KnownVisitor {
  if (!('identity' in visitor)) throw new Error('DATA from a visitor who may not mail');
  return visitor as KnownVisitor;
}
