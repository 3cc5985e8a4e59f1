import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';
import fc from 'fast-check';

import {
  ContentError,
  type ContentFailure,
  type ContentKind,
  type ContentRef,
  type ContentStore,
} from '../../domain/ports.ts';

/** A content store on trial. */
export interface ContentSubject {
  readonly store: ContentStore;
  /** Closes the store; what it gives is opened anew on the same content. */
  reopen(): Promise<ContentStore>;
  /** Flips a bit of what is kept, in its octet so and so, counted from 0. */
  damage(ref: ContentRef, octet: number): Promise<void>;
  /** Sets the store's clock, which begins on 2026-11-23 at noon. */
  setClock(now: number): void;
  stop(): Promise<void>;
}

/** What every content store must do. */
export function contentStoreContract(make: () => Promise<ContentSubject>): void {
  let subject: ContentSubject;
  let store: ContentStore;

  beforeEach(async () => {
    subject = await make();
    store = subject.store;
  });
  afterEach(() => subject.stop());

  describe('what was kept', () => {
    for (const size of [0, 1, 65_535, 65_536, 65_537, 131_072, 300 * 1_024]) {
      it(`is read as it was written: ${size} octets`, async () => {
        const content = noise(size, size);
        assert.deepEqual(await readAll(store, await kept(store, [content])), content);
      });
    }

    it('is the same however it was cut into chunks', async () => {
      const content = noise(300 * 1_024, 1);
      const cuts = fc.array(fc.integer({ min: 0, max: content.length }), { maxLength: 40 });
      await fc.assert(
        fc.asyncProperty(cuts, async (places) => {
          const chunks = cutAt(content, places);
          assert.deepEqual(await readAll(store, await kept(store, chunks)), content);
        }),
        { numRuns: 30 },
      );
      for (const length of [1, 7, 4_095, 4_096, 16_384]) {
        const some = content.subarray(0, 40_000);
        const chunks = Array.from({ length: Math.ceil(some.length / length) }, (_, at) =>
          some.subarray(at * length, (at + 1) * length),
        );
        assert.deepEqual(await readAll(store, await kept(store, chunks)), some, `${length} at a time`);
      }
    });

    it('does not change when the caller uses its chunk again', async () => {
      const writer = store.begin('body');
      const chunk = Buffer.alloc(20_000);
      for (const letter of ['a', 'b', 'c']) writer.write(chunk.fill(letter));
      const ref = right(await writer.keep()());
      chunk.fill('x');
      const expected = ['a', 'b', 'c'].map((letter) => letter.repeat(20_000)).join('');
      assert.equal((await readAll(store, ref)).toString(), expected);
    });

    it('comes in chunks of at most 64 KiB, none of them empty', async () => {
      const ref = await kept(store, [noise(300 * 1_024, 2)]);
      const sizes: number[] = [];
      for await (const chunk of store.read(ref)) sizes.push(chunk.length);
      assert.ok(Math.min(...sizes) > 0 && Math.max(...sizes) <= 65_536, String(sizes));
    });

    it('is there when the store is opened again', async () => {
      const contents = [noise(0, 3), noise(1_000, 4), noise(200_000, 5)];
      const refs = await Promise.all(contents.map((content) => kept(store, [content], 'head')));
      const again = await subject.reopen();
      for (const [at, ref] of refs.entries()) assert.deepEqual(await readAll(again, ref), contents[at]);
    });

    it('may be left half read', async () => {
      const ref = await kept(store, [noise(300 * 1_024, 6)]);
      for await (const chunk of store.read(ref)) {
        assert.ok(chunk.length > 0);
        break;
      }
      assert.equal((await readAll(store, ref)).length, 300 * 1_024);
    });
  });

  describe('writers', () => {
    it('do not mix, fifty at once, of both kinds', async () => {
      const contents = Array.from({ length: 50 }, (_, at) => noise(1 + at * 1_999, at));
      const writers = contents.map((_, at) => store.begin(kindOf(at)));
      for (let piece = 0; piece < 10; piece++) {
        for (const [at, content] of contents.entries()) {
          const length = Math.ceil(content.length / 10);
          writers[at]!.write(content.subarray(piece * length, (piece + 1) * length));
        }
      }
      const refs = await Promise.all(
        writers.toReversed().map(async (writer) => right(await writer.keep()())),
      );
      assert.equal(new Set(refs).size, 50);
      const read = await Promise.all(refs.toReversed().map((ref) => readAll(store, ref)));
      assert.deepEqual(read, contents);
    });

    it('answer the same when asked to keep again', async () => {
      const writer = store.begin('body');
      writer.write(noise(100, 7));
      const [first, second] = await Promise.all([writer.keep()(), writer.keep()()]);
      assert.deepEqual([second, await writer.keep()()], [first, first]);
    });

    it('take nothing more once they kept: that is a mistake in the program', async () => {
      const writer = store.begin('body');
      await writer.keep()();
      assert.throws(() => writer.write(noise(1, 8)));
    });

    it('keep nothing that was abandoned', async () => {
      const abandoned = store.begin('body');
      abandoned.write(noise(100, 9));
      abandoned.abandon();
      abandoned.write(noise(100, 9));
      const content = noise(100, 10);
      assert.deepEqual(await readAll(store, await kept(store, [content])), content);
      assert.equal(left(await abandoned.keep()()).kind, 'unavailable');
    });

    it('keep what was abandoned too late, and what comes after it', async () => {
      const contents = [noise(40_000, 11), noise(50_000, 12)];
      const writers = contents.map(() => store.begin('body'));
      const keeping = writers.map((writer, at) => {
        writer.write(contents[at]!);
        const answer = writer.keep()();
        writer.abandon();
        return answer;
      });
      const refs = (await Promise.all(keeping)).map(right);
      assert.deepEqual(await Promise.all(refs.map((ref) => readAll(store, ref))), contents);
    });
  });

  describe('damage', () => {
    for (const size of [1, 1_000, 65_536, 300 * 1_024]) {
      it(`shows before the last chunk is given: ${size} octets`, async () => {
        const content = noise(size, 13);
        for (const octet of [0, Math.floor(size / 2), size - 1]) {
          const ref = await kept(store, [content]);
          await subject.damage(ref, octet);
          let given = 0;
          const failure = await readFailure(store, ref, (chunk) => (given += chunk.length));
          assert.ok(given < size, `all ${size} octets were given`);
          assert.equal(failure.kind, 'damaged');
          assert.ok('ref' in failure && failure.ref === ref);
        }
      });
    }

    it('of one leaves the others', async () => {
      const content = noise(1_000, 14);
      const refs = [await kept(store, [content]), await kept(store, [content]), await kept(store, [content])];
      await subject.damage(refs[1]!, 999);
      assert.deepEqual(await readAll(store, refs[0]!), content);
      assert.deepEqual(await readAll(store, refs[2]!), content);
    });
  });

  describe('what was erased', () => {
    it('cannot be read any more, now and when opened again; the others can', async () => {
      const content = noise(1_000, 15);
      const kinds: readonly ContentKind[] = ['body', 'head', 'body', 'head'];
      const refs = await Promise.all(kinds.map((kind) => kept(store, [content], kind)));
      for (const ref of refs) await readAll(store, ref);
      const [body, head, ...others] = refs;
      right(await store.erase([body!, head!])());
      for (const ref of [body!, head!]) assert.equal((await readFailure(store, ref)).kind, 'erased');
      const again = await subject.reopen();
      for (const ref of [body!, head!]) assert.equal((await readFailure(again, ref)).kind, 'erased');
      for (const ref of others) assert.deepEqual(await readAll(again, ref), content);
    });

    it('may be erased again', async () => {
      const ref = await kept(store, [noise(10, 18)]);
      for (const refs of [[ref], [ref], [ref, ref], []]) right(await store.erase(refs)());
      assert.equal((await readFailure(store, ref)).kind, 'erased');
    });

    it('makes no room for another: what comes later is read as it was written', async () => {
      const first = await kept(store, [noise(10, 19)]);
      right(await store.erase([first])());
      const again = await subject.reopen();
      const second = await kept(again, [noise(10, 20)]);
      assert.equal((await readFailure(again, first)).kind, 'erased');
      assert.deepEqual(await readAll(again, second), noise(10, 20));
    });
  });

  describe('a reference of nothing', () => {
    for (const text of ['', 'nonsense', 'body/../../etc/passwd', 'body/2026-11-23-0/0+1/../../x.0']) {
      it(`is a failure and no crash: '${text}'`, async () => {
        const ref = text as ContentRef;
        assert.equal((await readFailure(store, ref)).kind, 'damaged');
        const content = await kept(store, [noise(10, 21)]);
        assert.equal(left(await store.erase([ref, content])()).kind, 'damaged');
        assert.equal(
          (await readFailure(store, content)).kind,
          'erased',
          'the others are erased all the same',
        );
      });
    }
  });

  describe('segments', () => {
    it('go whole, by kind, once their day is over; the one being written stays', async () => {
      const old = [await kept(store, [noise(10, 1)]), await kept(store, [noise(10, 2)])];
      const head = await kept(store, [noise(10, 3)], 'head');
      assert.deepEqual(right(await store.segmentsBefore('body', midnight + 9 * day)()), []);
      subject.setClock(midnight + 5 * day);
      const young = await kept(store, [noise(10, 4)]);
      assert.deepEqual(right(await store.segmentsBefore('body', midnight - 1)()), []);
      const over = right(await store.segmentsBefore('body', midnight)());
      assert.deepEqual(over, [store.segmentOf(old[0]!)]);
      assert.deepEqual(right(await store.segmentsBefore('body', midnight + 9 * day)()), over);
      for (const segment of [...over, store.segmentOf(young)!]) right(await store.dropSegment(segment)());
      for (const ref of old) assert.equal((await readFailure(store, ref)).kind, 'erased');
      for (const ref of [head, young]) assert.equal((await readAll(store, ref)).length, 10);
      right(await store.dropSegment(over[0]!)());
      assert.deepEqual(right(await store.segmentsBefore('body', midnight)()), []);
    });

    it('a reference of another store is in none', () => {
      assert.equal(store.segmentOf('nowhere' as ContentRef), null);
    });
  });
}

// ---------------------------------------------------------------- a store, used

const day = 24 * 3_600_000;
const midnight = Date.UTC(2026, 10, 24);

/** Octets that look like chance and are the same for the same seed. */
export function noise(size: number, seed: number): Buffer {
  const octets = Buffer.allocUnsafe(size);
  let state = seed + 1;
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    octets[at] = state >>> 24;
  }
  return octets;
}

export async function kept(
  store: ContentStore,
  chunks: readonly Uint8Array[],
  kind: ContentKind = 'body',
): Promise<ContentRef> {
  const writer = store.begin(kind);
  for (const chunk of chunks) writer.write(chunk);
  return right(await writer.keep()());
}

export async function readAll(store: ContentStore, ref: ContentRef): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of store.read(ref)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Reads what cannot be read. */
export async function readFailure(
  store: ContentStore,
  ref: ContentRef,
  seen: (chunk: Uint8Array) => void = () => undefined,
): Promise<ContentFailure> {
  try {
    for await (const chunk of store.read(ref)) seen(chunk);
  } catch (error) {
    assert.ok(error instanceof ContentError, String(error));
    return error.failure;
  }
  throw new assert.AssertionError({ message: `${ref} was read` });
}

export function right<A>(answer: E.Either<ContentFailure, A>): A {
  if (E.isLeft(answer)) throw new assert.AssertionError({ message: answer.left.message });
  return answer.right;
}

export function left<A>(answer: E.Either<ContentFailure, A>): ContentFailure {
  if (E.isRight(answer)) throw new assert.AssertionError({ message: 'it did not fail' });
  return answer.left;
}

function kindOf(at: number): ContentKind {
  return at % 2 === 0 ? 'body' : 'head';
}

function cutAt(content: Buffer, places: readonly number[]): readonly Buffer[] {
  const borders = [0, ...places.toSorted((one, other) => one - other), content.length];
  return borders.slice(1).map((to, at) => content.subarray(borders[at], to));
}
