import { setTimeout as sleep } from 'node:timers/promises';

import type { Engine } from '../../engine/engine.ts';
import type { SmtpServer } from '../smtp-in/options.ts';
import type { SmtpTransport } from '../smtp-out/transport.ts';

interface Closable {
  close(): Promise<void>;
}

/** What of a running engine has to end, and in which order. */
export interface Parts {
  readonly server: Pick<SmtpServer, 'close'>;
  readonly health: Closable;
  readonly engine: Pick<Engine, 'stop'>;
  readonly transport: Pick<SmtpTransport, 'breakOff'>;
  /** Closed one after the other when nothing is written any more. */
  readonly stores: readonly Closable[];
}

/** How long a stop waits, ms. */
export interface Patience {
  /** For DATA and sends in progress, each. */
  readonly grace: number;
  /** For what was broken off to be recorded. */
  readonly recording: number;
}

/** In the order in which work flows: first nothing more comes in, then nothing more goes out, then the stores close. */
export async function stop(
  { server, health, engine, transport, stores }: Parts,
  { grace, recording }: Patience = { grace: 30_000, recording: 5_000 },
): Promise<void> {
  await Promise.all([server.close(grace), health.close()]);
  const ended = engine.stop();
  await within(grace, ended);
  // A partner may still owe the reply to a final dot. Its outcome is recorded as unknown now, while there is a store to record it.
  transport.breakOff();
  await within(recording, ended);
  for (const store of stores) await store.close();
}

async function within(patience: number, work: Promise<void>): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  await Promise.race([work, sleep(patience, undefined, { signal }).catch(() => undefined)]);
  over.abort();
}
