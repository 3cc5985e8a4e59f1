import assert from 'node:assert/strict';
import { test } from 'node:test';

import { memoryStore } from '../../adapters/content-memory/store.ts';
import type { ContentStore } from '../../domain/ports.ts';
import { addressOfB, configuration, reportOn } from './world.ts';
import { memoryEngine } from '../support/memory-engine.ts';
import { virtualTime } from '../support/virtual-time.ts';

test('what is turned away as one orphan too many leaves nothing on the disk', async () => {
  const time = virtualTime(Date.UTC(2026, 10, 24, 12));
  const store = memoryStore(time.clock);
  let kept = 0;
  const content: ContentStore = {
    ...store,
    begin: (kind) => {
      const writer = store.begin(kind);
      const keep = (): ReturnType<typeof writer.keep> => {
        kept += 1;
        return writer.keep();
      };
      return { write: (bytes) => writer.write(bytes), abandon: () => writer.abandon(), keep };
    },
  };
  const limited = configuration({ routeB: ' }\n    limits: { orphansPerHour: 2' });
  const world = await memoryEngine({ configuration: limited, content, time });
  const codes: number[] = [];
  for (let index = 0; index < 5; index += 1) {
    codes.push(
      await world.receive(addressOfB, reportOn('+447700900201', `never-${index}`, 'mmsc.op-b.example')),
    );
  }
  assert.deepEqual(codes, [250, 250, 451, 451, 451]);
  assert.equal(kept, 2);
  await world.engine.stop();
});
