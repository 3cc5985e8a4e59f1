import { describe } from 'node:test';

import { memoryStore } from '../../adapters/content-memory/store.ts';
import { openSegmentStore } from '../../adapters/content-segments/store.ts';
import { contentStoreContract } from '../contracts/content-store.ts';
import { clockAt, flip, makeDirectory, noon, removeDirectory, segmentOf } from './support.ts';

const headerSize = 16;

describe('content in segments', () => {
  contentStoreContract(() => {
    const directory = makeDirectory();
    const clock = clockAt(noon);
    const first = openSegmentStore(directory, clock);
    let store = first;
    return Promise.resolve({
      store: first,
      reopen: async () => {
        await store.close();
        store = openSegmentStore(directory, clock);
        return store;
      },
      damage: async (ref, octet) => {
        const { path, position } = segmentOf(directory, ref);
        await flip(path, position + headerSize + octet);
      },
      setClock: clock.set,
      stop: async () => {
        await store.close();
        removeDirectory(directory);
      },
    });
  });
});

describe('content in memory', () => {
  contentStoreContract(() => {
    const clock = clockAt(noon);
    const store = memoryStore(clock);
    return Promise.resolve({
      store,
      reopen: () => Promise.resolve(store),
      damage: (ref, octet) => Promise.resolve(store.damage(ref, octet)),
      setClock: clock.set,
      stop: () => Promise.resolve(),
    });
  });
});
