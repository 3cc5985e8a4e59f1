/**
 * The states in which a fixture stops messages, by the local part of their Message-ID. Of each: what others do about it after the
 * upgrade, and what the engine then puts on the wire until nothing is owed any more, each line once. Partners answer every forward by
 * `Ok` and, where that was asked for, `Retrieved`; every report by `Ok`.
 */
export interface Stopped {
  readonly then?: readonly Deed[];
  readonly left: readonly string[];
}

export type Deed =
  /** The partner's RES to the forward it has, or only knows of. */
  | 'RES'
  /** Under an id of its own. */
  | 'RES that renames'
  | 'RES to our report'
  | 'Retrieved'
  /** An own subscriber fetches it. */
  | 'fetched'
  /** An operator releases it. */
  | 'released';

const forward = (partner: string): string => `forward.REQ ${partner}`;
const res = (partner: string, status = 'Ok'): string => `forward.RES ${partner} ${status}`;
const told = (partner: string, status: string): string => `delivery_report.REQ ${partner} ${status}`;
const taken = (partner: string, status = 'Ok'): string => `delivery_report.RES ${partner} ${status}`;

/** A report comes in, is answered and relayed. */
const reportBy = (partner: string): readonly string[] => [taken(partner), told('op-a', 'Retrieved')];
const whole = (partner: string): readonly string[] => [forward(partner), ...reportBy(partner)];

export const states: Readonly<Record<string, Stopped>> = {
  // A forward on its way out.
  accepted: { left: whole('op-c') },
  'claimed-and-in-hand': { left: whole('op-b') },
  'refused-for-now': { left: whole('op-b') },
  'outcome-unknown': { left: whole('op-b') },
  'outcome-unknown-and-held': { then: ['released'], left: whole('op-f') },
  'refused-for-one-of-two': { then: ['RES'], left: [forward('op-b')] },
  'refused-for-now-by-RES': { left: whole('op-b') },
  'held-by-operator': { then: ['released'], left: whole('op-c') },
  released: { left: whole('op-c') },
  rerouted: { left: whole('op-b') },
  resent: { left: whole('op-b') },
  'partner-paused': { left: whole('op-f') },
  parked: { then: ['released'], left: [res('op-a'), ...whole('op-c')] },
  // It is the partner's.
  sent: { then: ['RES', 'Retrieved'], left: reportBy('op-b') },
  acknowledged: { then: ['Retrieved'], left: reportBy('op-b') },
  'RES-timed-out': { then: ['RES', 'Retrieved'], left: reportBy('op-b') },
  'deferred-by-recipient': { then: ['RES to our report', 'Retrieved'], left: reportBy('op-b') },
  // The originator has to hear something.
  'answer-owed': { left: [res('op-d')] },
  'answer-refused-for-now': { then: ['RES'], left: [res('op-a')] },
  'report-owed': { left: [res('op-d'), told('op-d', 'Retrieved')] },
  'report-refused-for-now': { left: [told('op-a', 'Retrieved')] },
  'report-relayed': { then: ['RES to our report'], left: [] },
  'rejected-by-RES': { left: [res('op-d'), told('op-d', 'Rejected')] },
  'rejected-by-SMTP': { left: [res('op-d'), told('op-d', 'Rejected')] },
  expired: { left: [told('op-d', 'Expired')] },
  // Own subscribers.
  notified: { then: ['fetched'], left: [told('op-a', 'Retrieved')] },
  fetched: { left: [res('op-d'), told('op-d', 'Retrieved')] },
  // Another message under the same id.
  variant: { then: ['RES', 'Retrieved'], left: [...reportBy('op-b'), ...whole('op-c')] },
  // PDUs that belong to no message, or not yet.
  orphan: { left: [taken('op-d', 'Error-message-not-found')] },
  renamed: { then: ['RES that renames'], left: [told('op-a', 'Retrieved')] },
  'renamed-there': { left: [taken('op-e')] },
  refused: { left: [res('op-d', 'Error-service-denied')] },
  // Over, and opened again by a REQ that came twice.
  closed: { left: [] },
  'closed-without-a-word': { left: [] },
  attached: { left: [] },
  'attached-there': { left: [] },
  reopened: { left: [res('op-d')] },
};
