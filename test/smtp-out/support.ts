import * as E from 'fp-ts/lib/Either.js';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';

import type { SmtpOutOptions } from '../../adapters/smtp-out/options.ts';
import { smtpTransport } from '../../adapters/smtp-out/transport.ts';
import type { Dialect, Route } from '../../domain/partner.ts';
import type { MailSession, OutgoingMail, SendOutcome, SessionFailure, SmtpStep } from '../../domain/ports.ts';
import { manualTimers, type ManualTimers } from '../support/manual-timers.ts';
import { scriptedPeer, type PeerOptions, type ScriptedPeer } from '../support/scripted-peer.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');

/** A self-signed certificate of mx.partner.test and 127.0.0.1. */
export const certificate = { key: fixture('partner-key.pem'), cert: fixture('partner-cert.pem') };

/** Every step has a time of its own, so that a test can let one of them run out. */
export const timeouts: Record<SmtpStep, number> = {
  connect: 1_001,
  greeting: 1_002,
  ehlo: 1_003,
  starttls: 1_004,
  auth: 1_005,
  mail: 1_006,
  rcpt: 1_007,
  data: 1_008,
  body: 1_009,
  'final-dot': 1_010,
};
export const budget = 9_999;

export const dialect: Dialect = {
  strict: false,
  idQuoting: 'quoted',
  expiryForm: 'absolute',
  typeSuffix: true,
  rcptDomain: '',
  renamesIds: false,
  keepOriginatorDomain: false,
  alwaysMultipart: true,
  sevenBitOnly: false,
  foldLongLines: false,
};

export function routeTo(server: Route['server'], changes: Partial<Route> = {}): Route {
  return {
    account: 'op-a-out',
    description: 'Operator A',
    senderAddress: '',
    allowSenderOverride: true,
    recipients: [],
    defaultRoute: false,
    priority: 0,
    server,
    login: '',
    password: '',
    domain: 'mmsc.op-a.example',
    format: 'MM4',
    requestAck: true,
    mmsVersion: '6.10.0',
    maxConnections: 1,
    rate: null,
    maxRecipientsPerPdu: 10,
    tls: 'opportunistic',
    retry: { waits: [60_000] },
    deadline: 72 * 3_600_000,
    ackTimeout: 3_600_000,
    onAckTimeout: 'leave',
    onUnknownOutcome: 'resend',
    ...changes,
  };
}

export interface Setting {
  readonly peer: ScriptedPeer;
  readonly timers: ManualTimers;
  readonly open: (
    route?: Partial<Route>,
    options?: Partial<SmtpOutOptions>,
  ) => Promise<E.Either<SessionFailure, MailSession>>;
  /** Opens a session, which has to succeed. */
  readonly session: (route?: Partial<Route>, options?: Partial<SmtpOutOptions>) => Promise<MailSession>;
}

/** A scripted peer and a transport for one test. At its end the peer is stopped, and no timer of ours may be left. */
export async function setting(t: TestContext, peerOptions: PeerOptions = {}): Promise<Setting> {
  const peer = await scriptedPeer(peerOptions);
  const timers = manualTimers();
  const sessions: MailSession[] = [];
  t.after(async () => {
    for (const session of sessions) session.quit();
    await peer.stop();
  });
  const open: Setting['open'] = async (route = {}, options = {}) => {
    const transport = smtpTransport({ ehloName: 'out1.op-b.example', timeouts, timers, ...options });
    const opened = await transport.open(
      routeTo({ host: peer.host, port: peer.port }, route),
      dialect,
      'forwards',
    )();
    if (E.isRight(opened)) sessions.push(opened.right);
    return opened;
  };
  return {
    peer,
    timers,
    open,
    async session(route, options) {
      const opened = await open(route, options);
      assert.ok(E.isRight(opened), JSON.stringify(opened));
      return opened.right;
    },
  };
}

export const sender = '+447700900123/TYPE=PLMN@mmsc.op-b.example';
export const recipient = '+447700900456/TYPE=PLMN@mmsc.op-a.example';
export const head = Buffer.from('X-Mms-Message-Type: MM4_forward.REQ\r\nX-Mms-Transaction-ID: "t1"\r\n\r\n');

export function mailOf(
  body: readonly Uint8Array[] | string | null,
  changes: Partial<OutgoingMail> = {},
): OutgoingMail {
  const chunks = typeof body === 'string' ? [Buffer.from(body, 'latin1')] : body;
  const octets = (chunks ?? []).reduce((sum, chunk) => sum + chunk.length, 0);
  return {
    mailFrom: sender,
    rcptTo: [recipient],
    head,
    body: chunks && streamOf(chunks),
    size: head.length + octets,
    eightBit: false,
    ...changes,
  };
}

async function* streamOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

export function send(
  session: MailSession,
  mail: OutgoingMail,
  mayFinish: () => boolean = () => true,
): Promise<SendOutcome> {
  return session.send(mail, { budget, mayFinish });
}

export const dialogueOf = (session: MailSession): string[] =>
  Buffer.from(session.takeDialogue()).toString().split('\r\n').slice(0, -1);

/** Waits for something that the other side's doing will bring about; the test runner's own time-out ends a wait in vain. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate);
}
