import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

import { forward, mail, ofType, site, until, type RunningEngine } from '../e2e/support.ts';
import { scriptedPeer } from '../support/scripted-peer.ts';

/** What engines left in a data directory, once and for all tests; each works on a copy of its own. */
export interface LeftBehind {
  /** `stopped`: politely, so that all is in the event file. `killed`: what came after that is in its WAL only. */
  copy(how: 'stopped' | 'killed'): Copy;
  /** Where the partner listens that the waiting messages are for. Nobody does until a test lets one. */
  readonly waitedFor: { readonly host: string; readonly port: number };
}

export interface Copy {
  readonly dataDir: string;
  readonly configFile: string;
  /** Bodies of what got a 250, by the id given to `forward`. */
  readonly done: ReadonlyMap<string, string>;
  readonly waiting: ReadonlyMap<string, string>;
}

const addresses = { b: '127.0.0.3', c: '127.0.0.4' } as const;
const toB = '+447700900201/TYPE=PLMN@mmsc.hub.example';
export const toC = '+447700900301/TYPE=PLMN@mmsc.hub.example';
/** Messages of each sort that every one of the two engines took in. */
export const messagesEach = 3;

export async function leaveBehind(test: TestContext): Promise<LeftBehind> {
  const directory = mkdtempSync(join(tmpdir(), 'mm4-damage-'));
  test.after(() => rmSync(directory, { recursive: true, force: true }));
  const b = await scriptedPeer({ host: addresses.b });
  test.after(() => b.stop());
  const c = await scriptedPeer({ host: addresses.c });
  await c.stop();
  await using place = site({ b, c }, 'requestAck: false');
  const dataDir = join(place.directory, 'data');
  const configuration = readFileSync(place.configFile, 'utf8');
  const [done, waiting] = [new Map<string, string>(), new Map<string, string>()];
  const kept = new Map<string, Pick<Copy, 'done' | 'waiting'>>();
  const keep = (how: string): void => {
    cpSync(dataDir, join(directory, how), { recursive: true });
    kept.set(how, { done: new Map(done), waiting: new Map(waiting) });
  };
  const fill = async (engine: RunningEngine, name: string): Promise<void> => {
    for (let count = 0; count < messagesEach; count += 1) {
      await give(engine.smtpPort, `${name}-done-${count}`, toB, done);
      await give(engine.smtpPort, `${name}-waiting-${count}`, toC, waiting);
    }
    await until('what can be forwarded is', async () => {
      return ofType(await place.events(), 'ForwardSent').length === done.size;
    });
  };

  const first = await place.start();
  await fill(first, 'first');
  assert.equal(await first.stop(), 0);
  keep('stopped');
  const second = await place.start();
  await fill(second, 'second');
  await second.kill9();
  keep('killed');

  let copies = 0;
  return {
    waitedFor: { host: c.host, port: c.port },
    copy: (how) => {
      copies += 1;
      const mine = join(directory, `copy-${copies}`);
      const messages = kept.get(how);
      assert.ok(messages !== undefined);
      cpSync(join(directory, how), mine, { recursive: true });
      const configFile = `${mine}.yaml`;
      writeFileSync(configFile, configuration.replace(dataDir, mine));
      return { dataDir: mine, configFile, ...messages };
    },
  };
}

/** Mails a message for B or C, and notes it when it got its 250. */
export async function give(port: number, id: string, to: string, books: Map<string, string>): Promise<void> {
  const body = `${`${id} `.repeat(200)}\r\n`;
  const reply = await mail(port, forward(id, { body, to }), { to: [to] });
  assert.match(reply ?? '', /^250 /);
  books.set(id, body);
}
