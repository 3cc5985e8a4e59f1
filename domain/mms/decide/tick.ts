import { due, isPending, isQuiet, unsettledRecipients } from '../due.ts';
import type { MmsEvent, Refusal } from '../events.ts';
import { evolve } from '../evolve.ts';
import type { Moment } from '../plans.ts';
import { isTaken, legOf, unacknowledged, type MmsState } from '../state.ts';
import { conclude, inOrder, type Step } from './conclude.ts';
import { fail } from './fail.ts';
import { outcomeUnknown } from './forward.ts';

export interface Tick {
  readonly moment: Moment;
  /** True for a worker that is known to be dead: its claims are void before their lease ends. */
  readonly isDead: (worker: string) => boolean;
}

/** Everything that time alone decides: leases that ran out, time-outs of RES, expiry, deadlines, the end of waiting for reports. */
export function tick(state: MmsState, command: Tick): readonly MmsEvent[] {
  return conclude(state, settle(state, command));
}

/** One end can bring about another (a void claim whose deadline is over), so it goes on until nothing is over at this instant. */
function settle(state: MmsState, command: Tick): readonly MmsEvent[] {
  const events = inOrder(state, ...stepsOf(state, command));
  return events.length === 0 ? [] : [...events, ...settle(events.reduce(evolve, state), command)];
}

function stepsOf(state: MmsState, command: Tick): readonly Step[] {
  const { now } = command.moment;
  return due(state).flatMap((item): readonly Step[] => {
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
        return (item.leg === undefined ? isDue : isOver) ? [giveUp(item.leg, command.moment)] : [];
      case 'notify':
        return isOver ? [expireUnfetched(item.recipient, command.moment)] : [];
      case 'expire':
        return isDue ? [expireUnfetched(item.recipient, command.moment)] : [];
      case 'release':
        return [];
    }
  });
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
    return outcomeUnknown(number, why, command.moment.now)(state);
  };
}

function timeOut(item: { readonly leg?: number; readonly report?: number }, now: number): Step {
  return (state) => {
    if (item.leg === undefined) {
      const report = state.reports.find(({ plan }) => plan.report === item.report);
      if (report === undefined) return [];
      const then = report.refusedForNow && report.plan.until > now ? 'resend' : 'leave';
      return [{ type: 'AckTimedOut', report: report.plan.report, at: now, then }];
    }
    const { stage, deadline } = legOf(state, item.leg);
    if (stage.kind !== 'sent') return [];
    const then = deadline <= now ? 'leave' : stage.terms.onAckTimeout;
    return [{ type: 'AckTimedOut', leg: item.leg, at: now, then }];
  };
}

/** A leg that could not be delivered in time. One that was to be sent again for want of a RES is the partner's already. */
function expire(number: number, moment: Moment): Step {
  return (state) => {
    const leg = legOf(state, number);
    if (isTaken(leg)) return [{ type: 'AckTimedOut', leg: number, at: moment.now, then: 'leave' }];
    const why: Refusal = { by: 'us', text: `route ${leg.route} did not take it before its deadline` };
    const failure = { status: 'Expired', by: 'us', why, report: true } as const;
    return fail(unacknowledged(state, leg), failure, moment)(state);
  };
}

function expireUnfetched(recipient: string, moment: Moment): Step {
  const why: Refusal = { by: 'us', text: 'not fetched before its expiry' };
  return fail([recipient], { status: 'Expired', by: 'us', why, report: true }, moment);
}

/** The end of waiting: for an operator (a held leg), or for any report at all. */
function giveUp(leg: number | undefined, moment: Moment): Step {
  return (state) => {
    const pending =
      leg === undefined
        ? unsettledRecipients(state)
            .filter(isPending)
            .map(({ address }) => address)
        : unacknowledged(state, legOf(state, leg));
    // Everybody's fate is known, and a report that was asked for never came: close all the same.
    if (leg === undefined && pending.length === 0) return isQuiet(state) ? [{ type: 'Closed' }] : [];
    const why: Refusal = { by: 'us', text: 'nothing more was heard of it' };
    return fail(pending, { status: 'Indeterminate', by: 'us', why, report: true }, moment)(state);
  };
}
