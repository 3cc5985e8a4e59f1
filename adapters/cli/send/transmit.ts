import * as E from 'fp-ts/lib/Either.js';

import type { Endpoint } from '../../../domain/configuration.ts';
import type { Dialect, Route } from '../../../domain/partner.ts';
import type { SendOutcome, SmtpReply } from '../../../domain/ports.ts';
import { smtpTransport } from '../../smtp-out/transport.ts';
import { CommandError, exitCodes } from '../exit.ts';

export interface Transmission {
  readonly server: Endpoint;
  readonly mailFrom: string;
  readonly rcptTo: readonly string[];
  readonly mail: Uint8Array;
  readonly bind?: string;
  readonly login: string;
  readonly password: string;
}

const budget = 120_000;

/** Sends one mail over a connection of its own, as a partner's MMSC would; the reply to its end. */
export async function transmit(transmission: Transmission): Promise<SmtpReply> {
  const { mail, mailFrom, rcptTo, bind, server } = transmission;
  const transport = smtpTransport({
    ehloName: 'mm4-send.invalid',
    ...(bind === undefined ? {} : { localAddress: bind }),
  });
  const opened = await transport.open(routeTo(transmission), plainDialect, 'forwards')();
  if (E.isLeft(opened)) {
    const { at, why, credentials } = opened.left;
    const hint =
      credentials === true
        ? 'check --login and --password'
        : 'is the engine running there, and may this address (--bind) connect?';
    throw new CommandError(`${server.host}:${server.port} at ${at}: ${why}; ${hint}`, exitCodes.unavailable);
  }
  const session = opened.right;
  const eightBit = mail.some((octet) => octet > 127);
  const outcome = await session.send(
    { mailFrom, rcptTo, head: mail, body: null, size: mail.length, eightBit },
    { budget, mayFinish: () => true },
  );
  session.quit();
  return replyOf(outcome);
}

function replyOf(outcome: SendOutcome): SmtpReply {
  switch (outcome.kind) {
    case 'sent':
      for (const { address, reply } of outcome.refused) {
        process.stderr.write(`${address} was refused: ${reply.code} ${reply.enhanced ?? ''} ${reply.text}\n`);
      }
      return outcome.reply;
    case 'refused': {
      const { code, enhanced, text } = outcome.reply;
      throw new CommandError(`refused at ${outcome.at}: ${code} ${enhanced ?? ''} ${text}`);
    }
    case 'not-sent':
      throw new CommandError(`not sent: ${outcome.at}: ${outcome.why}`, exitCodes.unavailable);
    case 'unknown':
      throw new CommandError(
        `it may have got through: ${outcome.why}; sending the same --id again is safe`,
        exitCodes.unavailable,
      );
  }
}

const plainDialect: Dialect = {
  strict: false,
  idQuoting: 'quoted',
  expiryForm: 'absolute',
  typeSuffix: true,
  rcptDomain: '',
  renamesIds: false,
  keepOriginatorDomain: false,
  alwaysMultipart: false,
  sevenBitOnly: false,
  foldLongLines: false,
};

function routeTo({ server, login, password }: Transmission): Route {
  return {
    account: 'send',
    description: '',
    senderAddress: '',
    allowSenderOverride: true,
    recipients: [],
    defaultRoute: false,
    priority: 0,
    server,
    login,
    password,
    domain: '',
    format: 'MM4',
    requestAck: false,
    mmsVersion: '',
    maxConnections: 1,
    rate: null,
    maxRecipientsPerPdu: 100,
    tls: 'opportunistic',
    retry: { waits: [0] },
    deadline: 0,
    ackTimeout: 0,
    onAckTimeout: 'leave',
    onUnknownOutcome: 'hold',
  };
}
