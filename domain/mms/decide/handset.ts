import type { ReadStatus } from '../../mm4/pdu.ts';
import { isPending } from '../due.ts';
import type { MmsEvent, ReportSource } from '../events.ts';
import { planRelay, type Moment, type ReportContent } from '../plans.ts';
import { isFinal, type MmsState, type Recipient } from '../state.ts';
import { conclude } from './conclude.ts';

/** An own subscriber's handset acts on a message, through its gateway. */
export interface HandsetAct {
  readonly moment: Moment;
  readonly recipient: string;
  readonly gateway: string;
  /** Where the gateway's client is. */
  readonly address: string;
}

/** The handset gateway has been told. No events: it knew, or nothing waits for this recipient. */
export function notified(state: MmsState, recipient: string, gateway: string): readonly MmsEvent[] {
  const waiting = state.recipients.get(recipient);
  if (waiting?.mailbox?.notified !== false || !isPending(waiting) || state.hold !== null) return [];
  return conclude(state, [{ type: 'Notified', recipient, gateway }]);
}

/** The recipient fetched it. No events: it had, or it may not any more. */
export function retrieve(state: MmsState, act: HandsetAct): readonly MmsEvent[] {
  const recipient = ownRecipient(state, act);
  if (recipient === null || isFinal(recipient.delivery)) return [];
  return conclude(state, [{ type: 'Delivered', ...facts(state, recipient, act, 'Retrieved') }]);
}

/** The recipient does not want it: the originator hears `Rejected`. No events: it was fetched before, or has come to another end. */
export function reject(state: MmsState, act: HandsetAct): readonly MmsEvent[] {
  const recipient = ownRecipient(state, act);
  if (recipient === null || isFinal(recipient.delivery)) return [];
  const failed = { type: 'DeliveryFailed', status: 'Rejected', by: 'user' } as const;
  return conclude(state, [{ ...failed, ...facts(state, recipient, act, 'Rejected') }]);
}

/** The recipient read it, or deleted it unread. No events: that was said before, or it was never fetched. */
export function read(state: MmsState, act: HandsetAct, status: ReadStatus): readonly MmsEvent[] {
  const recipient = ownRecipient(state, act);
  if (recipient === null || recipient.read || recipient.delivery.kind !== 'delivered') return [];
  return conclude(state, [{ type: 'ReadReported', status, ...facts(state, recipient, act, status) }]);
}

function ownRecipient(state: MmsState, act: HandsetAct): Recipient | null {
  const recipient = state.recipients.get(act.recipient);
  return recipient === undefined || recipient.mailbox === null ? null : recipient;
}

function facts(
  state: MmsState,
  recipient: Recipient,
  { moment, gateway, address }: HandsetAct,
  status: ReportContent['status'],
) {
  const source: ReportSource = { kind: 'handset', gateway, address };
  const kind = status === 'Read' || status === 'Deleted without being read' ? 'read' : 'delivery';
  const content: ReportContent = { kind, status, happenedAt: moment.now };
  return {
    recipient: recipient.address,
    happenedAt: moment.now,
    stands: true,
    source,
    answer: null,
    relay: planRelay(state, recipient, content, moment),
  };
}
