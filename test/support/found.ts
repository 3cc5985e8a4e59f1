/** A bug of the engine that something found, and where it would be found again. */
export interface FoundBug {
  readonly by: 'a simulated world' | 'kills and damage' | 'a law' | 'a reading of the sources';
  /** That showed it; none: it was not noted. */
  readonly seeds?: readonly number[];
  /** The promise that was broken. */
  readonly broke: string;
  readonly bug: string;
  readonly mended: string;
  /** The test that would find it again: its file, and its title or a part of it. */
  readonly spec: readonly [file: string, title: string];
}

const variants = 'test/engine/variants.test.ts';
const damage = 'test/torture/damage.test.ts';
const recovery = 'test/store/recovery.test.ts';

export const foundBugs: readonly FoundBug[] = [
  {
    by: 'a simulated world',
    seeds: [2],
    broke: 'bytes out are bytes in',
    bug: 'A body that was well sealed but another’s went out, and `ForwardSent` claimed the digest of the right one.',
    mended:
      'A sealed body’s digest is worked out again, and its last octets are given only if it is the one in the event.',
    spec: ['test/engine/sealed-body.test.ts', 'a body that is not the one that was taken in never leaves'],
  },
  {
    by: 'a simulated world',
    seeds: [7],
    broke: 'nothing from a forger',
    bug: 'A report that named a recipient of another partner counted for the only recipient on the reporter’s own leg.',
    mended: 'A report that names any recipient of the message is about nobody else.',
    spec: [variants, 'a report that names a recipient of another partner is believed of nobody'],
  },
  {
    by: 'a simulated world',
    seeds: [3],
    broke: 'reports go where they belong',
    bug: 'Of two messages under one Message-ID, the report on a recipient of the second counted for the only recipient of the first.',
    mended: 'All variants of an id are looked at before anybody is assumed.',
    spec: [variants, 'of two messages under one id, a report belongs to the one whose recipient it names'],
  },
  {
    by: 'a simulated world',
    seeds: [13],
    broke: 'reports go where they belong',
    bug: 'A partner’s own name for one variant of a message led to the others too.',
    mended: 'An alias leads to the one stream that it was learned for.',
    spec: [variants, 'leads to that one, though the other awaits a report too'],
  },
  {
    by: 'a simulated world',
    seeds: [2298, 2333, 3724, 3933],
    broke: 'reports go where they belong',
    bug: 'A partner gave two messages under one id one name: its report on a recipient of the second counted for the only recipient of the first.',
    mended:
      'Under a partner’s name nobody is assumed whose message another variant’s recipient is named in; the variant that has the named one gets the report.',
    spec: [variants, 'where a partner gives one name to two messages under one id'],
  },
  {
    by: 'a simulated world',
    seeds: [4],
    broke: 'no program fails',
    bug: 'Projections that could not answer kept the engine from starting, ended the process at a reload, and were a failure of the program in the mailbox.',
    mended: 'Where their silence need not stop anything it does not; elsewhere the answer is to try again.',
    spec: [
      'test/engine/silent-projections.test.ts',
      'what has to know what waits says that it cannot, and changes nothing',
    ],
  },
  {
    by: 'a simulated world',
    broke: 'no program fails',
    bug: 'A reload while the store could not write put the new configuration half in force, unrecorded, and ended the process.',
    mended: 'The events come first; if they cannot be written, nothing changes and the operator is told.',
    spec: ['test/engine/reload.test.ts', 'what the store cannot record does not come into force'],
  },
  {
    by: 'a simulated world',
    seeds: [2],
    broke: '250 means durable',
    bug: 'When the store denied an append that it had taken, the engine took its own intake for a repeat and erased its body.',
    mended: 'An intake with the very head that was just kept is its own.',
    spec: [variants, 'an intake of our own that the store first denied is no repeat: its body stays'],
  },
  {
    by: 'a simulated world',
    seeds: [164],
    broke: 'what is recorded happened',
    bug: 'A subscriber whose message expired while its content was read got the content, and the originator heard `Expired`.',
    mended: 'Only what is recorded as fetched is handed out.',
    spec: ['test/engine/handsets.test.ts', 'what expires while its content is read is not handed out'],
  },
  {
    by: 'kills and damage',
    broke: 'never a silent loss',
    bug: 'A WAL that was lost or cut short, or an emptied `events.db`, was taken for a store in which less had happened.',
    mended: '`events.mark` says what was committed; an engine that finds less does not start.',
    spec: [damage, 'a WAL without the end of its last transaction'],
  },
  {
    by: 'kills and damage',
    broke: 'projections equal a fresh fold',
    bug: 'Projections that had seen events which were lost since skipped the new ones at their positions.',
    mended: 'Projections that know events which are no more are made anew.',
    spec: ['test/store/sqlite.test.ts', 'or knows events that are no more, is made anew'],
  },
  {
    by: 'kills and damage',
    broke: 'a clean recovery',
    bug: 'Damaged projections, which can be made anew at any time, kept the engine from starting.',
    mended: 'They are deleted and made anew, and the log says so.',
    spec: [damage, 'torn projections'],
  },
  {
    by: 'kills and damage',
    broke: 'a clean recovery',
    bug: 'A full disk killed the thread of the projections for good.',
    mended: 'It tries again at its next look.',
    spec: [
      'test/torture/disk.test.ts',
      'a disk that fills up: mail is put off, and taken again when there is room',
    ],
  },
  {
    by: 'kills and damage',
    broke: 'never a silent loss',
    bug: 'A message was sent on from events whose hash chain was broken.',
    mended: 'The chain is checked before anything is done on it.',
    spec: [damage, 'a bit of an event and of a body'],
  },
  {
    by: 'kills and damage',
    broke: 'nothing is given up before its time',
    bug: 'A missing segment failed every message that waited with content in it, for good.',
    mended: 'What no event says was dropped is missing: it can be put back, and the messages wait.',
    spec: [damage, 'missing bodies'],
  },
  {
    by: 'kills and damage',
    broke: 'a clear refusal',
    bug: 'What was wrong with a data directory was told by a stack trace.',
    mended: 'One line says what it is and what to do.',
    spec: [damage, 'a file for the folder of bodies'],
  },
  {
    by: 'kills and damage',
    broke: 'a clear refusal',
    bug: 'Whatever was wrong with the lock was laid to another engine.',
    mended: 'Only a lock that is held is.',
    spec: [
      'test/store/sqlite.test.ts',
      'a lock that cannot be taken for another reason is not laid to another engine',
    ],
  },
  {
    by: 'kills and damage',
    broke: '`mm4 verify` names what is damaged',
    bug: '`mm4 verify` ended at the first damaged page.',
    mended: 'It names the file, and goes on with what can be read.',
    spec: [damage, 'the head of a page of the events'],
  },
  {
    by: 'a law',
    broke: 'any chunking reads the same',
    bug: 'Parts of a message vanished from its record when a chunk from the network ended with the header block.',
    mended: 'The first boundary is found wherever a chunk ends.',
    spec: ['test/mm4/mime.test.ts', 'also where the first one ends with the header block'],
  },
  {
    by: 'a law',
    broke: 'twice is once',
    bug: 'A RES for now without a transaction id, again and again, began the transaction anew each time, without limit.',
    mended: 'It refuses a transaction only once.',
    spec: [
      'test/mms/acks.test.ts',
      'again and again without a transaction id, refuses the same transaction only once',
    ],
  },
  {
    by: 'a law',
    broke: 'folding is total',
    bug: 'A leg under a number that was not its turn made folding throw.',
    mended: 'Such a leg is none.',
    spec: [
      'test/mms/folding.test.ts',
      'a leg under a number that is not its turn is none, and folding goes on',
    ],
  },
  {
    by: 'a reading of the sources',
    broke: 'a clean recovery',
    bug: 'Projections that once could not be made anew were asked on a closed file until a restart.',
    mended: 'The next question makes them anew.',
    spec: [recovery, 'while they could not be made anew are made anew once they can'],
  },
  {
    by: 'a reading of the sources',
    broke: 'never a silent loss',
    bug: 'A store without its WAL was backed up as if it were whole.',
    mended: '`mm4 backup` compares with `events.mark`, and refuses.',
    spec: ['test/backup/copy.test.ts', 'a store whose WAL is gone is not backed up as if it were whole'],
  },
  {
    by: 'a reading of the sources',
    broke: 'a backup is whole',
    bug: 'What retention dropped while a backup was taken was in it without its key.',
    mended: 'Keys are copied before the events too.',
    spec: ['test/backup/copy.test.ts', 'what retention drops while a backup is taken is whole in it'],
  },
  {
    by: 'a reading of the sources',
    broke: 'a clear refusal',
    bug: 'What hindered a backup or a restore was told by a stack trace.',
    mended: 'One line says what it is and what to do.',
    spec: ['test/backup/refusals.test.ts', 'what hinders a backup or a restore is told in one line'],
  },
  {
    by: 'a reading of the sources',
    broke: 'a stop ends',
    bug: 'A store whose writer had died never closed.',
    mended: 'A thread that is gone is not waited for.',
    spec: [recovery, 'a store whose writer has died can be closed'],
  },
  {
    by: 'a reading of the sources',
    broke: 'a clean recovery',
    bug: 'An engine did not start on a restored directory while `mm4 verify` read it.',
    mended: 'The writer waits up to five seconds for readers.',
    spec: [recovery, 'an engine starts on a restored directory while something reads it'],
  },
  {
    by: 'a reading of the sources',
    broke: 'a clean recovery',
    bug: 'A kill at the first start could leave an empty `events.mark`, and every later start was refused.',
    mended: 'A new mark is written beside, and put in place whole.',
    spec: [recovery, 'a mark that could not be written is none'],
  },
  {
    by: 'a reading of the sources',
    broke: '250 means durable',
    bug: 'A power cut could take a new data directory, since the folders made above it were not synced.',
    mended: 'Each folder above that names a new one is synced.',
    spec: [recovery, 'a data directory is there after a power cut, with all that was made above it'],
  },
  {
    by: 'a reading of the sources',
    broke: 'one engine a directory',
    bug: 'A stop closed the stores and gave up the lock while a send still awaited the reply to its final dot.',
    mended:
      'When its grace is over, sends are broken off and recorded as unknown, the stores close and the process ends.',
    spec: ['test/cli/stop.test.ts', 'is broken off, and recorded before the stores close'],
  },
  {
    by: 'a reading of the sources',
    broke: 'partners can deliver',
    bug: 'Strangers who might still log in could take all connections.',
    mended: 'They have a quarter of them together.',
    spec: ['test/smtp-in/greeting.test.ts', 'strangers leave room for those who are known'],
  },
  {
    by: 'a simulated world',
    seeds: [5324, 5392],
    broke: 'nothing twice',
    bug: 'A reload renewed a line while a RES or report was on its way by it: the new line sent it a second time.',
    mended: 'A mail that is on its way by a line that was renewed is left to that one.',
    spec: [
      'test/engine/once.test.ts',
      'a RES that is on its way while a reload renews its line is not sent a second time',
    ],
  },
  {
    by: 'a simulated world',
    seeds: [5434],
    broke: 'one RES for each REQ that asked',
    bug: 'A RES that came twice at once gave the report that waited for it to its message twice, and it was answered twice.',
    mended: 'An orphan is given to its message by one at a time.',
    spec: ['test/engine/once.test.ts', 'is answered once, though that RES comes twice at once'],
  },
  {
    by: 'a reading of the sources',
    broke: 'no program fails',
    bug: 'A probe that failed after another session had shown the line to be up ended the process.',
    mended: 'A probe belongs to one time of being down, and ends with it.',
    spec: [
      'test/engine/line.test.ts',
      'a probe that fails when another session has shown the line to be up meanwhile harms nobody',
    ],
  },
  {
    by: 'a reading of the sources',
    broke: 'one bad peer hinders no other',
    bug: 'A partner known by its address that logged in besides took two connection places and gave back one, until none was left.',
    mended: 'One connection has one place, under the name it goes by.',
    spec: ['test/engine/login.test.ts', 'takes one connection, and gives it back'],
  },
  {
    by: 'a reading of the sources',
    broke: 'nothing is given up before its time',
    bug: 'What an operator sent again a day after its expiry was given up by the clock at once.',
    mended: 'The last word waits for the deadline that the operator gave.',
    spec: ['test/mms/late-resend.test.ts', 'is sent, not given up at once'],
  },
  {
    by: 'a reading of the sources',
    broke: 'nothing twice',
    bug: 'A report without a Date was a new one each time it came, and was relayed each time.',
    mended: 'The time of arrival that stands for its Date tells no reports apart.',
    spec: ['test/engine/dateless-report.test.ts', 'a report without a Date that comes again is a repeat'],
  },
  {
    by: 'a reading of the sources',
    broke: 'nothing twice',
    bug: 'A report that its originator had answered was sent again when only the reply to the mail was lost.',
    mended: 'Whoever has answered has it.',
    spec: ['test/mms/early-report-res.test.ts', 'is not sent again because the reply to its mail was lost'],
  },
  {
    by: 'a reading of the sources',
    broke: 'reports go where they belong',
    bug: 'A RES that named one mailbox in other letters failed everybody on the leg.',
    mended: 'Addresses are compared as mailboxes are.',
    spec: ['test/mms/res-in-another-case.test.ts', 'speaks of that one alone'],
  },
  {
    by: 'a reading of the sources',
    broke: 'a clean recovery',
    bug: 'One damaged message ended every command of an operator on its route, half-way and with a false count.',
    mended: 'It is counted as unchanged, with the reason.',
    spec: [
      'test/engine/unreadable.test.ts',
      'one damaged message does not keep an operator from rerouting all others',
    ],
  },
  {
    by: 'a reading of the sources',
    broke: 'nothing unbounded',
    bug: 'PDUs that fit nothing and were one too many got a 451, and their content stayed on the disk for ever.',
    mended: 'The limit is asked before anything is kept.',
    spec: [
      'test/engine/orphans.test.ts',
      'what is turned away as one orphan too many leaves nothing on the disk',
    ],
  },
  {
    by: 'a law',
    broke: 'an expiry is one instant everywhere',
    bug: 'A relayed duration began anew at each late attempt without a Date, and another form of it could mean another instant to the partner.',
    mended:
      'It is said again, as an instant or as what is left, wherever the partner would not count from the same Date.',
    spec: [
      'test/mm4/expiry.test.ts',
      'an expiry that the partner can read, and would read as we did, stays as it came',
    ],
  },
  {
    by: 'a law',
    broke: 'masks are ordered as the book says',
    bug: 'Equally good masks were told by the length of their literal beginning.',
    mended: 'They are told in the order in which they were given.',
    spec: ['test/routing/masks.test.ts', 'the best first and equally good ones as given'],
  },
  {
    by: 'a law',
    broke: 'decoding is total',
    bug: 'An upcaster that stumbled over an event ended the program.',
    mended: 'Such an event is unreadable.',
    spec: ['test/mms/upcasters.test.ts', 'that a step stumbles over is unreadable'],
  },
  {
    by: 'kills and damage',
    broke: '`mm4 verify` names what is damaged',
    bug: 'On a disk that can only be read, `verify`, `show` and `partners` could not open the store.',
    mended: 'Where no WAL is and nobody can write, the file is read as it stands.',
    spec: ['test/torture/disk.test.ts', 'verifyThrough'],
  },
];

/** Markdown, for docs/reliability.md. */
export function foundTable(): string {
  return [
    '| Found by | Promise | Bug | Mended by |',
    '| --- | --- | --- | --- |',
    ...foundBugs.map(({ by, seeds, broke, bug, mended }) => {
      const shown = seeds === undefined ? by : `${by}: seed ${seeds.join(', ')}`;
      return `| ${shown} | ${broke} | ${bug} | ${mended} |`;
    }),
  ].join('\n');
}
