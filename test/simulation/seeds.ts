/**
 * Seeds that once broke a promise, with the bug of the engine that they showed and how it was mended. They are run for ever, though the
 * worlds they stand for change with the code; each bug has a spec of its own besides.
 */
export interface FormerFailure {
  /** Null: the bug ended the whole process, and the seed was not noted. */
  readonly seed: number | null;
  readonly broke: string;
  readonly bug: string;
  readonly mended: string;
}

export const formerFailures: readonly FormerFailure[] = [
  {
    seed: 2,
    broke: 'bytes out are bytes in',
    bug: 'A body that was well sealed but another’s went out, and `ForwardSent` claimed the digest of the right one.',
    mended:
      'A sealed body’s digest is worked out again, and its last octets are given only if it is the one in the event.',
  },
  {
    seed: 7,
    broke: 'nothing from a forger',
    bug: 'A report that named a recipient of another partner counted for the only recipient on the reporter’s own leg.',
    mended: 'A report that names any recipient of the message is about nobody else.',
  },
  {
    seed: 3,
    broke: 'reports go where they belong',
    bug: 'Of two messages under one Message-ID, the report on a recipient of the second counted for the only recipient of the first.',
    mended: 'All variants of an id are looked at before anybody is assumed.',
  },
  {
    seed: 13,
    broke: 'reports go where they belong',
    bug: 'A partner’s own name for one variant of a message led to the others too.',
    mended: 'An alias leads to the one stream that it was learned for.',
  },
  {
    seed: null,
    broke: 'no program fails',
    bug: 'A reload while the store could not write put the new configuration half in force, unrecorded, and ended the process.',
    mended: 'The events come first; if they cannot be written, nothing changes and the operator is told.',
  },
  {
    seed: 2,
    broke: '250 means durable',
    bug: 'When the store denied an append that it had taken, the engine took its own intake for a repeat and erased its body.',
    mended: 'An intake with the very head that was just kept is its own.',
  },
  {
    seed: 164,
    broke: 'what is recorded happened',
    bug: 'A subscriber whose message expired while its content was read got the content, and the originator heard `Expired`.',
    mended: 'Only what is recorded as fetched is handed out.',
  },
];

export const formerSeeds: readonly number[] = formerFailures.flatMap(({ seed }) =>
  seed === null ? [] : [seed],
);
