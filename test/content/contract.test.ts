import { describe } from 'node:test';

import { memoryStore } from '../../adapters/content-memory/store.ts';
import { openSegmentStore } from '../../adapters/content-segments/store.ts';
import { contentStoreContract } from '../contracts/content-store.ts';
import { clockAt, flip, makeDirectory, noon, removeDirectory, segmentOf } from './support.ts';

const headerSize = 16;

describe('content in segments', () => {
  contentStoreContract(() => {
    const directory = makeDirectory();
    const first = openSegmentStore(directory, clockAt(noon));
    let store = first;
    return Promise.resolve({
      store: first,
      reopen: async () => {
        await store.close();
        store = openSegmentStore(directory, clockAt(noon));
        return store;
      },
      damage: async (ref, octet) => {
        const { path, position } = segmentOf(directory, ref);
        await flip(path, position + headerSize + octet);
      },
      stop: async () => {
        await store.close();
        removeDirectory(directory);
      },
    });
  });
});

describe('content in memory', () => {
  contentStoreContract(() => {
    const store = memoryStore();
    return Promise.resolve({
      store,
      reopen: () => Promise.resolve(store),
      damage: (ref, octet) => Promise.resolve(store.damage(ref, octet)),
      stop: () => Promise.resolve(),
    });
  });
});
