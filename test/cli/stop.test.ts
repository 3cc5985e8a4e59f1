import assert from 'node:assert/strict';
import { test } from 'node:test';

import { stop, type Parts } from '../../adapters/cli/stop.ts';

/** Parts that say what is done to them. The engine ends when nothing hangs any more. */
function parts(ends: 'at once' | 'when it is broken off' | 'never'): Parts & { readonly done: string[] } {
  const done: string[] = [];
  const ended = Promise.withResolvers<undefined>();
  const closable = (name: string): { close(): Promise<void> } => ({
    close: () => {
      done.push(`${name} closed`);
      return Promise.resolve();
    },
  });
  if (ends === 'at once') ended.resolve(undefined);
  return {
    done,
    server: closable('server'),
    health: closable('health'),
    engine: {
      stop: async () => {
        await ended.promise;
        // As an outcome is recorded: by and by.
        await new Promise(setImmediate);
        done.push('engine ended');
      },
    },
    transport: {
      breakOff: () => {
        done.push('broken off');
        if (ends === 'when it is broken off') ended.resolve(undefined);
      },
    },
    stores: [closable('projections'), closable('store')],
  };
}

const before = ['server closed', 'health closed'];
const after = ['projections closed', 'store closed'];

test('a stop lets sends come to their end before anything is broken off', async () => {
  const running = parts('at once');
  await stop(running, { grace: 60_000, recording: 60_000 });
  assert.deepEqual(running.done, [...before, 'engine ended', 'broken off', ...after]);
});

test('what the grace of a stop does not suffice for is broken off, and recorded before the stores close', async () => {
  const running = parts('when it is broken off');
  await stop(running, { grace: 1, recording: 60_000 });
  assert.deepEqual(running.done, [...before, 'broken off', 'engine ended', ...after]);
});

test('a stop does not wait for ever', async () => {
  const running = parts('never');
  await stop(running, { grace: 1, recording: 1 });
  assert.deepEqual(running.done, [...before, 'broken off', ...after]);
});
