import { priorities } from '../limits/priority.ts';
import type { Flags } from '../mm4/pdu.ts';
import {
  intakeOf,
  isFinal,
  unacknowledged,
  type Leg,
  type MmsState,
  type Recipient,
  type Report,
} from './state.ts';

/**
 * What a message still owes or awaits, read from its state alone. `on` names what it waits for: a route's connections, or the
 * clock. `at` is when it may be done, `until` when it is given up (null: never); both in milliseconds since 1970.
 */
export type Due = Instants &
  (
    | { readonly do: 'forward'; readonly leg: number; readonly on: string }
    | { readonly do: 'answer'; readonly answer: string; readonly on: string }
    | { readonly do: 'relay'; readonly report: number; readonly on: string }
    | { readonly do: 'void-claim'; readonly leg: number; readonly on: string }
    | { readonly do: 'time-out'; readonly leg?: number; readonly report?: number; readonly on: string }
    | { readonly do: 'give-up'; readonly leg?: number; readonly on: string }
    | { readonly do: 'notify' | 'expire'; readonly recipient: string; readonly on: string }
    | { readonly do: 'release'; readonly on: string }
  );

interface Instants {
  readonly at: number;
  readonly until: number | null;
}

/** What an open-work row says: one for each thing a stream waits for. */
export interface Owed extends Instants {
  readonly on: string;
}

/** Reports may come this long after a message's expiry; then it is closed (T_dr). */
export const reportGrace = 24 * 3_600_000;

/** Forwards wait by their urgency (X-Mms-Priority). */
export function onForwards(route: string, priority: Flags['priority'] = 'Normal'): string {
  return `${forwardClasses[priority]} ${route}`;
}

const forwardClasses = { High: 'urgent', Normal: 'forwards', Low: 'bulk' } as const;

/** All that forwards by a route wait for, the most urgent first. */
export function allForwards(route: string): readonly string[] {
  return priorities.map((priority) => onForwards(route, priority));
}

export const onAnswers = (route: string): string => `answers ${route}`;
/** RES that are awaited from a route's partner. */
export const onAcks = (route: string): string => `acks ${route}`;
export const onLease = (worker: string): string => `lease ${worker}`;
export const onHandsets = 'handsets';
/** What waits for an operator, by the route (or `handsets`) it would go by. */
export const onHeld = (route: string): string => `held ${route}`;
export const onParked = 'parked';
export const onClock = 'clock';

export function due(state: MmsState): readonly Due[] {
  // It makes workers fail: nobody touches it before an operator does.
  if (state.hold?.kind === 'parked') return [{ do: 'release', on: onParked, at: 0, until: null }];
  if (state.closed || state.intakes.length === 0) return evidenceDue(state);
  const unsettled = unsettledRecipients(state);
  // Where only a report is missing on messages that arrived, waiting for it does not end before everything else has.
  const givesUp = unsettled.some(isPending) || (unsettled.length > 0 && isQuiet(state));
  return [
    ...state.legs.flatMap((leg) => legDue(state, leg)),
    ...[...state.recipients.values()].flatMap((recipient) => mailboxDue(state, recipient)),
    ...evidenceDue(state),
    ...(givesUp ? [{ do: 'give-up', on: onClock, at: lastWord(state), until: null } as const] : []),
  ];
}

/** The earliest instant and the earliest give-up for each thing waited for. */
export function owed(dues: readonly Due[]): readonly Owed[] {
  const rows = new Map<string, Owed>();
  for (const { on, at, until } of dues) {
    const row = rows.get(on);
    rows.set(
      on,
      row === undefined
        ? { on, at, until }
        : { on, at: Math.min(row.at, at), until: earlier(row.until, until) },
    );
  }
  return [...rows.values()];
}

function earlier(one: number | null, other: number | null): number | null {
  if (one === null) return other;
  return other === null ? one : Math.min(one, other);
}

function legDue(state: MmsState, leg: Leg): readonly Due[] {
  const { stage } = leg;
  switch (stage.kind) {
    case 'waiting':
      if (unacknowledged(state, leg).length === 0) return [];
      if (state.hold !== null) {
        return [
          { do: 'forward', leg: leg.leg, on: onHeld(leg.route), at: leg.routedAt, until: leg.deadline },
        ];
      }
      return [
        {
          do: 'forward',
          leg: leg.leg,
          on: onForwards(leg.route, priorityOf(state, leg)),
          at: stage.nextAttemptAt,
          until: leg.deadline,
        },
      ];
    case 'claimed':
      return [
        {
          do: 'void-claim',
          leg: leg.leg,
          on: onLease(stage.worker),
          at: stage.leaseUntil,
          until: stage.leaseUntil,
        },
      ];
    case 'sent':
      return stage.ackUntil === null || unacknowledged(state, leg).length === 0
        ? []
        : [
            {
              do: 'time-out',
              leg: leg.leg,
              on: onAcks(leg.route),
              at: stage.ackUntil,
              until: stage.ackUntil,
            },
          ];
    case 'held':
      return unacknowledged(state, leg).length === 0
        ? []
        : [{ do: 'give-up', leg: leg.leg, on: onHeld(leg.route), at: leg.routedAt, until: leg.deadline }];
    case 'timed-out':
    case 'ended':
      return [];
  }
}

/** An own subscriber's message: the handset gateway has to be told, and then the recipient fetches it or lets it expire. */
function mailboxDue(state: MmsState, recipient: Recipient): readonly Due[] {
  const { mailbox, address } = recipient;
  if (mailbox === null || !isPending(recipient)) return [];
  const { notified, at, deadline } = mailbox;
  if (notified) return [{ do: 'expire', recipient: address, on: onClock, at: deadline, until: null }];
  return state.hold === null
    ? [{ do: 'notify', recipient: address, on: onHandsets, at, until: deadline }]
    : [{ do: 'notify', recipient: address, on: onHeld(onHandsets), at, until: deadline }];
}

/** Its recipients came in one PDU. */
function priorityOf(state: MmsState, { recipients }: Leg): Flags['priority'] {
  const recipient = state.recipients.get(recipients[0] ?? '');
  return recipient === undefined ? 'Normal' : intakeOf(state, recipient).flags.priority;
}

/** Answers and reports: also owed by streams that hold no message (orphans, refused PDUs). */
function evidenceDue(state: MmsState): readonly Due[] {
  const answers = state.answers.flatMap((answer): readonly Due[] =>
    answer.stage.kind === 'owed'
      ? [
          {
            do: 'answer',
            answer: answer.plan.answer,
            on: onAnswers(answer.plan.route),
            at: answer.stage.at,
            until: answer.plan.until,
          },
        ]
      : [],
  );
  return [...answers, ...firstReports(state).map(reportDue)];
}

/** Reports on one recipient leave in order: the next when the one before is done. */
function firstReports(state: MmsState): readonly Report[] {
  const first = new Map<string, Report>();
  for (const report of state.reports) {
    if (report.stage.kind !== 'done' && !first.has(report.recipient)) first.set(report.recipient, report);
  }
  return [...first.values()];
}

function reportDue(report: Report): Due {
  const { plan, stage } = report;
  return stage.kind === 'awaiting-ack'
    ? {
        do: 'time-out',
        report: plan.report,
        on: onAcks(plan.route),
        at: stage.until,
        until: stage.until,
      }
    : {
        do: 'relay',
        report: plan.report,
        on: onAnswers(plan.route),
        at: stage.kind === 'owed' ? stage.at : plan.owedAt,
        until: plan.until,
      };
}

/** When nothing more is waited for. */
function lastWord({ intakes, legs }: MmsState): number {
  const ends = [...intakes.map(({ expiresAt }) => expiresAt), ...legs.map(({ deadline }) => deadline)];
  return Math.max(...ends) + reportGrace;
}

/** Nothing is owed or awaited: the stream can be closed. */
export function isComplete(state: MmsState): boolean {
  return state.intakes.length > 0 && unsettledRecipients(state).length === 0 && isQuiet(state);
}

/** Nobody has anything in hand: no claim, no RES, no report. */
export function isQuiet(state: MmsState): boolean {
  return (
    state.legs.every((leg) => leg.stage.kind !== 'claimed') &&
    state.answers.every((answer) => answer.stage.kind === 'done') &&
    state.reports.every((report) => report.stage.kind === 'done')
  );
}

/** Recipients of whom something is still to come: a delivery, or a report that was asked for. */
export function unsettledRecipients(state: MmsState): readonly Recipient[] {
  return [...state.recipients.values()].filter((recipient) => !isSettled(state, recipient));
}

/** Nothing tells that the message reached the recipient, nor that it will not. */
export function isPending({ delivery, read }: Recipient): boolean {
  return !isFinal(delivery) && !read;
}

function isSettled(state: MmsState, recipient: Recipient): boolean {
  if (recipient.delivery.kind === 'failed') return true;
  const { flags } = intakeOf(state, recipient);
  const wantsDelivery = flags.deliveryReport || flags.originatorRsDeliveryReport;
  const wantsRead = flags.readReply;
  if (wantsDelivery && recipient.delivery.kind !== 'delivered') return false;
  if (wantsRead && !recipient.read) return false;
  return wantsDelivery || wantsRead || isHandedOver(state, recipient);
}

/** No report was asked for: its leg was acknowledged (also by a report), sent without ack, or timed out. */
function isHandedOver(state: MmsState, recipient: Recipient): boolean {
  // Whoever fetches it here is nobody else's.
  if (recipient.mailbox !== null) return !isPending(recipient);
  if (recipient.delivery.kind !== 'pending' || recipient.read) return true;
  const leg = recipient.leg === null ? undefined : state.legs[recipient.leg - 1];
  if (leg === undefined) return false;
  const { stage } = leg;
  return (
    leg.res.has(recipient.address) ||
    stage.kind === 'timed-out' ||
    stage.kind === 'ended' ||
    (stage.kind === 'sent' && stage.ackUntil === null)
  );
}
