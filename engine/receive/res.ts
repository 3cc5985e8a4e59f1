import * as E from 'fp-ts/lib/Either.js';

import type { Res } from '../../domain/mm4/pdu.ts';
import { parseOurTransactionId, streamOf, uidOf, type TransactionKind } from '../../domain/mms/ids.ts';
import { firstIntake, type MmsState } from '../../domain/mms/state.ts';
import type { SmtpReply } from '../../domain/ports.ts';
import { learnAlias } from '../aliases.ts';
import type { Context } from '../context.ts';
import type { Incoming } from './accept.ts';
import { attachNamed } from './attach.ts';
import type { Desk } from './desk.ts';
import { evidenceOf, mayAnswerFor, originOf } from './evidence.ts';
import { taken, unable, type KeptContent } from './intake.ts';
import { keepOrphan } from './orphan.ts';
import { legNumbered, recordRes, type Answered } from './record-res.ts';

const kindOfRes = {
  'MM4_forward.RES': 'forward',
  'MM4_delivery_report.RES': 'delivery',
  'MM4_read_reply_report.RES': 'read',
} as const;

/**
 * A RES finds its stream by its transaction id, which is ours and leads home, or, where it bears none of ours, by its Message-ID (some
 * MMSCs say `001`); the stream says whether it is real and whether this partner may give it. Everything else is an orphan. A RES is
 * never answered.
 */
export async function acceptRes(desk: Desk, incoming: Incoming<Res>): Promise<SmtpReply> {
  const found = await find(desk, incoming);
  if (found === 'unavailable') return unable;
  if ('orphan' in found) {
    const verdict = { why: found.orphan, concerns: found.concerns, answer: null, status: 'Ok' } as const;
    return keepOrphan(desk, incoming, verdict);
  }
  const kept = await incoming.arrival.keep();
  if (E.isLeft(kept)) return unable;
  return record(desk, incoming, kept.right, found);
}

type Found = Answered | { readonly orphan: string; readonly concerns: string | null } | 'unavailable';

async function find(desk: Desk, { pdu, arrival }: Incoming<Res>): Promise<Found> {
  const id = pdu.transactionId?.normal;
  const ours = id === undefined ? null : parseOurTransactionId(id);
  const uid = ours?.uid ?? (pdu.messageId === null ? null : uidOf(pdu.messageId.normal));
  if (uid === null) return { orphan: 'its transaction id is none of ours', concerns: null };
  const loaded = await desk.messages.load(streamOf(uid));
  if (E.isLeft(loaded)) return 'unavailable';
  const { state } = loaded.right;
  if (state.intakes.length === 0) return { orphan: 'no message has this transaction', concerns: null };
  const from = arrival.visitor.identity.partner.name;
  const kind = kindOfRes[pdu.kind];
  const answered = ours === null ? outstanding(desk.context, state, kind, from, uid) : ours;
  const problem = problemWith(desk.context, state, answered, {
    kind,
    id: ours === null ? undefined : id,
    from,
  });
  return answered === null || problem !== null ? { orphan: problem ?? '', concerns: uid } : answered;
}

/** Why a RES does not count though its message is known; null: it counts. */
function problemWith(
  context: Context,
  state: MmsState,
  answered: Answered | null,
  res: { readonly kind: TransactionKind; readonly id: string | undefined; readonly from: string },
): string | null {
  if (answered === null) return 'not exactly one transaction is open for its Message-ID';
  if (answered.kind !== res.kind || (res.id !== undefined && !isReal(state, answered, res.id))) {
    return 'its transaction id was never given out';
  }
  const owner = ownerOf(context, state, answered);
  return owner !== null && mayAnswerFor(context.routes, owner, res.from)
    ? null
    : `${res.from} may not answer for ${owner ?? 'nobody'}`;
}

/** Without a transaction id of ours: the one open transaction of that kind at that peer, if there is exactly one (reference 3.3, quirk 6). */
function outstanding(
  context: Context,
  state: MmsState,
  kind: TransactionKind,
  from: string,
  uid: string,
): Answered | null {
  const open = openNumbers(state, kind)
    .map((number) => ({ uid, kind, number }))
    .filter((answered) => ownerOf(context, state, answered) === from);
  return open.length === 1 ? (open[0] ?? null) : null;
}

/** Legs or reports of which the partner has answered 250, and no RES has come. */
function openNumbers(state: MmsState, kind: TransactionKind): readonly number[] {
  return kind === 'forward'
    ? state.legs.filter(({ stage, res }) => stage.kind === 'sent' && res.size === 0).map(({ leg }) => leg)
    : state.reports
        .filter(({ plan, stage }) => plan.kind === kind && stage.kind === 'awaiting-ack')
        .map(({ plan }) => plan.report);
}

function isReal(state: MmsState, { kind, number }: Answered, id: string): boolean {
  return kind === 'forward'
    ? legNumbered(state, number)?.transactionIds.includes(id) === true
    : state.reports.some(({ plan }) => plan.report === number && plan.transactionId === id);
}

function ownerOf(context: Context, state: MmsState, { kind, number }: Answered): string | null {
  if (kind === 'forward') return legNumbered(state, number)?.partner ?? null;
  const report = state.reports.find(({ plan }) => plan.report === number);
  return report === undefined ? null : (context.routes.routes.get(report.plan.route)?.partner.name ?? null);
}

async function record(
  desk: Desk,
  incoming: Incoming<Res>,
  content: KeptContent,
  answered: Answered,
): Promise<SmtpReply> {
  const { pdu } = incoming;
  const { partner } = incoming.arrival.visitor.identity;
  const alias = await aliasIn(desk, incoming, streamOf(answered.uid));
  if (E.isLeft(alias)) return unable;
  const evidence = evidenceOf(incoming, content.head);
  const id = pdu.transactionId?.normal ?? '';
  const transactionId = parseOurTransactionId(id) === null ? '' : id;
  const recorded = await recordRes(desk, { pdu, evidence, transactionId, alias: alias.right }, answered);
  if (E.isLeft(recorded)) return unable;
  desk.context.meters.accepted(partner.name, pdu.kind);
  const isName = alias.right !== null && partner.dialect.renamesIds;
  return !isName || (await attachNamed(desk, partner.name, alias.right)) ? taken : unable;
}

/** A RES that names another Message-ID than ours brings the partner's own name for the message (reference 3.3). */
async function aliasIn(
  desk: Desk,
  incoming: Incoming<Res>,
  stream: string,
): Promise<E.Either<unknown, string | null>> {
  const { context, messages } = desk;
  const id = incoming.pdu.messageId?.normal;
  const loaded = await messages.load(stream);
  if (E.isLeft(loaded)) return loaded;
  if (id === undefined) return E.right(null);
  if (id === firstIntake(loaded.right.state).messageId.normal) return E.right(null);
  const learned = await learnAlias(context, originOf(incoming).partner, id, stream);
  return E.isLeft(learned) ? learned : E.right(id);
}
