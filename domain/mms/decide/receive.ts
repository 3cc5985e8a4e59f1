import type { RequestStatus } from '../../mm4/pdu.ts';
import type { IntakeRecipient, MmsEvent, PduEvidence, Received, Routed } from '../events.ts';
import { splitIntoLegs } from '../../routing/legs.ts';
import { nextAnswer, planAnswer, type AnswerRequest, type Moment } from '../plans.ts';
import { intakeOf, type MmsState } from '../state.ts';
import { sameMessage, variantKey } from '../variant.ts';
import { conclude, inOrder, type Step } from './conclude.ts';
import { fail } from './fail.ts';

/** A forward.REQ that passed the checks before the 250, with the routing of each of its recipients. */
export interface Receive {
  readonly moment: Moment;
  readonly pdu: Omit<Received, 'type' | 'intake' | 'recipients' | 'status' | 'answer'>;
  readonly evidence: PduEvidence;
  /** Each once, at least one. */
  readonly recipients: readonly RoutedRecipient[];
  readonly answer: AnswerRequest | null;
  /** A flood rule holds it from the beginning. */
  readonly hold?: { readonly why: string };
}

export interface RoutedRecipient extends IntakeRecipient {
  readonly way: Way;
}

/** Where one recipient goes. */
export type Way =
  RouteWay | OwnWay | { readonly to: 'refused'; readonly status: RequestStatus; readonly text: string };

/** To an own subscriber's mailbox. */
export interface OwnWay {
  readonly to: 'Direct';
  readonly by: Routed['by'];
  readonly mask?: string;
  readonly deadline: number;
}

export interface RouteWay {
  readonly to: 'route';
  readonly partner: string;
  readonly route: string;
  readonly by: Routed['by'];
  readonly mask?: string;
  readonly deadline: number;
  /** Of one PDU on that route. */
  readonly maxRecipients: number;
}

export type ReceiveDecision =
  /** New recipients: an intake. */
  | { readonly kind: 'intake'; readonly events: readonly MmsEvent[] }
  /** Nothing new: answered again. Without events (after `maxDuplicates`) it is only counted. */
  | { readonly kind: 'duplicate'; readonly events: readonly MmsEvent[] }
  /** The id is another message's, or the stream is full: it belongs into a variant. */
  | { readonly kind: 'another-message' }
  /** We sent this message to this very partner, for one of these recipients: it came back (protocol reference 3.9). */
  | { readonly kind: 'loop' };

/** Limits of one stream (design: everything has a limit). */
export const maxDuplicates = 32;
export const maxRecipientsPerStream = 1_000;

/**
 * Decides what a forward.REQ is to a stream: an intake of new recipients, a duplicate (same partner, same content, recipients
 * already seen), or another message under the same id.
 */
export function decideReceive(state: MmsState, command: Receive): ReceiveDecision {
  if (cameBack(state, command)) return { kind: 'loop' };
  const [first] = state.intakes;
  if (first !== undefined && !sameMessage(first.key, variantKey(command.pdu)))
    return { kind: 'another-message' };
  const fresh = command.recipients.filter((recipient) => !state.recipients.has(recipient.address));
  if (fresh.length === 0) return { kind: 'duplicate', events: duplicate(state, command) };
  if (first !== undefined && state.recipients.size + fresh.length > maxRecipientsPerStream) {
    return { kind: 'another-message' };
  }
  return { kind: 'intake', events: conclude(state, intake(state, command, fresh)) };
}

/** Whether we sent this message to this very partner, for one of these recipients. */
export function cameBack(state: MmsState, { pdu, recipients }: Pick<Receive, 'pdu' | 'recipients'>): boolean {
  return state.legs.some(
    (leg) =>
      leg.partner === pdu.from.partner && recipients.some(({ address }) => leg.recipients.includes(address)),
  );
}

/** What the RES to this PDU says: `Ok` if any of its recipients is, or was before, accepted, else why none is. */
function statusOf(state: MmsState, { recipients }: Receive): Received['status'] {
  const statuses = recipients.map(({ address, way }): Received['status'] => {
    const seen = state.recipients.get(address);
    if (seen !== undefined) return intakeOf(state, seen).status;
    return way.to === 'refused' ? { code: way.status, text: way.text } : { code: 'Ok' };
  });
  return statuses.find(({ code }) => code === 'Ok') ?? statuses[0] ?? { code: 'Ok' };
}

function intake(state: MmsState, command: Receive, fresh: readonly RoutedRecipient[]): readonly MmsEvent[] {
  const { moment, pdu, hold } = command;
  const status = statusOf(state, command);
  const received: Received = {
    ...pdu,
    type: 'Received',
    intake: state.intakes.length,
    recipients: fresh.map(({ address, kind, raw, rcptTo, shown }) => ({ address, kind, raw, rcptTo, shown })),
    status,
    answer: planAnswer(moment, command.answer, nextAnswer(state), status),
  };
  const legs = legNumbers(state, fresh);
  // The RES speaks for all recipients: only where it is an error does it tell those of the refused ones too.
  const report = status.code === 'Ok' || received.answer === null;
  return inOrder(
    state,
    () => [received],
    ...fresh.map(({ address, way }) =>
      way.to === 'refused'
        ? block(address, way.text, report, moment)
        : () => [routedBy(address, way, legs.get(address) ?? 0, moment)],
    ),
    (next) =>
      hold === undefined || next.hold !== null ? [] : [{ type: 'Held', by: 'flood rule', why: hold.why }],
  );
}

/** Recipients of one intake that go the same way share a leg, up to what the route takes in one PDU. */
function legNumbers(state: MmsState, fresh: readonly RoutedRecipient[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  const routed = fresh.flatMap(({ address, way }) => {
    if (way.to !== 'route') return [];
    sizes.set(way.route, way.maxRecipients);
    return [{ recipient: address, partner: way.partner, account: way.route }];
  });
  const legs = splitIntoLegs(routed, (account) => sizes.get(account) ?? 1);
  return new Map(
    legs.flatMap(({ recipients }, index) =>
      recipients.map((address) => [address, state.legs.length + index + 1]),
    ),
  );
}

function routedBy(address: string, way: RouteWay | OwnWay, leg: number, moment: Moment): Routed {
  const { by, mask, deadline } = way;
  return {
    type: 'Routed',
    recipient: address,
    to:
      way.to === 'Direct'
        ? { kind: 'Direct' }
        : { kind: 'route', partner: way.partner, route: way.route, leg },
    by,
    ...(mask === undefined ? {} : { mask }),
    routedAt: moment.now,
    deadline,
  };
}

/** Refused at routing. If the RES does not say so (others were accepted), a delivery report has to. */
function block(address: string, text: string, report: boolean, moment: Moment): Step {
  const blocked: Routed = {
    type: 'Routed',
    recipient: address,
    to: { kind: 'BlockMessage' },
    by: 'none',
    routedAt: moment.now,
    deadline: moment.now,
  };
  const failure = { status: 'Rejected', by: 'us', why: { by: 'us', text }, report } as const;
  return (state) => inOrder(state, () => [blocked], fail([address], failure, moment));
}

/** The stored answer again, with the transaction id of the repeated REQ. */
function duplicate(state: MmsState, command: Receive): readonly MmsEvent[] {
  if (state.duplicates >= maxDuplicates) return [];
  return conclude(state, [
    {
      type: 'DuplicateReceived',
      of: 'forward',
      pdu: command.evidence,
      answer: planAnswer(command.moment, command.answer, nextAnswer(state), statusOf(state, command)),
    },
  ]);
}
