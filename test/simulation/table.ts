import type { Fault } from './faults.ts';
import type { Summary } from './summary.ts';

/** What goes wrong in the simulated worlds, as people call it. */
const names: Readonly<Record<Fault, string>> = {
  appendUnavailable: 'An append refused: the store does not answer',
  appendLostBefore: 'No answer to an append, which was not committed',
  appendLostAfter: 'No answer to an append, which was committed',
  appendConflict: 'An append refused as a conflict that there was not',
  appendDenied: 'An append committed, and called a conflict',
  appendSlow: 'A slow append',
  readUnavailable: 'A stream that could not be read',
  diskFull: 'The disk full for a while',
  contentUnavailable: 'Content that could not be written or read',
  contentDamaged: 'Content damaged where it is kept',
  contentSwapped: 'Content that was another’s, well sealed',
  feedDropped: 'A page of the feed that could not be had',
  feedRepeated: 'Events that the feed gave again',
  feedReordered: 'A page of the feed with its streams in another order',
  feedTorn: 'A page of the feed with a few events only',
  feedStalled: 'A feed that stood still for a while',
  projectorDies: 'The projector died, and was started again',
  answerOvertaken: 'An answer of projections that was out of date',
  crashAtPort: 'The engine crashed',
  freezeAtPort: 'An incarnation stood still, and woke up among its successors',
  clockJump: 'The clock set ahead by up to three hours',
  clockBack: 'The clock set back by up to 30 seconds',
  connectRefused: 'SMTP out: no session, refused or lost at connect, greeting, EHLO, STARTTLS or AUTH',
  loginWanted: 'SMTP out: a login wanted at MAIL (530)',
  refusedForNow: 'SMTP out: a mail refused for now (421, 450, 451, 452), at any step',
  refusedForGood: 'SMTP out: a mail refused for good (550, 552, 554), at any step',
  recipientRefused: 'SMTP out: some or all recipients refused',
  cutOut: 'SMTP out: the line lost before the final dot',
  cutAfterDotTaken: 'SMTP out: the line lost after the final dot, the mail taken',
  cutAfterDotNotTaken: 'SMTP out: the line lost after the final dot, the mail not taken',
  sendSlow: 'SMTP out: a slow beginning',
  sendStalls: 'SMTP out: a body that stalls for up to half an hour',
  replySlow: 'SMTP out: a slow reply to the final dot',
  cutIn: 'SMTP in: the line lost at a step',
  replyLost: 'SMTP in: the reply to the final dot lost',
  resLost: 'A RES that never came',
  resDoubled: 'A RES that came twice',
  resEarly: 'A RES before the reply to the final dot',
  resLate: 'A RES that came late',
  resNegative: 'A RES that refuses for good',
  resTransient: 'A RES that refuses for now',
  resContradicting: 'A second RES that contradicts the first',
  resForged: 'A RES by a partner that never had the message',
  reportBeforeRes: 'A report before the RES',
  reportDoubled: 'A report that came twice',
  reportDeferredFirst: 'A report of a delay before the report itself',
  reportForged: 'A report by a partner that never had the message',
  reportSwapped: 'A report with From and To swapped',
  idReused: 'A Message-ID used again for another message',
  noticeRefused: 'A notice to a handset refused',
};

/** Markdown, for docs/reliability.md. */
export function simulationTable(summary: Summary): string {
  const { acts } = summary;
  return [
    `${summary.seeds} seeds: ${acts.message ?? 0} messages of partners and ${acts.submission ?? 0} of own subscribers, ` +
      `${acts.operator ?? 0} commands of an operator and reloads; ${summary.pdusIn} PDUs in, ${summary.pdusOut} out, ${summary.events} events, ${summary.crashes} crashes, ` +
      `${summary.freezes} freezes. Promises broken: ${summary.failed.length === 0 ? 'none' : `by seeds ${summary.failed.join(', ')}`}.`,
    '',
    '| What went wrong | Times |',
    '| --- | ---: |',
    ...(Object.keys(names) as Fault[]).map((fault) => `| ${names[fault]} | ${summary.faults[fault] ?? 0} |`),
  ].join('\n');
}
