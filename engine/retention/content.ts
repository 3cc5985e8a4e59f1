import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as RA from 'fp-ts/lib/ReadonlyArray.js';

import { decodeEvent } from '../../domain/mms/codec.ts';
import type { ContentKind, Segment } from '../../domain/ports.ts';
import type { Context } from '../context.ts';
import { contentOf } from './content-of.ts';
import { segmentKey } from './dropped.ts';
import { recordDropped } from './record-dropped.ts';

interface Problem {
  readonly message: string;
}

const pageSize = 100;

/**
 * Drops the segments that are older than `content.bodies` and `content.heads`, unless a message that is still open refers to
 * something in them. What goes is recorded first.
 */
export async function dropOldContent(context: Context): Promise<E.Either<Problem, void>> {
  const old: Segment[] = [];
  for (const kind of ['body', 'head'] as const) {
    const listed = await context.content.segmentsBefore(kind, oldest(context, kind))();
    if (E.isLeft(listed)) return listed;
    old.push(...listed.right);
  }
  if (old.length === 0) return E.right(undefined);
  const needed = await segmentsInUse(context);
  if (E.isLeft(needed)) return needed;
  const kept = old.filter((segment) => needed.right.has(segmentKey(segment)));
  if (kept.length > 0) {
    context.log.warn({ segments: kept.map(segmentKey) }, 'old content is kept: an open message needs it');
  }
  return drop(
    context,
    old.filter((segment) => !kept.includes(segment)),
  );
}

function oldest({ clock, configuration }: Context, kind: ContentKind): number {
  return clock.now() - (kind === 'body' ? configuration.content.bodies : configuration.content.heads);
}

async function drop(context: Context, segments: readonly Segment[]): Promise<E.Either<Problem, void>> {
  const recorded = await recordDropped(context, segments);
  if (E.isLeft(recorded)) return recorded;
  for (const segment of segments) {
    const dropped = await context.content.dropSegment(segment)();
    if (E.isLeft(dropped)) return dropped;
    context.log.info(segment, 'old content was dropped');
  }
  return E.right(undefined);
}

/**
 * The segments that open messages refer to, as `segmentKey` names them. Asked only when a segment is old, so once a day. A stream that
 * cannot be read is a failure: nobody knows what it needs.
 */
async function segmentsInUse(context: Context): Promise<E.Either<Problem, ReadonlySet<string>>> {
  await context.openWork.whenCaughtUp();
  const used = new Set<string>();
  for (let after = ''; ;) {
    const page = await context.ends.open(after, pageSize);
    for (const found of await Promise.all(page.map((stream) => segmentsOf(context, stream)))) {
      if (E.isLeft(found)) return found;
      for (const key of found.right) used.add(key);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return E.right(used);
    after = last;
  }
}

async function segmentsOf(context: Context, stream: string): Promise<E.Either<Problem, readonly string[]>> {
  return pipe(
    await context.store.readStream(stream)(),
    E.chainW(RA.traverse(E.Applicative)(decodeEvent)),
    E.map((events) =>
      events
        .flatMap(contentOf)
        .map(({ ref }) => context.content.segmentOf(ref))
        .filter((segment) => segment !== null)
        .map(segmentKey),
    ),
  );
}
