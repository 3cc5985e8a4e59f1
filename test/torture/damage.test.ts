import assert from 'node:assert/strict';
import { test } from 'node:test';

import { run } from '../backup/support.ts';
import { startOn, lostFrom, type Served } from './after-damage.ts';
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
import { leaveBehind, messagesEach } from './left-behind.ts';

/** What is to become of a directory: of the one that was stopped politely, or of the one whose engine was killed. */
interface Case {
  readonly what: string;
  readonly of: 'stopped' | 'killed';
  readonly damage: Damage;
  /** What `mm4 verify` names; null: it finds nothing. */
  readonly verify: RegExp | null;
  /** The engine refuses to start, and says so. */
  readonly refused?: RegExp;
  /** It serves, and tells this in its log for each message that it cannot forward. */
  readonly complains?: RegExp;
  /** So many of the waiting messages cannot be forwarded; default none. */
  readonly kept?: number;
}

const notThere = /events are missing; restore it from a backup$|events are missing: put it back/;
const cutShort =
  /events\.db: its events end at position \d+, and \d+ was committed: events are missing\. Put back .*events\.db-wal.*or restore a backup; to go on without them, delete .*events\.mark$/;
const damagedFile = /events\.db is damaged \(.*\): restore a backup$/;
const putBack = /was not dropped: put its files back, or restore them from a backup$/;
const broken = /^content .* is damaged: .*; restore it from a backup$/;

const cases: readonly Case[] = [
  { what: 'nothing', of: 'stopped', damage: both(), verify: null },
  { what: 'nothing', of: 'killed', damage: both(), verify: null },

  // ------------------------------------------------------------ the events
  {
    what: 'the first octets of the events, one bit of them',
    of: 'stopped',
    damage: flipped('events.db', 3),
    verify: damagedFile,
    refused: damagedFile,
  },
  {
    what: 'a bit of an event',
    of: 'stopped',
    damage: flippedText('events.db', 'first-waiting-0@'),
    verify: /^mms-\S+, revision 0: its hash does not follow from what it says/,
    complains: /its hash does not follow from what it says .*restore events\.db from a backup$/,
    kept: 1,
  },
  {
    what: 'the head of a page of the events',
    of: 'stopped',
    damage: torn('events.db', 4_096 * 5, 100),
    verify: /^events\.db: .*malformed/,
    refused: damagedFile,
  },
  {
    what: 'the end of the events cut off',
    of: 'stopped',
    damage: cut('events.db', 0.5, 100),
    verify: /malformed/,
    refused: damagedFile,
  },
  {
    what: 'no octet of the events',
    of: 'stopped',
    damage: emptied('events.db'),
    verify: notThere,
    refused: cutShort,
  },
  {
    what: 'the events missing',
    of: 'stopped',
    damage: missing('events.db'),
    verify: /there is no event store in/,
    refused: /has content, and no events\.db that says what it is: put that back, or restore a backup/,
  },
  {
    what: 'the events a folder',
    of: 'stopped',
    damage: replaced('events.db', 'folder'),
    verify: /unable to open database file/,
    refused:
      /events\.db cannot be used \(unable to open database file\): let the user .* see that this is a file$/,
  },
  {
    what: 'events of a newer version',
    of: 'stopped',
    damage: fromTheFuture,
    verify: /has schema 99, this program knows \d+: upgrade it/,
    refused: /has schema 99, this program knows \d+: upgrade it$/,
  },

  // ------------------------------------------------------------ their WAL
  {
    what: 'the WAL missing',
    of: 'killed',
    damage: missing('events.db-wal'),
    verify: notThere,
    refused: cutShort,
  },
  {
    what: 'the WAL and its index missing',
    of: 'killed',
    damage: both(missing('events.db-wal'), missing('events.db-shm')),
    verify: notThere,
    refused: cutShort,
  },
  {
    what: 'no octet of the WAL',
    of: 'killed',
    damage: emptied('events.db-wal'),
    verify: notThere,
    refused: cutShort,
  },
  {
    what: 'half of the WAL',
    of: 'killed',
    damage: cut('events.db-wal', 0.5),
    verify: notThere,
    refused: cutShort,
  },
  {
    what: 'the last octets of the WAL',
    of: 'killed',
    damage: cut('events.db-wal', 1, 7),
    verify: notThere,
    refused: cutShort,
  },
  {
    what: 'a bit of the WAL',
    of: 'killed',
    damage: flipped('events.db-wal', 20_000),
    verify: notThere,
    refused: cutShort,
  },
  {
    what: 'a transaction that was begun and not synced',
    of: 'killed',
    damage: grown('events.db-wal'),
    verify: null,
  },
  {
    what: 'the mark missing',
    of: 'stopped',
    damage: missing('events.mark'),
    verify: null,
    complains: /there is no .*events\.mark yet: whether events are missing can be told from now on/,
  },
  {
    what: 'a bit of the mark',
    of: 'stopped',
    damage: flipped('events.mark', 12),
    verify: /events\.mark is damaged/,
    refused: /events\.mark is damaged, .*: check with "mm4 verify", then delete it$/,
  },

  // ------------------------------------------------------------ what is derived from them
  {
    what: 'projections that are none',
    of: 'stopped',
    damage: garbled('projections.db'),
    verify: /^projections\.db: file is not a database; stop the engine, delete/,
    complains: /projections\.db is damaged .*: it is deleted and made anew/,
  },
  {
    what: 'pages of the projections',
    of: 'stopped',
    damage: torn('projections.db', 4_096, 4_096 * 8),
    verify: /^projections\.db: .*malformed; stop the engine, delete/,
    complains: /projections\.db is damaged .*: it is deleted and made anew/,
  },
  {
    what: 'no octet of the projections',
    of: 'stopped',
    damage: emptied('projections.db'),
    verify: /^projections\.db: /,
  },
  {
    what: 'the WAL of the projections missing',
    of: 'killed',
    damage: missing('projections.db-wal'),
    verify: /./,
  },

  // ------------------------------------------------------------ content and keys
  {
    what: 'keys of bodies missing',
    of: 'stopped',
    damage: missing('keys/bodies*'),
    verify: /keys\/bodies-\S+\.keys: it is missing, and mms-\S+, revision 0 needs it/,
    complains: putBack,
    kept: messagesEach,
  },
  {
    what: 'keys of heads missing',
    of: 'stopped',
    damage: missing('keys/heads*'),
    verify: /keys\/heads-\S+\.keys: it is missing, and mms-\S+, revision 0 needs it/,
    complains: putBack,
    kept: messagesEach,
  },
  {
    what: 'bodies missing',
    of: 'stopped',
    damage: missing('bodies/*'),
    verify: /bodies\/\S+\.seg: it is missing, and mms-\S+, revision 0 needs it/,
    complains: putBack,
    kept: messagesEach,
  },
  {
    what: 'heads missing',
    of: 'stopped',
    damage: missing('heads/*'),
    verify: /heads\/\S+\.seg: it is missing, and mms-\S+, revision 0 needs it/,
    complains: putBack,
    kept: messagesEach,
  },
  {
    what: 'keys cut off',
    of: 'stopped',
    damage: cutTo('keys/bodies*', 100),
    verify: /^mms-\S+, revision 0: content body\S+ is damaged: the slot of key \S+ holds no key/,
    complains: broken,
    kept: messagesEach,
  },
  {
    what: 'the end of the bodies cut off',
    of: 'stopped',
    damage: cut('bodies/*', 1, 100),
    verify: /^mms-\S+, revision 0: content body\S+ is damaged: its segment ends within it/,
    complains: broken,
    kept: 1,
  },
  {
    what: 'a torn body',
    of: 'stopped',
    damage: torn('bodies/*', -300, 200),
    verify: /^mms-\S+, revision 0: content body\S+ is damaged: its seal is broken/,
    complains: broken,
    kept: 1,
  },
  {
    what: 'a bit of a body',
    of: 'stopped',
    damage: flipped('bodies/*', -300),
    verify: /^mms-\S+, revision 0: content body\S+ is damaged: its seal is broken/,
    complains: broken,
    kept: 1,
  },
  {
    what: 'the folder of bodies a file',
    of: 'stopped',
    damage: replaced('bodies', 'file'),
    verify: /content cannot be read: ENOTDIR/,
    refused: /ENOTDIR: not a directory, .*bodies.*: look at the disk of node\.dataDir/,
  },
];

test('a damaged directory: a clear refusal or a clean recovery, and mm4 verify names what is damaged', async (context) => {
  const left = await leaveBehind(context);
  for (const { what, of, damage, verify: names, refused, complains, kept = 0 } of cases) {
    await context.test(`${what} (${of})`, async () => {
      const copy = left.copy(of);
      damage(copy.dataDir);
      const seen = left.copy(of);
      damage(seen.dataDir);
      const saysSo = ({ complaints }: Served): number =>
        complaints.filter(({ why, msg }) => complains?.test(typeof why === 'string' ? why : String(msg)))
          .length;
      const isOver = (soFar: Served): boolean =>
        soFar.kept.length <= kept && (complains === undefined || saysSo(soFar) >= Math.max(1, kept));
      const [found, made] = await Promise.all([
        run('verify', '--data', seen.dataDir),
        startOn(copy, left, isOver),
      ]);

      const lines = `${found.stdout}${found.stderr}`.trimEnd().split('\n');
      assert.equal(found.status === 0, names === null, lines.join('\n'));
      assert.ok(names === null || lines.some((line) => names.test(line)), lines.join('\n'));
      if (refused !== undefined) {
        assert.equal(made.kind, 'refused', `it was served: ${JSON.stringify(made)}`);
        assert.match(made.said.trimEnd(), refused);
        assert.equal(made.said.trimEnd().split('\n').length, 1, 'one line for the operator');
        return;
      }
      assert.ok(made.kind === 'served', made.kind === 'refused' ? made.said : '');
      assert.deepEqual(await lostFrom(copy), []);
      assert.equal(made.kept.length, kept, `not forwarded: ${made.kept.join(', ')}`);
      if (complains !== undefined)
        assert.ok(saysSo(made) >= Math.max(1, kept), JSON.stringify(made.complaints));
    });
  }
});
