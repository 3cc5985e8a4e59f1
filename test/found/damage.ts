import type { FoundBug } from './found-bug.ts';

const damage = 'test/torture/damage.test.ts';

/** Shown by kills of the real process, and by damage to what it left behind. */
export const foundByDamage: readonly FoundBug[] = [
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
    by: 'kills and damage',
    broke: '`mm4 verify` names what is damaged',
    bug: 'On a disk that can only be read, `verify`, `show` and `partners` could not open the store.',
    mended: 'Where no WAL is and nobody can write, the file is read as it stands.',
    spec: ['test/torture/disk.test.ts', 'verifyThrough'],
  },
];
