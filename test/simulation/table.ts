import { likelihood, type Fault } from './faults.ts';
import type { Summary } from './summary.ts';

/** What goes wrong in the simulated worlds, as people call it. */
const groups: readonly (readonly [string, readonly Fault[]])[] = [
  [
    'Appends lost before or after the commit, conflicting, taken and denied, slow, refused; reads refused; the disk full',
    [
      'appendLostBefore',
      'appendLostAfter',
      'appendConflict',
      'appendDenied',
      'appendSlow',
      'appendUnavailable',
      'readUnavailable',
      'diskFull',
    ],
  ],
  ['Content not to be had, damaged, or another', ['contentUnavailable', 'contentDamaged', 'contentSwapped']],
  [
    'Feed dropped, repeated, reordered, in pieces, stalled; answers overtaken; the projector dead',
    [
      'feedDropped',
      'feedRepeated',
      'feedReordered',
      'feedTorn',
      'feedStalled',
      'answerOvertaken',
      'projectorDies',
    ],
  ],
  ['The engine crashed', ['crashAtPort']],
  ['An incarnation stood still and woke up among its successors', ['freezeAtPort']],
  ['The clock set ahead', ['clockJump']],
  ['The clock set back a little', ['clockBack']],
  [
    'SMTP out refused, slow, or cut at a step',
    [
      'connectRefused',
      'refusedForNow',
      'refusedForGood',
      'loginWanted',
      'recipientRefused',
      'cutOut',
      'cutAfterDotTaken',
      'cutAfterDotNotTaken',
      'sendSlow',
      'sendStalls',
      'replySlow',
    ],
  ],
  ['SMTP in cut at a step, or its reply lost', ['cutIn', 'replyLost']],
  [
    'RES lost, doubled, early, late, negative, for now, contradicting, forged',
    [
      'resLost',
      'resDoubled',
      'resEarly',
      'resLate',
      'resNegative',
      'resTransient',
      'resContradicting',
      'resForged',
    ],
  ],
  [
    'Reports before the RES, doubled, deferred first, swapped, forged',
    ['reportBeforeRes', 'reportDoubled', 'reportDeferredFirst', 'reportSwapped', 'reportForged'],
  ],
  ['Message-IDs used again', ['idReused']],
  ['Notices to a handset refused', ['noticeRefused']],
];

/** Markdown, for docs/reliability.md. */
export function simulationTable(summary: Summary): string {
  const told = new Set(groups.flatMap(([, faults]) => faults));
  const untold = (Object.keys(likelihood) as Fault[]).filter((fault) => !told.has(fault));
  if (untold.length > 0) throw new Error(`the table leaves out ${untold.join(', ')}`);
  const count = (faults: readonly Fault[]): number =>
    faults.reduce((sum, fault) => sum + (summary.faults[fault] ?? 0), 0);
  const { acts } = summary;
  return [
    `${summary.seeds} seeds: ${acts.message ?? 0} messages of partners and ${acts.submission ?? 0} of own subscribers, ` +
      `${acts.operator ?? 0} commands of an operator and reloads; ${summary.pdusIn} PDUs in, ${summary.pdusOut} out, ${summary.events} events, ${summary.crashes} crashes, ` +
      `${summary.freezes} freezes. Promises broken: ${summary.failed.length === 0 ? 'none' : `by seeds ${summary.failed.join(', ')}`}.`,
    '',
    '| What went wrong | Times |',
    '| --- | ---: |',
    ...groups.map(([what, faults]) => `| ${what} | ${count(faults)} |`),
  ].join('\n');
}
