import fc from 'fast-check';

import { due, type Due } from '../../domain/mms/due.ts';
import {
  notified,
  read as readByHandset,
  reject,
  retrieve,
  type HandsetAct,
} from '../../domain/mms/decide/handset.ts';
import {
  drop,
  expire,
  hold,
  release,
  reroute,
  resend,
  type OperatorDecision,
} from '../../domain/mms/decide/operator.ts';
import type { RelayResult } from '../../domain/mms/decide/report.ts';
import { openVariant } from '../../domain/mms/decide/variant.ts';
import type { Hand, MmsEvent } from '../../domain/mms/events.ts';
import { variantKey } from '../../domain/mms/variant.ts';
import type { MmStatus, RequestStatus } from '../../domain/mm4/pdu.ts';
import type { SendOutcome } from '../../domain/ports.ts';
import {
  answered,
  arrives,
  b1,
  b2,
  b3,
  c1,
  claim,
  ends,
  hour,
  laterReply,
  messageId,
  minute,
  moment,
  ok,
  peer,
  plain,
  read,
  receive,
  ref,
  relayed,
  relayRes,
  reply,
  reported,
  res,
  second,
  t0,
  time,
  wantsBoth,
  wantsDelivery,
} from './builders.ts';
import type { Decision } from './spec.ts';
import type { Command, World } from './histories.ts';

export const everybody = [b1, b2, b3, c1];
const anybody = fc.constantFrom(...everybody, '+999');
const some = fc.subarray(everybody, { minLength: 1 });
const number = fc.integer({ min: 1, max: 6 });
/** Mostly a leg there is. */
const leg = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 2 }) },
  { weight: 1, arbitrary: number },
);
const flags = fc.constantFrom(
  plain,
  wantsDelivery,
  wantsBoth,
  { ...plain, readReply: true },
  {
    ...plain,
    originatorRsDeliveryReport: true,
  },
);
const code = fc.constantFrom(
  'Ok',
  'Ok',
  'Error-network-problem',
  'Error-service-denied',
  'Error-unspecified',
);
const mmStatus = fc.constantFrom(
  'Retrieved',
  'Expired',
  'Rejected',
  'Deferred',
  'Unrecognised',
  'Indeterminate',
  'Forwarded',
);
const smtpReply = fc.constantFrom(
  reply(450),
  reply(451, '4.3.0'),
  reply(452, '4.5.3'),
  reply(550, '5.1.1'),
  reply(554, '5.7.1'),
  reply(535),
);
const rcptRefusals = fc
  .tuple(some, fc.array(smtpReply, { minLength: 4, maxLength: 4 }))
  .map(([addresses, replies]) =>
    addresses.map((address, index) => ({ address, reply: replies[index] ?? reply(450) })),
  );

const whole = { kind: 'sent', reply: ok, refused: [] } as const;
const outcome: fc.Arbitrary<SendOutcome> = fc.oneof(
  fc.constant(whole),
  fc.constant(whole),
  fc.constant(whole),
  rcptRefusals.map((refused) => ({ kind: 'sent', reply: ok, refused }) as const),
  fc
    .tuple(rcptRefusals, smtpReply)
    .map(([refused, said]) => ({ kind: 'refused', at: 'final-dot', reply: said, refused }) as const),
  fc.constant({ kind: 'not-sent', at: 'data', why: 'line lost' } as const),
  fc.constant({
    kind: 'not-sent',
    at: 'mail',
    why: 'no content',
    content: { kind: 'damaged', ref: ref('body'), message: 'the seal is broken' },
  } as const),
  fc.constant({ kind: 'unknown', why: 'line lost after the final dot' } as const),
);
const taken = (now: number) => ({ kind: 'sent', reply: ok, peer, ackUntil: now + hour }) as const;
const result = fc.oneof(
  fc.constant(taken),
  fc.constant(taken),
  fc.constant((now: number) => ({ kind: 'deferred', why: laterReply, nextAttemptAt: now + minute }) as const),
  fc.constant(() => ({ kind: 'refused', why: laterReply }) as const),
);

/** Something that happens, by the name it has when a law is broken. */
function happening<A>(
  name: string,
  arbitrary: fc.Arbitrary<A>,
  decide: (details: A, world: World) => Decision,
): fc.Arbitrary<Omit<Command, 'wait'>> {
  return arbitrary.map((details) => ({ name, details, decision: (world) => decide(details, world) }));
}

const arriving = fc.record({
  to: some,
  refused: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: some }),
  flags,
  askRes: fc.boolean(),
  deadline: fc.constantFrom(t0 + hour, t0 + 20 * hour, t0 + 72 * hour, t0 + 72 * hour),
  maxRecipients: fc.integer({ min: 1, max: 3 }),
  from: fc.constantFrom('op-a', 'op-a', 'op-a', 'op-b'),
  own: fc.constantFrom<readonly string[]>([], [], [b3]),
  hold: fc.constantFrom(undefined, undefined, undefined, undefined, 'too many'),
});
const receiving = happening('forward.REQ', arriving, ({ hold: why, ...details }, { now }) =>
  arrives({ ...details, at: now, ...(why === undefined ? {} : { hold: why }) }),
);

const terms = fc.record({
  onUnknownOutcome: fc.constantFrom('resend', 'hold'),
  onAckTimeout: fc.constantFrom('resend', 'leave'),
});
const claiming = happening('claim', fc.tuple(leg, terms), ([number, details], { now }) =>
  claim(number, { at: now, ...details }),
);

const finish = fc.record({
  pick: fc.constantFrom(-1, -1, -1, -2, -3),
  outcome,
  awaitsRes: fc.constantFrom(true, true, false),
});
const finishing = happening('outcome', finish, (details, { now, claims }) => {
  const held = claims.at(details.pick);
  if (held === undefined) return () => [];
  const ackUntil = details.awaitsRes ? now + hour : null;
  return ends(details.outcome, { ...held, at: now, ackUntil });
});

/** To the transaction in hand, to an earlier one, or without its id. */
const forwardRes = fc.record(
  {
    leg,
    nth: fc.constantFrom(-1, -1, -2),
    recipients: fc.array(anybody, { maxLength: 3 }),
    transactionId: fc.constant(''),
  },
  { requiredKeys: ['leg', 'nth'] },
);
const acknowledging = happening('forward.RES', fc.tuple(code, forwardRes), ([status, details], { now }) =>
  res(status, { ...details, at: now }),
);

const deliveryReport = fc.record({
  date: fc.option(fc.integer({ min: t0, max: t0 + 10 * hour })),
  askRes: fc.boolean(),
});
const reporting = happening(
  'delivery_report.REQ',
  fc.tuple(anybody, mmStatus, deliveryReport),
  ([who, status, details], { now }) => reported(who, status, { ...details, at: now }),
);
const reading = happening(
  'read_reply_report.REQ',
  fc.tuple(anybody, fc.constantFrom('Read', 'Deleted without being read')),
  ([who, status], { now }) => read(who, { at: now }, status),
);
const answering = happening('our RES', fc.tuple(number, result), ([id, make], { now }) =>
  answered(String(id), make(now)),
);
const relaying = happening('our report', fc.tuple(number, result), ([report, make], { now }) =>
  relayed(report, now, make(now)),
);
const relayAcked = happening('report.RES', fc.tuple(number, code), ([report, status], { now }) =>
  relayRes(report, status, now),
);
const ticking = happening('tick', fc.boolean(), (dead, { now }) => time(now, () => dead));
const varying = happening('variant', fc.constantFrom('c', 'd'), (body) => (state) => {
  return openVariant(state, messageId, variantKey(receive({ body }).pdu)) ?? [];
});

const handsetOf = (recipient: string, now: number): HandsetAct => ({
  moment: moment(now),
  recipient,
  gateway: 'mailbox',
  address: '127.0.0.1',
});
const handset = fc.constantFrom('told', 'fetches', 'reads', 'rejects');
const handling = happening('handset', handset, (act, { now }) => (state) => {
  const handsetAct = handsetOf(b3, now);
  switch (act) {
    case 'told':
      return notified(state, b3, 'mailbox');
    case 'fetches':
      return retrieve(state, handsetAct);
    case 'reads':
      return readByHandset(state, handsetAct, 'Read');
    case 'rejects':
      return reject(state, handsetAct);
  }
});

const hand: Hand = { by: 'ann', why: 'she knows' };
const operatorAct = fc.record({
  act: fc.constantFrom('hold', 'hold', 'release', 'release', 'reroute', 'resend', 'expire', 'drop'),
  evenIfSent: fc.boolean(),
  from: fc.constantFrom(undefined, ['to-op-b'], ['to-op-c']),
});
const operating = happening('operator', operatorAct, ({ act, evenIfSent, from }, { now }) => (state) => {
  const at = moment(now);
  const limited = from === undefined ? {} : { from };
  const other = { partner: 'op-d', route: 'to-op-d', maxRecipients: 2, deadline: now + 20 * hour };
  const decide: Record<typeof act, () => OperatorDecision> = {
    hold: () => hold(state, hand),
    release: () => release(state, hand, now),
    reroute: () => reroute(state, { ...other, ...limited, evenIfSent }, hand, at),
    resend: () => resend(state, { deadline: () => now + 20 * hour, ...limited, evenIfSent }, hand, at),
    expire: () => expire(state, hand, at, from),
    drop: () => drop(state, hand, at, from),
  };
  return eventsOf(decide[act]());
});
const eventsOf = (decision: OperatorDecision): readonly MmsEvent[] =>
  'events' in decision ? decision.events : [];

/** Serving it made its worker fail three times (engine/parking.ts). */
const parking = happening(
  'parked',
  fc.constant('a mistake'),
  (why, { now }) =>
    (state) =>
      due(state).length === 0 || state.hold?.kind === 'parked'
        ? []
        : [{ type: 'Parked', failures: 3, why, at: now }],
);

const wait = fc.oneof(
  { weight: 30, arbitrary: fc.integer({ min: 0, max: 300 }).map((seconds) => seconds * second) },
  { weight: 1, arbitrary: fc.constantFrom(hour, 5 * hour, 30 * hour) },
);

/** Whoever has something to do next does it, as the book says or not. */
const next = fc.record({ pick: fc.nat(9), outcome, make: result, code, status: mmStatus });
const serving = happening('what is due', next, ({ pick, ...details }, world) => {
  const items = due(world.state);
  const item = items[pick % Math.max(items.length, 1)];
  return item === undefined ? () => [] : served(item, details, world);
});

type Details = { readonly outcome: SendOutcome } & {
  readonly make: (now: number) => RelayResult;
  readonly code: RequestStatus;
  readonly status: MmStatus;
};

function served(item: Due, details: Details, { now, claims, state }: World): Decision {
  const of = (leg: number): readonly string[] => state.legs[leg - 1]?.recipients ?? [];
  switch (item.do) {
    case 'forward':
      return claim(item.leg, { at: now });
    case 'void-claim': {
      const held = claims.findLast(({ leg: number }) => number === item.leg);
      return held === undefined ? time(now) : ends(details.outcome, { ...held, at: now });
    }
    case 'answer':
      return answered(item.answer, details.make(now));
    case 'relay':
      return relayed(item.report, now, details.make(now));
    case 'time-out':
      return item.leg === undefined
        ? relayRes(item.report ?? 1, details.code, now)
        : res(details.code, { leg: item.leg, at: now });
    case 'give-up': {
      const [address = b1] = item.leg === undefined ? everybody : of(item.leg);
      return reported(address, details.status, { at: now });
    }
    case 'notify':
      return (current) => notified(current, item.recipient, 'mailbox');
    case 'expire':
      return (current) => retrieve(current, handsetOf(item.recipient, now));
    case 'release':
      return (current) => eventsOf(release(current, hand, now));
  }
}

const what = fc.oneof(
  { weight: 40, arbitrary: serving },
  { weight: 1, arbitrary: parking },
  { weight: 2, arbitrary: receiving },
  { weight: 9, arbitrary: claiming },
  { weight: 9, arbitrary: finishing },
  { weight: 6, arbitrary: acknowledging },
  { weight: 4, arbitrary: reporting },
  { weight: 1, arbitrary: reading },
  { weight: 2, arbitrary: answering },
  { weight: 4, arbitrary: relaying },
  { weight: 3, arbitrary: relayAcked },
  { weight: 3, arbitrary: ticking },
  { weight: 1, arbitrary: varying },
  { weight: 2, arbitrary: handling },
  { weight: 3, arbitrary: operating },
);
const command = fc.tuple(wait, what).map(([before, done]): Command => ({ wait: before, ...done }));
const commands = fc.array(command, { maxLength: 60, size: 'max' });

/** What anybody might do, sensible or not, to a message that mostly has come in before. */
export const lives: fc.Arbitrary<readonly Command[]> = fc.oneof(
  { weight: 1, arbitrary: commands },
  {
    weight: 9,
    arbitrary: fc.tuple(receiving, commands).map(([birth, after]) => [{ wait: 0, ...birth }, ...after]),
  },
);
