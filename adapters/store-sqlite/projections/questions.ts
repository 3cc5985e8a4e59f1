import type { DatabaseSync } from 'node:sqlite';

/** What may be asked of the projections. */
export type Question =
  | { readonly ask: 'due'; readonly on: string; readonly now: number; readonly max: number }
  | { readonly ask: 'next'; readonly on: string; readonly now: number }
  | { readonly ask: 'next-end'; readonly now: number }
  | { readonly ask: 'overdue'; readonly now: number; readonly max: number }
  | { readonly ask: 'leases'; readonly max: number }
  | {
      readonly ask: 'page';
      readonly on: string;
      readonly at: number;
      readonly stream: string;
      readonly max: number;
    }
  | {
      readonly ask: 'prefix';
      readonly prefix: string;
      readonly key: string;
      readonly stream: string;
      readonly max: number;
    }
  | { readonly ask: 'waiting' }
  | { readonly ask: 'find'; readonly key: string; readonly max: number }
  | { readonly ask: 'routes' }
  | { readonly ask: 'ended'; readonly kind: string; readonly before: number; readonly max: number }
  | { readonly ask: 'open'; readonly after: string; readonly max: number }
  | {
      readonly ask: 'evidence';
      readonly kind: EvidenceKind;
      /** Null: of all. */
      readonly partner: string | null;
      readonly max: number;
    };

export type EvidenceKind = 'orphan' | 'refused';

export type AnswerRow = Readonly<Record<string, string | number | null>>;

const work = 'select stream, on_what, at, until_at from open_work';

/** Answers on one connection; every answer is rows. */
export function answering(db: DatabaseSync): (question: Question) => readonly AnswerRow[] {
  const due = db.prepare(`${work} where on_what = ? and at <= ? order by at, stream limit ?`);
  const next = db.prepare('select min(at) as at from open_work where on_what = ? and at > ?');
  const nextEnd = db.prepare('select min(until_at) as at from open_work where until_at > ?');
  const overdue = db.prepare(`${work} where until_at <= ? order by until_at limit ?`);
  const leases = db.prepare(`${work} where on_what >= 'lease ' and on_what < 'lease!' limit ?`);
  const waiting = db.prepare(
    'select on_what, count(*) as waiting, min(at) as oldest from open_work group by on_what',
  );
  const find = db.prepare(
    'select stream, max(at) as at from message_index where key = ? group by stream order by at desc limit ?',
  );
  const page = db.prepare(`${work} where on_what = ? and (at, stream) > (?, ?) order by at, stream limit ?`);
  const prefixed = db.prepare(
    'select key, stream from message_index where (key, stream) > (?, ?) and key < ? order by key, stream limit ?',
  );
  const routes = db.prepare('select route, partner, state, since, why from routes');
  const ended = db.prepare(
    'select stream from ended_streams where kind = ? and at < ? order by at, stream limit ?',
  );
  const open = db.prepare('select distinct stream from open_work where stream > ? order by stream limit ?');
  const evidence = db.prepare(
    `select evidence.*, attached.said as attached, answered.said as answered, unanswered.said as unanswered from evidence
     left join evidence_outcomes attached on attached.stream = evidence.stream and attached.outcome = 'attached'
     left join evidence_outcomes answered on answered.stream = evidence.stream and answered.outcome = 'answered'
     left join evidence_outcomes unanswered on unanswered.stream = evidence.stream and unanswered.outcome = 'unanswered'
     where kind = :kind and (:partner is null or partner = :partner) order by at desc, evidence.stream limit :max`,
  );
  return (question) => {
    switch (question.ask) {
      case 'due':
        return due.all(question.on, question.now, question.max) as AnswerRow[];
      case 'next':
        return next.all(question.on, question.now) as AnswerRow[];
      case 'next-end':
        return nextEnd.all(question.now) as AnswerRow[];
      case 'overdue':
        return overdue.all(question.now, question.max) as AnswerRow[];
      case 'leases':
        return leases.all(question.max) as AnswerRow[];
      case 'waiting':
        return waiting.all() as AnswerRow[];
      case 'find':
        return find.all(question.key, question.max) as AnswerRow[];
      case 'page':
        return page.all(question.on, question.at, question.stream, question.max) as AnswerRow[];
      case 'prefix': {
        const { prefix, key, stream, max } = question;
        return prefixed.all(key, stream, `${prefix}\uffff`, max) as AnswerRow[];
      }
      case 'routes':
        return routes.all() as AnswerRow[];
      case 'ended':
        return ended.all(question.kind, question.before, question.max) as AnswerRow[];
      case 'evidence': {
        const { kind, partner, max } = question;
        return evidence.all({ kind, partner, max }) as AnswerRow[];
      }
      case 'open':
        return open.all(question.after, question.max) as AnswerRow[];
    }
  };
}
