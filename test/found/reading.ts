import type { FoundBug } from './found-bug.ts';

const recovery = 'test/store/recovery.test.ts';

/** Shown by a reading of the sources. */
export const foundByReading: readonly FoundBug[] = [
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
    spec: ['test/mms/operator.test.ts', 'is sent, not given up at once'],
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
];
