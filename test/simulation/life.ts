import type { TaskEither } from 'fp-ts/lib/TaskEither.js';

import type { ContentWriter, MailSession } from '../../domain/ports.ts';
import type { ContextBase } from '../../engine/live-context.ts';

/** One incarnation of the engine: what it asks of the world comes back only as long as it lives. */
export interface Life {
  readonly context: ContextBase;
  /** Settles when it has died. */
  readonly death: Promise<void>;
  readonly isAlive: boolean;
  readonly isFrozen: boolean;
  die(): void;
  /** Told when it begins to stand still, as a process on a stalled machine does; it knows nothing of it when it goes on. */
  onFreeze(listener: () => void): void;
  thaw(): void;
}

/** What happens to the incarnation at a call of a port: nothing, it dies before the call takes effect, or after. */
export type Fate = 'live' | 'die-before' | 'die-after' | 'freeze';

const never = new Promise<never>(() => undefined);

export function incarnation(base: ContextBase, name: string, fateOf: () => Fate): Life {
  const dying = Promise.withResolvers<undefined>();
  let isAlive = true;
  let frozen: { readonly thawed: Promise<undefined>; readonly thaw: () => void } | null = null;

  let hear = (): void => undefined;
  let frozeBefore = false;

  const die = (): void => {
    if (!isAlive) return;
    isAlive = false;
    // One that was replaced while it stood still dies unnoticed.
    if (!frozeBefore) dying.resolve(undefined);
  };

  const freeze = (): void => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    if (frozen !== null) return;
    frozen = { thawed: promise, thaw: () => resolve(undefined) };
    frozeBefore = true;
    hear();
  };

  // It may have died while it waited.
  const stillAlive = (): boolean => isAlive;

  /** Comes back only to the living. */
  const lived = async <A>(call: () => Promise<A>): Promise<A> => {
    if (!isAlive) return never;
    const fate = fateOf();
    if (fate === 'die-before') {
      die();
      return never;
    }
    if (fate === 'freeze') freeze();
    if (frozen !== null) await frozen.thawed;
    const result = await call();
    if (fate === 'die-after') die();
    if (frozen !== null) await frozen.thawed;
    return stillAlive() ? result : never;
  };

  const task =
    <Args extends readonly unknown[], L, A>(make: (...args: Args) => TaskEither<L, A>) =>
    (...args: Args): TaskEither<L, A> => {
      const run = make(...args);
      return () => lived(run);
    };

  const asked =
    <Args extends readonly unknown[], A>(ask: (...args: Args) => Promise<A>) =>
    (...args: Args): Promise<A> =>
      lived(() => ask(...args));

  const session = (inner: MailSession): MailSession => ({
    facts: inner.facts,
    get usable() {
      return inner.usable;
    },
    send: asked(inner.send),
    takeDialogue: inner.takeDialogue,
    quit: inner.quit,
  });

  const writer = (inner: ContentWriter): ContentWriter => ({ ...inner, keep: task(inner.keep) });

  const { store, content, transport, openWork, index, ends, gateway, timers, disk } = base;
  const context: ContextBase = {
    ...base,
    alone: false,
    incarnation: name,
    disk: { free: asked(disk.free) },
    timers: {
      after: (milliseconds, callback) =>
        timers.after(milliseconds, () => {
          if (frozen === null) {
            if (isAlive) callback();
          } else {
            void frozen.thawed.then(() => isAlive && callback());
          }
        }),
    },
    store: {
      append: task(store.append),
      readStream: task(store.readStream),
      readFeed: task(store.readFeed),
      forget: task(store.forget),
      onAppended: store.onAppended,
    },
    content: {
      ...content,
      begin: (kind) => writer(content.begin(kind)),
      erase: task(content.erase),
      read: async function* (ref) {
        for await (const chunk of content.read(ref)) yield await lived(() => Promise.resolve(chunk));
      },
    },
    transport: {
      open: (route, dialect, lane) => async () => {
        const opened = await lived(transport.open(route, dialect, lane));
        return opened._tag === 'Left' ? opened : { ...opened, right: session(opened.right) };
      },
    },
    gateway: { ...gateway, notify: task(gateway.notify) },
    openWork: {
      dueWork: asked(openWork.dueWork),
      nextInstant: asked(openWork.nextInstant),
      nextEnd: asked(openWork.nextEnd),
      overdue: asked(openWork.overdue),
      leases: asked(openWork.leases),
      pageOf: asked(openWork.pageOf),
      waiting: asked(openWork.waiting),
      whenCaughtUp: asked(openWork.whenCaughtUp),
    },
    index: { find: asked(index.find), findByPrefix: asked(index.findByPrefix) },
    ends: { endedBefore: asked(ends.endedBefore), open: asked(ends.open) },
  };
  return {
    context,
    death: dying.promise,
    get isAlive() {
      return isAlive;
    },
    die,
    get isFrozen() {
      return frozen !== null;
    },
    onFreeze: (listener) => {
      hear = listener;
    },
    thaw: () => {
      frozen?.thaw();
      frozen = null;
    },
  };
}
