import type { MessageIndex, OpenWork, OpenWorkRow, StreamEnds } from '../../../engine/context.ts';
import type { AnswerRow, EvidenceKind, Question } from './questions.ts';

export interface ProjectionQueries {
  /** How much waits for each thing, and since when. */
  waiting(): Promise<readonly WaitingRow[]>;
  /** Streams by a transaction id, Message-ID or phone number, the latest first. */
  find(key: string, max: number): Promise<readonly string[]>;
  routes(): Promise<readonly RouteRow[]>;
  /** PDUs that belong to no message, the latest first. `partner` null: of all. */
  evidence(kind: EvidenceKind, partner: string | null, max: number): Promise<readonly EvidenceRow[]>;
}

/** A PDU that fits no message, or was refused. */
export interface EvidenceRow {
  readonly stream: string;
  readonly partner: string;
  readonly at: number;
  readonly pduKind: string;
  readonly why: string;
  /** The stream of the message it was given to. */
  readonly attached: string | null;
  /** The status of the RES that it is to be answered with; null: it asked for none. */
  readonly res: string | null;
  /** The status of the RES that went out. */
  readonly answered: string | null;
  /** Why the RES it should have had was given up. */
  readonly unanswered: string | null;
}

export interface WaitingRow {
  readonly on: string;
  readonly waiting: number;
  readonly oldest: number;
}

export interface RouteRow {
  readonly route: string;
  readonly partner: string;
  readonly state: 'up' | 'down';
  readonly since: number;
  readonly why: string | null;
}

/** Asks the projector, wherever it is, and waits for its rows. */
export type Ask = (question: Question | 'caught-up') => Promise<readonly AnswerRow[]>;

/** The ports of the engine, over questions and rows. */
export function answersOf(ask: Ask): OpenWork & MessageIndex & StreamEnds & ProjectionQueries {
  return {
    ...queriesOf(ask),
    dueWork: async ({ on, now, max }) => (await ask({ ask: 'due', on, now, max })).map(workRow),
    nextEnd: async (now) => numberOrNull((await ask({ ask: 'next-end', now }))[0]?.['at']),
    nextInstant: async (on, now) => numberOrNull((await ask({ ask: 'next', on, now }))[0]?.['at']),
    overdue: async (now, max) => (await ask({ ask: 'overdue', now, max })).map(workRow),
    leases: async (max) => (await ask({ ask: 'leases', max })).map(workRow),
    pageOf: async (on, after, max) =>
      (await ask({ ask: 'page', on, at: after?.at ?? -1, stream: after?.stream ?? '', max })).map(workRow),
    findByPrefix: async (prefix, after, max) =>
      (await ask({ ask: 'prefix', prefix, key: after?.key ?? prefix, stream: after?.stream ?? '', max })).map(
        (row) => ({ key: String(row['key']), stream: String(row['stream']) }),
      ),
    whenCaughtUp: async () => {
      await ask('caught-up');
    },
    endedBefore: async (kind, before, max) =>
      (await ask({ ask: 'ended', kind, before, max })).map((row) => String(row['stream'])),
    open: async (after, max) => (await ask({ ask: 'open', after, max })).map((row) => String(row['stream'])),
  };
}

export function queriesOf(ask: Ask): ProjectionQueries {
  return {
    waiting: async () =>
      (await ask({ ask: 'waiting' })).map((row) => ({
        on: String(row['on_what']),
        waiting: Number(row['waiting']),
        oldest: Number(row['oldest']),
      })),
    find: async (key, max) => (await ask({ ask: 'find', key, max })).map((row) => String(row['stream'])),
    routes: async () =>
      (await ask({ ask: 'routes' })).map((row) => ({
        route: String(row['route']),
        partner: String(row['partner']),
        state: row['state'] === 'down' ? 'down' : 'up',
        since: Number(row['since']),
        why: textOrNull(row['why']),
      })),
    evidence: async (kind, partner, max) =>
      (await ask({ ask: 'evidence', kind, partner, max })).map((row) => ({
        stream: String(row['stream']),
        partner: String(row['partner']),
        at: Number(row['at']),
        pduKind: String(row['pdu_kind']),
        why: String(row['why']),
        res: textOrNull(row['res']),
        attached: textOrNull(row['attached']),
        answered: textOrNull(row['answered']),
        unanswered: textOrNull(row['unanswered']),
      })),
  };
}

function workRow(row: AnswerRow): OpenWorkRow {
  return {
    stream: String(row['stream']),
    on: String(row['on_what']),
    at: Number(row['at']),
    until: numberOrNull(row['until_at']),
  };
}

function textOrNull(value: string | number | null | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}

function numberOrNull(value: string | number | null | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}
