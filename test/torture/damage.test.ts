import assert from 'node:assert/strict';
import { test } from 'node:test';

import { run } from '../backup/support.ts';
import { lostFrom, startOn, type Served } from './after-damage.ts';
import {
  both,
  cut,
  cutTo,
  emptied,
  flipped,
  flippedText,
  fromTheFuture,
  garbled,
  grown,
  missing,
  replaced,
  torn,
  type Damage,
} from './damage.ts';
import { leaveBehind, messagesEach, type LeftBehind } from './left-behind.ts';

/** What is to become of a directory: of the one that was stopped politely, or of the one whose engine was killed. */
interface Case {
  readonly what: string;
  readonly of: 'stopped' | 'killed';
  readonly damage: Damage;
  /** What `mm4 verify` names; nothing: all is sound. */
  readonly verify: readonly RegExp[];
  /** The engine refuses to start, and says this in one line. */
  readonly refused?: RegExp;
  /** It serves, and says these in its log. */
  readonly complains?: readonly RegExp[];
  /** So many of the waiting messages cannot be forwarded, and each has its line in the log; default none. */
  readonly kept?: number;
}

const missingEvents = [
  /^events\.db: its events end at position \d+, and \d+ was committed: events are missing; /,
];
const cutShort =
  /events\.db: its events end at position \d+, and \d+ was committed: events are missing\. Put back .*events\.db-wal.*or restore a backup; to go on without them, delete .*events\.mark$/;
const damagedFile = /events\.db is damaged \(.*\): restore a backup$/;
const noEvents =
  /has content, and no events\.db that says what it is: put that back, or restore a backup into an empty directory$/;
const newer = /has schema 99, this program knows \d+: upgrade it$/;
const putBack = /was not dropped: put its files back, or restore them from a backup$/;
const madeAnew = /projections\.db is damaged .*: it is deleted and made anew$/;

const events: readonly Case[] = [
  {
    what: 'the first octets of the events',
    of: 'stopped',
    damage: flipped('events.db', 3),
    verify: [damagedFile],
    refused: damagedFile,
  },
  {
    what: 'the head of a page of the events',
    of: 'stopped',
    damage: torn('events.db', 4_096 * 5, 100),
    verify: [/^events\.db: .*malformed/],
    refused: damagedFile,
  },
  {
    what: 'the second half of the events',
    of: 'stopped',
    damage: cut('events.db', 0.5, 100),
    verify: [/^events\.db: .*malformed/],
    refused: damagedFile,
  },
  {
    what: 'events without an octet',
    of: 'stopped',
    damage: emptied('events.db'),
    verify: [
      /^events\.db: its events end at position 0, and \d+ was committed: events are missing: put it back/,
    ],
    refused: noEvents,
  },
  {
    what: 'missing events',
    of: 'stopped',
    damage: missing('events.db'),
    verify: [/there is no event store in/],
    refused: noEvents,
  },
  {
    what: 'a folder for events',
    of: 'stopped',
    damage: replaced('events.db', 'folder'),
    verify: [/events\.db cannot be used \(.*\): .*see that it is a file/],
    refused: /events\.db cannot be used \(.*\): .*see that it is a file/,
  },
  {
    what: 'events of a newer version',
    of: 'stopped',
    damage: fromTheFuture,
    verify: [newer],
    refused: newer,
  },
];

const wal: readonly Case[] = [
  {
    what: 'a missing WAL',
    of: 'killed',
    damage: both(missing('events.db-wal'), missing('events.db-shm')),
    verify: missingEvents,
    refused: cutShort,
  },
  {
    what: 'half a WAL',
    of: 'killed',
    damage: cut('events.db-wal', 0.5),
    verify: missingEvents,
    refused: cutShort,
  },
  {
    what: 'a WAL without the end of its last transaction',
    of: 'killed',
    damage: cut('events.db-wal', 1, 7),
    verify: missingEvents,
    refused: cutShort,
  },
  {
    what: 'a bit of the WAL',
    of: 'killed',
    damage: flipped('events.db-wal', 20_000),
    verify: missingEvents,
    refused: cutShort,
  },
  {
    what: 'a WAL with a transaction that was begun and not synced',
    of: 'killed',
    damage: grown('events.db-wal'),
    verify: [],
  },
  {
    what: 'a bit of the mark',
    of: 'stopped',
    damage: flipped('events.mark', 12),
    verify: [/events\.mark is damaged/],
    refused: /events\.mark is damaged, .*: check with "mm4 verify", then delete it$/,
  },
];

const derived: readonly Case[] = [
  {
    what: 'no mark, and projections that are none',
    of: 'stopped',
    damage: both(missing('events.mark'), garbled('projections.db')),
    verify: [/^projections\.db: file is not a database; stop the engine, delete/],
    complains: [
      /there is no .*events\.mark yet: whether events are missing can be told from now on$/,
      madeAnew,
    ],
  },
  {
    what: 'torn projections',
    of: 'stopped',
    damage: torn('projections.db', 4_096, 4_096 * 8),
    verify: [/^projections\.db: .*malformed; stop the engine, delete/],
    complains: [madeAnew],
  },
  {
    what: 'projections without an octet',
    of: 'stopped',
    damage: emptied('projections.db'),
    verify: [/^projections\.db: /],
  },
  { what: 'projections without their WAL', of: 'killed', damage: missing('projections.db-wal'), verify: [] },
];

const content: readonly Case[] = [
  {
    what: 'a bit of an event and of a body',
    of: 'stopped',
    damage: both(flippedText('events.db', 't-first-waiting-0'), flipped('bodies/*', -300)),
    verify: [
      /^mms-\S+, revision 0: its hash does not follow from what it says/,
      /^mms-\S+, revision 0: content body\S+ is damaged: its seal is broken; restore it/,
    ],
    complains: [
      /^mms-\S+, revision 0: its hash does not follow .*; restore events\.db from a backup$/,
      /^content body\S+ is damaged: its seal is broken; restore it from a backup$/,
    ],
    kept: 2,
  },
  {
    what: 'torn heads and the end of the bodies',
    of: 'stopped',
    damage: both(torn('heads/*', 0, 4_000), cut('bodies/*', 1, 100)),
    verify: [
      /^mms-\S+, revision 0: content head\S+ is damaged: /,
      /^mms-\S+, revision 0: content body\S+ is damaged: its segment ends within it/,
    ],
    complains: [/^content head\S+ is damaged: /, /^content body\S+ is damaged: its segment ends within it/],
    kept: messagesEach,
  },
  {
    what: 'keys cut off',
    of: 'stopped',
    damage: cutTo('keys/bodies*', 100),
    verify: [/^mms-\S+, revision 0: content body\S+ is damaged: the slot of key \S+ holds no key/],
    complains: [/^content body\S+ is damaged: the slot of key \S+ holds no key; restore it from a backup$/],
    kept: messagesEach,
  },
  {
    what: 'missing keys of heads',
    of: 'stopped',
    damage: missing('keys/heads*'),
    verify: [/keys\/heads-\S+\.keys: it is missing, and mms-\S+, revision 0 needs it/],
    complains: [putBack],
    kept: messagesEach,
  },
  {
    what: 'missing keys of bodies',
    of: 'stopped',
    damage: missing('keys/bodies*'),
    verify: [/keys\/bodies-\S+\.keys: it is missing, and mms-\S+, revision 0 needs it/],
    complains: [putBack],
    kept: messagesEach,
  },
  {
    what: 'missing bodies',
    of: 'stopped',
    damage: missing('bodies/*'),
    verify: [/bodies\/\S+\.seg: it is missing, and mms-\S+, revision 0 needs it/],
    complains: [putBack],
    kept: messagesEach,
  },
  {
    what: 'a file for the folder of bodies',
    of: 'stopped',
    damage: replaced('bodies', 'file'),
    verify: [/content cannot be read: ENOTDIR/],
    refused:
      /cannot be used \(ENOTDIR: not a directory, .*bodies.*\): make it one that this user may write to/,
  },
];

for (const [of, cases] of Object.entries({ events, 'the WAL': wal, 'what is derived': derived, content })) {
  test(`damage to ${of}: a clear refusal or a clean recovery, and mm4 verify names it`, async (context) => {
    const left = await leaveBehind(context);
    for (const one of cases) {
      await context.test(`${one.what} (${one.of})`, () => tryOut(left, one));
    }
  });
}

async function tryOut(
  left: LeftBehind,
  { of, damage, verify, refused, complains = [], kept = 0 }: Case,
): Promise<void> {
  const copy = left.copy(of);
  damage(copy.dataDir);
  const seen = left.copy(of);
  damage(seen.dataDir);
  const isOver = (soFar: Served): boolean =>
    soFar.kept.length <= kept && complains.every((one) => saysSo(soFar, [one]).length > 0) && isTold(soFar);
  const isTold = (soFar: Served): boolean => new Set(saysSo(soFar, complains)).size >= kept;
  const [found, made] = await Promise.all([
    run('verify', '--data', seen.dataDir),
    startOn(copy, left, isOver),
  ]);

  const lines = `${found.stdout}${found.stderr}`.trimEnd().split('\n');
  assert.equal(found.status === 0, verify.length === 0, lines.join('\n'));
  for (const named of verify)
    assert.ok(
      lines.some((line) => named.test(line)),
      lines.join('\n'),
    );
  if (refused !== undefined) {
    assert.ok(made.kind === 'refused', `it was served: ${JSON.stringify(made)}`);
    assert.match(made.said.trimEnd(), refused);
    assert.equal(made.said.trimEnd().split('\n').length, 1, made.said);
    return;
  }
  assert.ok(made.kind === 'served', made.kind === 'refused' ? made.said : '');
  assert.deepEqual(await lostFrom(copy), []);
  assert.equal(made.kept.length, kept, `not forwarded: ${made.kept.join(', ')}`);
  assert.ok(isOver(made), JSON.stringify(made.complaints));
}

/** The streams that complaints like these are about; those about no stream count as one. */
function saysSo({ complaints }: Served, expected: readonly RegExp[]): readonly string[] {
  return complaints
    .filter(({ msg, why }) => expected.some((one) => one.test(textOf(why ?? msg))))
    .map(({ stream }) => textOf(stream));
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
