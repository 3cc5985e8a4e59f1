import { after } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import type { HttpServerOptions, MailboxOptions, Operation } from '../../adapters/http/options.ts';
import { startHttpServer } from '../../adapters/http/server.ts';
import type { MailboxEntry, Retrieved, Submitted } from '../../engine/handsets/handsets.ts';
import type { Preview, Reason } from '../../engine/operator/operator.ts';

export const now = Date.UTC(2026, 10, 24, 10);
export const uid = '6ba7b810-9dad-51d1-80b4-00c04fd430c8';
export const number = '+447700900401';

export const entry: MailboxEntry = {
  uid,
  messageId: 'm1@mmsc.example',
  from: '+447700900201',
  recipients: [{ address: number, status: 'pending', read: false, why: null }],
  subject: 'Tower Bridge',
  receivedAt: now,
  expiresAt: now + 86_400_000,
  size: 5,
  parts: [
    { type: 'text/plain', size: 5, sha256: 'ab'.repeat(32) },
    { type: 'image/jpeg', size: 3, sha256: 'cd'.repeat(32) },
  ],
  state: 'waiting',
};

export const retrieved: Retrieved = {
  entry: { ...entry, state: 'retrieved' },
  contentType: 'multipart/mixed;\r\n boundary="b"',
  body: Buffer.from('--b\r\n\r\nhello\r\n--b--\r\n'),
  parts: [
    { type: 'text/html', name: 'a/b"c\r\n.html', bytes: Buffer.from('hello') },
    { type: 'image/jpeg', name: null, bytes: Buffer.from([0xff, 0xd8, 0x00]) },
  ],
};

export const submitted: Submitted = {
  uid,
  messageId: 'm2@mmsc.example',
  expiresAt: now + 86_400_000,
  recipients: [{ address: '+447700900201', status: 'pending', read: false, why: null }],
  fresh: true,
};

export const preview: Preview = {
  selected: 3,
  changed: 2,
  unchanged: [{ why: 'it may have got through', count: 1 }],
  sample: [`mms-${uid}`],
};

export const reason: Reason = {
  what: 'forward leg 1 by op-b-out',
  since: now,
  next: null,
  until: now + 1000,
  binds: 'the route is down',
  configPath: null,
  last: 'connect ECONNREFUSED',
};

/** What was asked of the engine, in order: the name of the function and its arguments. */
export type Calls = [name: string, ...args: readonly unknown[]][];

type Handsets = MailboxOptions['handsets'];
type Operator = Operation['operator'];

/** Answers what is told above, and notes each call. */
function fakeHandsets(calls: Calls): Handsets {
  return {
    submit: async (...args) => told(calls, ['submit', ...args], submitted),
    list: async (...args) => told(calls, ['list', ...args], [entry]),
    look: async (...args) => told(calls, ['look', ...args], entry),
    retrieve: async (...args) => told(calls, ['retrieve', ...args], retrieved),
    read: async (...args) => told(calls, ['read', ...args], entry),
    reject: async (...args) => told(calls, ['reject', ...args], entry),
  };
}

export function fakeOperator(calls: Calls): Operator {
  const { sample: _, ...performed } = preview;
  return {
    preview: async (...args) => told(calls, ['preview', ...args], preview),
    perform: async (...args) => told(calls, ['perform', ...args], performed),
    pause: async (...args) => told(calls, ['pause', ...args], undefined),
    resume: async (...args) => told(calls, ['resume', ...args], undefined),
    attach: async (...args) => told(calls, ['attach', ...args], `mms-${uid}`),
    why: async (...args) => told(calls, ['why', ...args], [reason]),
  };
}

function told<A>(calls: Calls, call: Calls[number], value: A): Promise<E.Either<never, A>> {
  calls.push(call);
  return Promise.resolve(E.right(value));
}

export interface Fakes {
  readonly handsets?: Partial<Handsets>;
  readonly operator?: Partial<Operator>;
  readonly operation?: Partial<Operation>;
  readonly options?: Partial<HttpServerOptions>;
  readonly maxContent?: number;
}

/** A real server on a port of its own, with an engine that only notes what it is asked. */
export async function serve(fakes: Fakes = {}) {
  const calls: Calls = [];
  const logged: object[] = [];
  const note = (fields: object): void => void logged.push(fields);
  const server = await startHttpServer({
    listen: { host: '127.0.0.1', port: 0 },
    token: '',
    passwords: (given, right) => given === right,
    clock: { now: () => now },
    log: { info: note, warn: note, error: note },
    status: {
      notReady: () => Promise.resolve(null),
      partners: () => Promise.resolve([{ partner: 'op-a', state: 'up' }]),
      metrics: () => Promise.resolve({ contentType: 'text/plain; version=0.0.4', text: 'up 1\n' }),
    },
    mailbox: {
      handsets: { ...fakeHandsets(calls), ...fakes.handsets },
      gateway: 'mailbox',
      maxContent: fakes.maxContent ?? 1000,
    },
    operation: {
      operator: { ...fakeOperator(calls), ...fakes.operator },
      hasPartner: (name) => name === 'op-a',
      reload: async (by) =>
        told(calls, ['reload', by], { digest: 'd1', changes: ['limits.expiry: 2d, was 3d'] }),
      trace: () => () => undefined,
      ...fakes.operation,
    },
    ...fakes.options,
  });
  after(() => server.close());
  const url = `http://127.0.0.1:${server.port}`;
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const form = body instanceof FormData ? body : null;
    const response = await fetch(`${url}${path}`, {
      method,
      headers:
        body === undefined || form !== null ? headers : { 'content-type': 'application/json', ...headers },
      ...(body === undefined
        ? {}
        : { body: form ?? (typeof body === 'string' ? body : JSON.stringify(body)) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parsed(text) };
  };
  return { url, port: server.port, calls, logged, close: server.close, call };
}

export type Server = Awaited<ReturnType<typeof serve>>;

/** Null: it is no JSON object. */
function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
