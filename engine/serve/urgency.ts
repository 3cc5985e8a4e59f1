import { nextClass, nobodyPassedOver } from '../../domain/limits/priority.ts';

/** The streams of one urgency that are at hand. */
export interface UrgencyClass {
  readonly on: string;
  readonly ready: Set<string>;
  /** There may be more in open work than the window holds. */
  backlog: boolean;
}

/** Streams that may be served now, by urgency; none of the classes starves. */
export interface ReadyStreams {
  readonly classes: readonly UrgencyClass[];
  has(stream: string): boolean;
  /** Takes the next one out. */
  next(): { readonly stream: string; readonly on: string } | undefined;
}

export function readyStreams(ons: readonly string[]): ReadyStreams {
  const classes = ons.map((on): UrgencyClass => ({ on, ready: new Set(), backlog: true }));
  let passedOver = nobodyPassedOver;
  return {
    classes,
    has: (stream) => classes.some(({ ready }) => ready.has(stream)),
    next: () => {
      const chosen = nextClass(
        classes.map(({ ready }) => ready.size > 0),
        passedOver,
      );
      const urgency = chosen === null ? undefined : classes[chosen.served];
      const [stream] = urgency?.ready ?? [];
      if (chosen === null || urgency === undefined || stream === undefined) return undefined;
      passedOver = chosen.passedOver;
      for (const { ready } of classes) ready.delete(stream);
      return { stream, on: urgency.on };
    },
  };
}
