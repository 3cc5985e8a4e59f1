import { memoryStore } from '../../adapters/store-memory/store.ts';
import { eventStoreContract } from '../contracts/event-store.ts';

eventStoreContract('the store in memory', () =>
  Promise.resolve({ store: memoryStore(), close: () => Promise.resolve() }),
);
