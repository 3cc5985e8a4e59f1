import type { AnswerPlan } from '../events.ts';
import type { Answer, Leg, MmsState, Recipient, Report } from '../state.ts';

// One entity of the state, changed. What is not there stays not there: evolving is total.

export function changeLeg(state: MmsState, number: number, change: (leg: Leg) => Partial<Leg>): MmsState {
  const legs = state.legs.map((leg) => (leg.leg === number ? { ...leg, ...change(leg) } : leg));
  return { ...state, legs };
}

/** Legs are numbered as they are opened: one under any other number is none. */
export function openLeg(state: MmsState, leg: Leg): MmsState {
  return leg.leg === state.legs.length + 1 ? { ...state, legs: [...state.legs, leg] } : state;
}

export function changeRecipient(
  state: MmsState,
  address: string,
  change: (recipient: Recipient) => Partial<Recipient>,
): MmsState {
  const recipient = state.recipients.get(address);
  if (recipient === undefined) return state;
  const recipients = new Map(state.recipients).set(address, { ...recipient, ...change(recipient) });
  return { ...state, recipients };
}

export function changeReport(
  state: MmsState,
  number: number,
  change: (report: Report) => Partial<Report>,
): MmsState {
  const reports = state.reports.map((report) =>
    report.plan.report === number ? { ...report, ...change(report) } : report,
  );
  return { ...state, reports };
}

export function changeAnswer(
  state: MmsState,
  id: string,
  change: (answer: Answer) => Partial<Answer>,
): MmsState {
  const answers = state.answers.map((answer) =>
    answer.plan.answer === id ? { ...answer, ...change(answer) } : answer,
  );
  return { ...state, answers };
}

export function withAnswer(answers: readonly Answer[], plan: AnswerPlan | null): readonly Answer[] {
  return plan === null ? answers : [...answers, { plan, stage: { kind: 'owed', at: plan.date }, tries: 0 }];
}
