import type { Released, Rerouted, Resent } from '../events.ts';
import type { Leg, MmsState } from '../state.ts';
import { changeLeg, changeRecipient, openLeg } from './change.ts';
import { untried } from './legs.ts';

export function released(state: MmsState, { legs, at }: Released): MmsState {
  return legs.reduce<MmsState>(
    (next, number) => changeLeg(next, number, () => ({ stage: { kind: 'waiting', nextAttemptAt: at } })),
    { ...state, hold: null },
  );
}

/** The old leg keeps its recipients in its record, since a late RES or report on it still has to find them; they are not on it. */
export function rerouted(state: MmsState, event: Rerouted): MmsState {
  const { newLeg, partner, route, at, deadline, recipients } = event;
  const opened: Leg = {
    ...untried,
    leg: newLeg,
    partner,
    route,
    routedAt: at,
    deadline,
    recipients,
    stage: { kind: 'waiting', nextAttemptAt: at },
  };
  const moved = recipients.reduce(
    (next, address) => changeRecipient(next, address, () => ({ leg: newLeg })),
    state,
  );
  const left = [...moved.recipients.values()].some(({ leg }) => leg === event.leg);
  const ended = left ? moved : changeLeg(moved, event.leg, () => ({ stage: { kind: 'ended' } }));
  return openLeg(ended, opened);
}

export function resent(state: MmsState, event: Resent): MmsState {
  const { recipients, at, deadline, newTransaction } = event;
  const pending = recipients.reduce(
    (next, address) => changeRecipient(next, address, () => ({ delivery: { kind: 'pending' } })),
    state,
  );
  return changeLeg(pending, event.leg, (leg) => ({
    deadline,
    stage: { kind: 'waiting', nextAttemptAt: at },
    res: new Map([...leg.res].filter(([address]) => !recipients.includes(address))),
    ...(newTransaction
      ? { ids: null, transactionFrom: leg.attempts + 1, outcomeUnknown: false, refusedForNow: [] }
      : {}),
  }));
}
