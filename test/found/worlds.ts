import type { FoundBug } from './found-bug.ts';

const variants = 'test/engine/variants.test.ts';

/** Shown by simulated worlds. */
export const foundByWorlds: readonly FoundBug[] = [
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
    by: 'a simulated world',
    seeds: [320],
    broke: 'nothing from a forger',
    bug: 'A partner whose message was rerouted before it was ever sent to it was believed when it reported on it.',
    mended: 'Only whom an attempt was made to may report.',
    spec: [
      variants,
      'a partner that was never sent a message, since it was rerouted before, cannot report on it',
    ],
  },
];
