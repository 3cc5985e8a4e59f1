import type { TaskEither } from 'fp-ts/lib/TaskEither.js';

import type { Clock, ContentWriter, MailSession, MailTransport, Timers } from '../../domain/ports.ts';
import type { ContextBase } from '../../engine/live-context.ts';

/** What happens to the incarnation at a call of a port: nothing, it dies before the call takes effect, or after, or stands still. */
export type Fate = 'live' | 'die-before' | 'die-after' | 'freeze';

/** One incarnation of the engine: what it asks of the world comes back only as long as it lives. */
export interface Life {
  readonly name: string;
  readonly context: ContextBase;
  /** Settles when it has died, or is believed to have. */
  readonly lost: Promise<void>;
  isAlive(): boolean;
  isFrozen(): boolean;
  /** It has died or is believed to have, though it may have woken up since. */
  isLost(): boolean;
  die(): void;
  /** It goes on and knows of nothing. */
  thaw(): void;
  /** Runs something of this incarnation's, when and if it can. */
  run<A>(action: () => Promise<A>): Promise<A>;
}

/** What an incarnation is made of. */
export interface Birth {
  readonly name: string;
  readonly base: ContextBase;
  /** Its own clock: it may differ from others' by a little. */
  readonly clock: Clock;
  readonly fate: () => Fate;
  /** Its SMTP out, on timers that stand still with it. */
  readonly transport: (timers: Timers, name: string) => MailTransport;
}

const never = new Promise<never>(() => undefined);

export function incarnation({ name, base, clock, fate: fateOf, transport: transportOn }: Birth): Life {
  const losing = Promise.withResolvers<undefined>();
  let alive = true;
  let frozen: { readonly thawed: Promise<undefined>; readonly thaw: () => void } | null = null;
  const isAlive = (): boolean => alive;

  let lost = false;
  const lose = (): void => {
    lost = true;
    losing.resolve(undefined);
  };

  const die = (): void => {
    alive = false;
    lose();
  };

  const freeze = (): void => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    frozen ??= { thawed: promise, thaw: () => resolve(undefined) };
    lose();
  };

  /** Goes on only where it lives and is awake. */
  const awake = async (): Promise<void> => {
    while (frozen !== null) await frozen.thawed;
    if (!isAlive()) await never;
  };

  const lived = async <A>(call: () => Promise<A>): Promise<A> => {
    await awake();
    const fate = fateOf();
    if (fate === 'die-before') die();
    if (fate === 'freeze') freeze();
    await awake();
    const result = await call();
    if (fate === 'die-after') die();
    await awake();
    return result;
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

  const timers: Timers = {
    after: (milliseconds, callback) =>
      base.timers.after(milliseconds, () => {
        if (frozen === null) {
          if (isAlive()) callback();
        } else void awake().then(callback);
      }),
  };
  const transport = transportOn(timers, name);

  const { store, content, openWork, index, ends, gateway, disk } = base;
  const context: ContextBase = {
    ...base,
    // In memory there is no lock: leases alone decide.
    alone: false,
    incarnation: name,
    clock,
    timers,
    disk: { free: asked(disk.free) },
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
      dropSegment: task(content.dropSegment),
      segmentsBefore: task(content.segmentsBefore),
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
    name,
    context,
    lost: losing.promise,
    isAlive,
    isFrozen: () => frozen !== null,
    isLost: () => lost,
    die,
    thaw: () => {
      const { thaw } = frozen ?? {};
      frozen = null;
      thaw?.();
    },
    run: async (action) => {
      await awake();
      const result = await action();
      await awake();
      return result;
    },
  };
}
