import { due } from '../due.ts';
import type { MmsEvent, Refusal } from '../events.ts';
import type { Moment } from '../plans.ts';
import { isFinal, legOf, stillNeeding, type MmsState } from '../state.ts';
import { conclude, inOrder, type Step } from './conclude.ts';
import { fail } from './fail.ts';
import { unknownOutcome } from './forward.ts';

export interface Tick {
  readonly moment: Moment;
  /** True for a worker that is known to be dead: its claims are void before their lease ends. */
  readonly isDead: (worker: string) => boolean;
}

/** Everything that time alone decides: leases that ran out, time-outs of RES, expiry, deadlines, the end of waiting for reports. */
export function tick(state: MmsState, command: Tick): readonly MmsEvent[] {
  const { now } = command.moment;
  const steps = due(state).flatMap((item): readonly Step[] => {
    const isDue = item.at <= now;
    const isOver = item.until !== null && item.until <= now;
    switch (item.do) {
      case 'void-claim':
        return [voidClaim(item.leg, command)];
      case 'time-out':
        return isDue ? [timeOut(item, now)] : [];
      case 'forward':
        return isOver ? [expire(item.leg, command.moment)] : [];
      case 'answer':
        return isOver ? [() => [{ type: 'AckAbandoned', answer: item.answer, why: tooLate }]] : [];
      case 'relay':
        return isOver ? [() => [{ type: 'ReportAbandoned', report: item.report, why: tooLate }]] : [];
      case 'give-up':
        return isDue ? [giveUp(item.leg, command.moment)] : [];
    }
  });
  return conclude(state, inOrder(state, ...steps));
}

const tooLate: Refusal = { by: 'us', text: 'not delivered before its deadline' };

/** The worker is gone or too late: whether it sent cannot be known. */
function voidClaim(number: number, command: Tick): Step {
  return (state) => {
    const leg = legOf(state, number);
    if (leg.stage.kind !== 'claimed') return [];
    const { worker, leaseUntil } = leg.stage;
    const dead = command.isDead(worker);
    if (!dead && leaseUntil > command.moment.now) return [];
    const why = dead ? `its worker ${worker} is gone` : `its worker ${worker} let the lease run out`;
    return [unknownOutcome(leg, why, command.moment.now)];
  };
}

function timeOut(item: { readonly leg?: number; readonly report?: number }, now: number): Step {
  return (state) => {
    if (item.leg === undefined) {
      return item.report === undefined
        ? []
        : [{ type: 'AckTimedOut', report: item.report, at: now, then: 'leave' }];
    }
    const { stage } = legOf(state, item.leg);
    if (stage.kind !== 'sent') return [];
    return [{ type: 'AckTimedOut', leg: item.leg, at: now, then: stage.terms.onAckTimeout }];
  };
}

/** A leg that could not be delivered in time. */
function expire(number: number, moment: Moment): Step {
  return (state) => {
    const leg = legOf(state, number);
    const why: Refusal = { by: 'us', text: `route ${leg.route} did not take it before its deadline` };
    const failure = { status: 'Expired', by: 'us', why, report: true } as const;
    return fail(stillNeeding(state, leg), failure, moment)(state);
  };
}

/** The end of waiting: for an operator (a held leg), or for any report at all. */
function giveUp(leg: number | undefined, moment: Moment): Step {
  return (state) => {
    const waiting =
      leg === undefined
        ? [...state.recipients.values()]
            .filter(({ delivery }) => !isFinal(delivery))
            .map(({ address }) => address)
        : stillNeeding(state, legOf(state, leg));
    const why: Refusal = { by: 'us', text: 'nothing more was heard of it' };
    const failed = fail(waiting, { status: 'Indeterminate', by: 'us', why, report: true }, moment)(state);
    // With everybody's fate known there is still a read report that never came: close all the same.
    return leg === undefined && failed.length === 0 ? [{ type: 'Closed' }] : failed;
  };
}
