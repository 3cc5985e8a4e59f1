import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readlinkSync, readdirSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { openSegmentStore } from '../../adapters/content-segments/store.ts';
import { kept, left, noise, readAll, readFailure, right } from '../contracts/content-store.ts';
import {
  clockAt,
  directoryOf,
  filesIn,
  flip,
  keyOnDisk,
  noon,
  placeOf,
  segmentOf,
  slotOf,
} from './support.ts';

const day = 86_400_000;
const lastMillisecond = Date.UTC(2026, 10, 23, 23, 59, 59, 999);

/** Files below a directory that this process has open. */
function openFilesIn(directory: string): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(directory) ? [path] : [];
    } catch {
      return [];
    }
  });
}

describe('on disk', () => {
  it('nothing of the content can be read', async (test) => {
    const directory = directoryOf(test);
    const store = openSegmentStore(directory, clockAt(noon));
    const marker = 'a wonderful picture';
    for (const kind of ['body', 'head'] as const) {
      await kept(store, [Buffer.from(marker.repeat(10)), Buffer.from(marker.repeat(4_000))], kind);
    }
    await store.close();
    const files = filesIn(directory);
    assert.deepEqual([...files.keys()].sort(), [
      'bodies/2026-11-23-0.seg',
      'heads/2026-11-23-0.seg',
      'keys/bodies-2026-11-23-0.keys',
      'keys/heads-2026-11-23-0.keys',
    ]);
    for (const [path, octets] of files) assert.ok(!octets.includes(marker.slice(0, 8)), path);
  });

  it('everything belongs to the user of the engine alone', async (test) => {
    const directory = directoryOf(test);
    const store = openSegmentStore(directory, clockAt(noon));
    await kept(store, [noise(10, 1)]);
    await store.close();
    for (const path of filesIn(directory).keys())
      assert.equal(statSync(join(directory, path)).mode & 0o777, 0o600);
    for (const folder of ['bodies', 'keys'])
      assert.equal(statSync(join(directory, folder)).mode & 0o777, 0o700);
  });

  it('there is nothing of what was not kept', async (test) => {
    const directory = directoryOf(test);
    const store = openSegmentStore(directory, clockAt(noon));
    const writer = store.begin('body');
    writer.write(noise(100_000, 2));
    writer.abandon();
    await store.close();
    assert.deepEqual([...filesIn(directory)], []);
  });

  it('each object begins with what it is and how long', async (test) => {
    const directory = directoryOf(test);
    const store = openSegmentStore(directory, clockAt(noon));
    await kept(store, [noise(5_000, 3)], 'head');
    await kept(store, [noise(7, 4)], 'head');
    await store.close();
    const segment = filesIn(directory).get('heads/2026-11-23-0.seg');
    const objects: unknown[] = [];
    for (let at = 0; segment !== undefined && at < segment.length;) {
      const size = Number(segment.readBigUInt64BE(at + 8));
      objects.push([
        segment.toString('latin1', at, at + 4),
        segment[at + 4],
        segment.toString('latin1', at + 5, at + 6),
        size,
      ]);
      at += 16 + size + 16;
    }
    assert.deepEqual(objects, [
      ['MM4S', 1, 'h', 5_000],
      ['MM4S', 1, 'h', 7],
    ]);
  });

  it('a destroyed key is nowhere any more', async (test) => {
    const directory = directoryOf(test);
    const store = openSegmentStore(directory, clockAt(noon));
    const refs = await Promise.all([1, 2, 3].map((seed) => kept(store, [noise(100, seed)])));
    const keys = refs.map((ref) => Buffer.from(keyOnDisk(directory, ref)));
    right(await store.erase([refs[1]!])());
    const found = keys.map((key) => [...filesIn(directory).values()].some((octets) => octets.includes(key)));
    assert.deepEqual(found, [true, false, true]);
    await store.close();
  });

  it('a key of an earlier day is destroyed in its own file', async (test) => {
    const directory = directoryOf(test);
    const clock = clockAt(noon);
    const store = openSegmentStore(directory, clock);
    const refs = [await kept(store, [noise(100, 1)]), await kept(store, [noise(100, 2)])];
    clock.set(noon + day);
    await kept(store, [noise(100, 3)]);
    const key = Buffer.from(keyOnDisk(directory, refs[0]!));
    right(await store.erase([refs[0]!])());
    assert.ok(![...filesIn(directory).values()].some((octets) => octets.includes(key)));
    assert.deepEqual(await readAll(store, refs[1]!), noise(100, 2));
    await store.close();
    assert.deepEqual(openFilesIn(directory), []);
  });
});

describe('damage', () => {
  const size = 1_000;
  for (const [part, offset, says] of [
    ['the header', 0, /no object of this size/],
    ['the size in the header', 15, /no object of this size/],
    ['the seal', 16 + size, /its seal is broken/],
  ] as const) {
    it(`of ${part} is found and named`, async (test) => {
      const directory = directoryOf(test);
      const store = openSegmentStore(directory, clockAt(noon));
      const ref = await kept(store, [noise(size, 1)]);
      const { path, position } = segmentOf(directory, ref);
      await flip(path, position + offset);
      const failure = await readFailure(store, ref);
      assert.equal(failure.kind, 'damaged');
      assert.match(failure.message, says);
      await store.close();
    });
  }

  for (const octet of [0, 4, 8, 39, 43, 63]) {
    it(`of a key's slot is damage, not erasure: octet ${octet}`, async (test) => {
      const directory = directoryOf(test);
      const first = openSegmentStore(directory, clockAt(noon));
      const ref = await kept(first, [noise(size, 1)]);
      await first.close();
      const { path, position } = slotOf(directory, ref);
      await flip(path, position + octet);
      const store = openSegmentStore(directory, clockAt(noon));
      const failure = await readFailure(store, ref);
      assert.equal(failure.kind, 'damaged');
      assert.match(failure.message, /holds no key/);
      await store.close();
    });
  }

  it('by another object of the same size in its place is found', async (test) => {
    const directory = directoryOf(test);
    const store = openSegmentStore(directory, clockAt(noon));
    const [one, other] = [await kept(store, [noise(size, 1)]), await kept(store, [noise(size, 2)])];
    const mixed = one.replace(/\d+\+/, `${placeOf(other).position}+`) as typeof one;
    assert.equal((await readFailure(store, mixed)).kind, 'damaged');
    await store.close();
  });

  it('by a file that ends too early is found', async (test) => {
    const directory = directoryOf(test);
    const store = openSegmentStore(directory, clockAt(noon));
    const ref = await kept(store, [noise(size, 1)]);
    const beyond = ref.replace(/\d+\+/, '999999999999999+') as typeof ref;
    const failure = await readFailure(store, beyond);
    assert.deepEqual([failure.kind, /its segment ends within it/.test(failure.message)], ['damaged', true]);
    await store.close();
  });

  it('is not what a disk that cannot be read is called', async (test) => {
    const directory = directoryOf(test);
    const store = openSegmentStore(directory, clockAt(noon));
    const ref = await kept(store, [noise(size, 1)]);
    const { path } = segmentOf(directory, ref);
    unlinkSync(path);
    mkdirSync(path);
    const failure = await readFailure(store, ref);
    assert.equal(failure.kind, 'unavailable');
    assert.match(failure.message, /cannot be read: .*EISDIR/);
    rmSync(path, { recursive: true });
    assert.equal((await readFailure(store, ref)).kind, 'erased');
    await store.close();
  });
});

describe('days and segments', () => {
  it('a new day has files of its own', async (test) => {
    const directory = directoryOf(test);
    const clock = clockAt(lastMillisecond);
    const store = openSegmentStore(directory, clock);
    const before = await kept(store, [noise(10, 1)]);
    const across = store.begin('body');
    across.write(noise(20, 2));
    clock.set(lastMillisecond + 1);
    const after = await kept(store, [noise(30, 3)]);
    // Begun on the day before: its key is in that day's file, which was let go meanwhile.
    const acrossRef = right(await across.keep()());
    assert.deepEqual(
      [before, after, acrossRef].map((ref) => [placeOf(ref).segment, placeOf(ref).key]),
      [
        ['2026-11-23-0', '2026-11-23-0.0'],
        ['2026-11-24-0', '2026-11-24-0.0'],
        ['2026-11-24-0', '2026-11-23-0.1'],
      ],
    );
    await store.close();
    const again = openSegmentStore(directory, clock);
    assert.deepEqual(await readAll(again, before), noise(10, 1));
    assert.deepEqual(await readAll(again, after), noise(30, 3));
    assert.deepEqual(await readAll(again, acrossRef), noise(20, 2));
    await again.close();
    assert.deepEqual(openFilesIn(directory), []);
  });

  it('a clock that is set back returns to no earlier file', async (test) => {
    const clock = clockAt(noon);
    const store = openSegmentStore(directoryOf(test), clock);
    await kept(store, [noise(10, 1)]);
    clock.set(noon + day);
    await kept(store, [noise(10, 2)]);
    clock.set(noon);
    assert.equal(placeOf(await kept(store, [noise(10, 3)])).segment, '2026-11-24-0');
    await store.close();
  });

  it('a full segment is followed by another one, also after a restart', async (test) => {
    const directory = directoryOf(test);
    const clock = clockAt(noon);
    const options = { segmentLimit: 1_000 };
    const contents = [400, 400, 400, 5_000, 10, 400].map((size, at) => noise(size, at));
    const refs = [];
    for (const content of contents) {
      const store = openSegmentStore(directory, clock, options);
      refs.push(await kept(store, [content]));
      await store.close();
    }
    const segments = refs.map((ref) => placeOf(ref).segment.slice(-1));
    assert.deepEqual(segments, ['0', '0', '1', '2', '3', '3']);
    const store = openSegmentStore(directory, clock, options);
    for (const [at, ref] of refs.entries()) assert.deepEqual(await readAll(store, ref), contents[at]);
    await store.close();
  });

  it('a dropped segment takes all in it and nothing else; the one being written stays', async (test) => {
    const directory = directoryOf(test);
    const clock = clockAt(noon);
    const store = openSegmentStore(directory, clock);
    const old = [await kept(store, [noise(10, 1)]), await kept(store, [noise(10, 2)])];
    const head = await kept(store, [noise(10, 3)], 'head');
    clock.set(noon + 9 * day);
    const young = await kept(store, [noise(10, 4)]);
    for (const ref of [...old, young]) await readAll(store, ref);

    assert.deepEqual(store.segments('body'), ['2026-11-23-0', '2026-12-02-0']);
    for (const name of store.segments('body')) right(await store.dropSegment({ kind: 'body', name })());
    assert.deepEqual(store.segments('body'), ['2026-12-02-0']);
    for (const ref of old) assert.equal((await readFailure(store, ref)).kind, 'erased');
    for (const ref of [head, young]) assert.equal((await readAll(store, ref)).length, 10);
    await store.close();
  });

  it('the keys of a day go with the last segment that may need them', async (test) => {
    const directory = directoryOf(test);
    const clock = clockAt(lastMillisecond);
    const store = openSegmentStore(directory, clock);
    await kept(store, [noise(10, 1)]);
    const across = store.begin('body');
    across.write(noise(20, 2));
    clock.set(lastMillisecond + 1);
    const acrossRef = right(await across.keep()());
    clock.set(lastMillisecond + 9 * day);
    await kept(store, [noise(30, 3)]);
    const drop = async (name: string): Promise<readonly string[]> => {
      right(await store.dropSegment({ kind: 'body', name })());
      return readdirSync(join(directory, 'keys')).sort();
    };
    const [first, last] = ['bodies-2026-11-23-0.keys', 'bodies-2026-12-02-0.keys'];
    assert.deepEqual(await drop('2026-11-23-0'), [first, last]);
    assert.deepEqual(await readAll(store, acrossRef), noise(20, 2));
    assert.deepEqual(await drop('2026-11-24-0'), [last]);
    assert.equal((await readFailure(store, acrossRef)).kind, 'erased');
    await store.close();
  });

  it('segments are listed in the order they were written', async (test) => {
    const store = openSegmentStore(directoryOf(test), clockAt(noon), { segmentLimit: 100 });
    for (let seed = 0; seed < 12; seed++) await kept(store, [noise(90, seed)]);
    assert.deepEqual(
      store.segments('body').map((name) => Number(name.slice(11))),
      Array.from({ length: 12 }, (_, at) => at),
    );
    await store.close();
  });

  it('what a crash left at the end of a file is in nobody’s way', async (test) => {
    const directory = directoryOf(test);
    const first = openSegmentStore(directory, clockAt(noon));
    const before = await kept(first, [noise(100, 1)]);
    await first.close();
    appendFileSync(segmentOf(directory, before).path, noise(777, 2));
    appendFileSync(slotOf(directory, before).path, noise(33, 3));
    const store = openSegmentStore(directory, clockAt(noon));
    const after = await kept(store, [noise(100, 4)]);
    assert.equal(slotOf(directory, after).position, 128);
    await store.close();
    const again = openSegmentStore(directory, clockAt(noon));
    assert.deepEqual(await readAll(again, before), noise(100, 1));
    assert.deepEqual(await readAll(again, after), noise(100, 4));
    await again.close();
  });
});

describe('resources', () => {
  it('fifty that wait together share one sync of content and one of keys', async (test) => {
    const store = openSegmentStore(directoryOf(test), clockAt(noon));
    await Promise.all(Array.from({ length: 50 }, (_, at) => kept(store, [noise(1_000, at)])));
    assert.deepEqual(store.syncs(), { segments: 1, keys: 1 });
    await kept(store, [noise(1_000, 50)]);
    assert.deepEqual(store.syncs(), { segments: 2, keys: 2 });
    await store.close();
  });

  it('a few files are kept open for reading, and none after the end', async (test) => {
    const directory = directoryOf(test);
    const store = openSegmentStore(directory, clockAt(noon), { segmentLimit: 1 });
    const refs = [];
    for (let seed = 0; seed < 60; seed++) refs.push(await kept(store, [noise(70_000, seed)]));
    const read = await Promise.all(refs.map((ref) => readAll(store, ref)));
    for (const [seed, content] of read.entries()) assert.deepEqual(content, noise(70_000, seed));
    await store.close();
    assert.deepEqual(openFilesIn(directory), []);
  });

  it('a directory that cannot be used is a failure that says what to do', async (test) => {
    const directory = directoryOf(test);
    appendFileSync(join(directory, 'bodies'), 'a file where a folder should be');
    const store = openSegmentStore(directory, clockAt(noon));
    const writer = store.begin('body');
    writer.write(noise(10, 1));
    const failure = left(await writer.keep()());
    assert.equal(failure.kind, 'unavailable');
    assert.match(failure.message, /cannot be stored: .*bodies.*; look at the disk of node.dataDir/);
    unlinkSync(join(directory, 'bodies'));
    assert.deepEqual(await readAll(store, await kept(store, [noise(10, 2)])), noise(10, 2));
    await store.close();
  });
});
