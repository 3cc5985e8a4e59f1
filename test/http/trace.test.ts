import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { serve } from './support.ts';

/** A trace that a test can feed, and whose end it can await. */
function feed() {
  let tell: ((line: object) => void) | null = null;
  let ended = (): void => undefined;
  const whenEnded = new Promise<void>((resolve) => (ended = resolve));
  return {
    trace: (_partner: string, onLine: (line: object) => void): (() => void) => {
      tell = onLine;
      return ended;
    },
    tell: (line: object): void => tell?.(line),
    whenEnded,
  };
}

/** Lines as they arrive; null: the stream has ended. */
function linesOf(response: Response) {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return async (): Promise<unknown> => {
    while (!text.includes('\n')) {
      const { value, done } = await reader.read();
      if (done) return null;
      text += value;
    }
    const end = text.indexOf('\n');
    const line = text.slice(0, end);
    text = text.slice(end + 1);
    return JSON.parse(line);
  };
}

describe('a trace', () => {
  it('tells each line as it happens, until the client leaves', async () => {
    const { trace, tell, whenEnded } = feed();
    const { url } = await serve({ operation: { trace } });
    const leaving = new AbortController();
    const response = await fetch(`${url}/operator/trace/op-a`, { signal: leaving.signal });
    assert.equal(response.headers.get('content-type'), 'application/x-ndjson');
    const next = linesOf(response);
    assert.deepEqual(await next(), { tracing: 'op-a' });
    for (const text of ['MAIL FROM:<a@b>', '250 "fine"\nsecond line']) {
      tell({ text });
      assert.deepEqual(await next(), { text });
    }
    leaving.abort();
    await whenEnded;
    tell({ text: 'nobody listens' });
  });

  it('ends when the server closes', async () => {
    const { trace, tell, whenEnded } = feed();
    const { url, close } = await serve({ operation: { trace } });
    const next = linesOf(await fetch(`${url}/operator/trace/op-a`));
    assert.deepEqual(await next(), { tracing: 'op-a' });
    const closed = close();
    await whenEnded;
    tell({ text: 'too late' });
    await closed;
    assert.equal(await next(), null);
  });

  it('leaves lines out for a client that does not read, and counts them', async () => {
    const { trace, tell } = feed();
    const { url } = await serve({ operation: { trace } });
    const response = await fetch(`${url}/operator/trace/op-a`);
    const lines = 400;
    // All at once: nothing can be sent between two of them.
    for (let at = 0; at < lines; at++) tell({ at, text: 'x'.repeat(10_000) });
    const next = linesOf(response);
    await next();
    let told = 0;
    let last: unknown = null;
    while (told < 100) {
      last = await next();
      told += 1;
    }
    assert.deepEqual((last as { at: number }).at, 99);
    // What was kept is read by now up to the last line before the gap.
    const rest = async (): Promise<number> => {
      for (;;) {
        tell({ mark: true });
        const line = (await next()) as { leftOut?: number };
        if (line.leftOut !== undefined) return line.leftOut;
        told += 1;
      }
    };
    const leftOut = await rest();
    assert.ok(leftOut > 0 && told < lines, `${told} told, ${leftOut} left out`);
  });

  it('is of partners that exist', async () => {
    const { call } = await serve();
    assert.equal((await call('GET', '/operator/trace/op-x')).status, 404);
  });
});
