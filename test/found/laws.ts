import type { FoundBug } from './found-bug.ts';

/** Shown by laws. */
export const foundByLaws: readonly FoundBug[] = [
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
];
