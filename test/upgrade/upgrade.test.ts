import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { openForReading, isUpToDate } from '../../adapters/store-sqlite/schema.ts';
import { currentVersion, eventTypes } from '../../domain/mms/codec.ts';
import { mm4 } from '../cli/support.ts';
import { finish, streamsIn, type Finished } from './finish.ts';
import { fixtures, type Fixture } from './fixtures.ts';
import * as promises from './promises.ts';
import { states } from './states.ts';
import { stateOf } from './wire.ts';

const kept = fixtures();
const makeOne = 'make a fixture that does: npm run fixtures:upgrade -- NAME';

/** A copy of a fixture's data directory, gone afterwards. Whoever reads an event file leaves traces beside it. */
async function withCopy<A>({ store }: Fixture, use: (directory: string) => Promise<A>): Promise<A> {
  const directory = mkdtempSync(join(tmpdir(), 'mm4-upgrade-'));
  try {
    cpSync(store, directory, { recursive: true });
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

for (const fixture of kept) {
  describe(`what was in flight: ${fixture.name}`, () => {
    let begun: Promise<Finished> | undefined;
    /** Once for all tests; within the first of them, which may take its time. */
    const finished = (): Promise<Finished> =>
      (begun ??= withCopy(fixture, (directory) => finish(fixture, directory)));

    test('is whole for `mm4 verify`, before the new version has started', async () => {
      await withCopy(fixture, async (directory) => {
        const { stdout, stderr, status } = await mm4(['verify', '--data', directory]);
        assert.match(stdout, /nothing is damaged\n$/, stderr);
        assert.equal(status, 0);
      });
    });

    test('comes to its end', async () => promises.endsEverything(await finished()));

    test('is not forwarded a second time, and no answer is lost', async () => {
      promises.leavesNothingOut(await finished());
      promises.sendsNothingUnclaimed(await finished());
    });

    test('keeps its ids and its content', async () => {
      promises.keepsIds(await finished());
      promises.keepsContent(await finished());
    });

    test('keeps its history', async () => promises.keepsWhatWasWritten(await finished()));

    test('says with each batch what its stream then owes', async () =>
      promises.statesWhatIsOwed(await finished()));
  });
}

describe('the fixtures', () => {
  const versionsIn = (fixture: Fixture): Promise<readonly string[]> =>
    withCopy(fixture, (directory) =>
      Promise.resolve(
        streamsIn(directory).flatMap(({ stored, events }) =>
          stored.slice(0, events.length).map(({ type, metadata }) => {
            const { v } = JSON.parse(metadata) as { readonly v: number };
            return `${type} v${v}`;
          }),
        ),
      ),
    );

  test('have among them every version of every event, and the newest has all current ones', async () => {
    const found = await Promise.all(kept.map(versionsIn));
    for (const type of eventTypes) {
      const current = currentVersion(type);
      assert.ok(
        found.at(-1)?.includes(`${type} v${current}`),
        `the newest has no ${type} v${current}; ${makeOne}`,
      );
      for (let v = 1; v <= current; v += 1)
        assert.ok(found.flat().includes(`${type} v${v}`), `none has a ${type} v${v}`);
    }
  });

  test('have among them every schema of the store, and the newest has the current one', async () => {
    const found: number[] = [];
    for (const fixture of kept) {
      await withCopy(fixture, (directory) => {
        const db = openForReading(join(directory, 'events.db'));
        found.push(Number(db.prepare('pragma user_version').get()?.['user_version']));
        assert.ok(fixture !== kept.at(-1) || isUpToDate(db), makeOne);
        db.close();
        return Promise.resolve();
      });
    }
    const expected = Array.from({ length: found.at(-1) ?? 0 }, (_, index) => index + 1);
    assert.deepEqual([...new Set(found)], expected);
  });

  test('of which the newest has a message in each state', async () => {
    const newest = kept.at(-1);
    assert.ok(newest !== undefined);
    const streams = await withCopy(newest, (directory) => Promise.resolve(streamsIn(directory)));
    const found = streams.flatMap(({ messageId }) => (messageId === null ? [] : [stateOf(messageId)]));
    assert.deepEqual([...new Set(found)].sort(), Object.keys(states).sort(), makeOne);
  });
});
