import type {
  AckTimedOut,
  Delivered,
  DeliveryDeferred,
  DeliveryFailed,
  ReadReported,
  ReportAckReceived,
  ReportDeferred,
  ReportRelayed,
} from '../events.ts';
import { reportIdentity, type MmsState, type Recipient, type Report } from '../state.ts';
import { changeRecipient, changeReport, withAnswer } from './change.ts';

type News = Delivered | DeliveryDeferred | DeliveryFailed | ReadReported;

export function reported(state: MmsState, event: News): MmsState {
  const { source, recipient } = event;
  const next = changeRecipient(state, recipient, ({ reportsSeen }) => ({
    ...(event.stands ? standing(event) : {}),
    reportsSeen:
      source.kind === 'partner'
        ? [...reportsSeen, reportIdentity(statusOf(event), source.pdu.date)]
        : reportsSeen,
  }));
  return {
    ...next,
    answers: withAnswer(next.answers, event.answer),
    reports: event.relay === null ? next.reports : [...next.reports, owedReport(event.relay, recipient)],
  };
}

function standing(event: News): Partial<Recipient> {
  switch (event.type) {
    case 'Delivered':
      return { delivery: { kind: 'delivered' } };
    case 'DeliveryDeferred':
      return { delivery: { kind: 'interim', status: event.status, happenedAt: event.happenedAt } };
    case 'DeliveryFailed':
      return { delivery: { kind: 'failed', status: event.status, by: event.by } };
    case 'ReadReported':
      return { read: true };
  }
}

function statusOf(event: News): string {
  return event.type === 'Delivered' ? 'Retrieved' : event.status;
}

function owedReport(plan: Report['plan'], recipient: string): Report {
  const stage = { kind: 'owed', at: plan.owedAt } as const;
  return { plan, recipient, stage, tries: 0, res: null, refusedForNow: false, repeatedRes: 0 };
}

export function reportRelayed(state: MmsState, event: ReportRelayed): MmsState {
  const { ackUntil } = event;
  return changeReport(state, event.report, ({ res }) => ({
    stage: ackUntil === null || res !== null ? { kind: 'done' } : { kind: 'awaiting-ack', until: ackUntil },
  }));
}

export function reportDeferred(state: MmsState, event: ReportDeferred): MmsState {
  const again = owedAgain(state, event.report, event.nextAttemptAt);
  return changeReport(again, event.report, ({ tries, res, stage }) => ({
    tries: tries + 1,
    // Its originator has it: only the reply to the mail was lost.
    stage: res === null ? stage : { kind: 'done' },
  }));
}

export function reportOver(state: MmsState, number: number): MmsState {
  return changeReport(state, number, () => ({ stage: { kind: 'done' } }));
}

export function reportAckTimedOut(state: MmsState, number: number, event: AckTimedOut): MmsState {
  return event.then === 'resend' ? owedAgain(state, number, event.at) : reportOver(state, number);
}

function owedAgain(state: MmsState, number: number, at: number): MmsState {
  return changeReport(state, number, () => ({ stage: { kind: 'owed', at }, refusedForNow: false }));
}

export function reportAckReceived(state: MmsState, event: ReportAckReceived): MmsState {
  const { mark, status } = event;
  return changeReport(state, event.report, (report) => {
    const repeatedRes = report.repeatedRes + (mark === undefined ? 0 : 1);
    if (mark === 'second' || mark === 'contradicting') return { repeatedRes };
    const stage = report.stage.kind === 'awaiting-ack' ? ({ kind: 'done' } as const) : report.stage;
    return status.class === 'transient'
      ? { stage, repeatedRes, refusedForNow: mark === 'early' }
      : { stage, repeatedRes, res: status.code };
  });
}
