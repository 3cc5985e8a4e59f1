import { decodeMetadata } from '../../../domain/mms/codec.ts';
import { due, type Due } from '../../../domain/mms/due.ts';
import type { MmsEvent } from '../../../domain/mms/events.ts';
import { ownSubscribers } from '../../../domain/mms/facts.ts';
import { firstIntake, type MmsState } from '../../../domain/mms/state.ts';
import type { StoredEvent } from '../../../domain/ports.ts';
import { describe } from './describe.ts';

/** One stream as a person reads it. */
export interface StreamView {
  readonly stream: string;
  readonly stored: readonly StoredEvent[];
  readonly events: readonly MmsEvent[];
  readonly state: MmsState;
  /** Why a route is not taking anything, by route account: from the partner streams. */
  readonly routesDown: ReadonlyMap<string, string>;
}

/** The timeline: what happened, then what is owed next and why it waits. Times are UTC. */
export function timeline(view: StreamView): string {
  return [
    heading(view),
    ...view.events.map((event, index) => line(view, event, index)),
    '',
    ...nextSteps(view),
  ].join('\n');
}

function heading({ stream, state }: StreamView): string {
  if (state.intakes.length === 0) return `${stream}\n`;
  const { messageId, sender, from } = firstIntake(state);
  const recipients = [...state.recipients.values()].map(
    ({ address, delivery, read }) =>
      `  ${address}: ${delivery.kind === 'failed' || delivery.kind === 'interim' ? delivery.status : delivery.kind}${read ? ', read' : ''}`,
  );
  return [
    `${stream}  ${messageId.normal}`,
    `from ${sender.address}${from.partner === ownSubscribers ? ', an own subscriber' : ` through ${from.partner}`}, ${state.closed ? 'closed' : 'open'}`,
    ...recipients,
    '',
  ].join('\n');
}

function line({ stored }: StreamView, event: MmsEvent, index: number): string {
  const record = stored[index];
  const at = record === undefined ? '' : instant(decodeMetadata(record).recordedAt);
  return `${at}  ${String(index).padStart(3)}  ${event.type.padEnd(22)} ${describe(event, instant)}`;
}

/** What is owed or awaited next, and why it waits, as far as the streams tell. */
export function nextSteps({ state, routesDown }: StreamView): readonly string[] {
  const dues = due(state);
  if (dues.length === 0) return ['nothing is owed or awaited'];
  return ['next:', ...dues.map((item) => `  ${nextStep(item, state, routesDown)}`)];
}

function nextStep(item: Due, state: MmsState, routesDown: ReadonlyMap<string, string>): string {
  const since = `from ${instant(item.at)}`;
  const until = item.until === null ? '' : ` until ${instant(item.until)}`;
  const account = item.on.slice(item.on.indexOf(' ') + 1);
  const down = routesDown.get(account);
  const held = state.hold === null ? '' : `; held by ${state.hold.by}: ${state.hold.why}`;
  const waiting = down === undefined ? held : `; waits because the route is down: ${down}`;
  switch (item.do) {
    case 'forward': {
      const leg = state.legs[item.leg - 1];
      return `forward leg ${item.leg} (${leg?.recipients.join(', ') ?? ''}) by ${account}, ${since}${until}${waiting}`;
    }
    case 'answer':
      return `send RES ${item.answer} by ${account}, ${since}${until}${waiting}`;
    case 'relay':
      return `send report ${item.report} by ${account}, ${since}${until}${waiting}`;
    case 'void-claim':
      return `leg ${item.leg} is being sent; its claim ends at ${instant(item.at)}`;
    case 'time-out':
      return `wait for the RES to ${item.leg === undefined ? `report ${item.report ?? ''}` : `leg ${item.leg}`} until ${instant(item.at)}`;
    case 'notify':
      return `tell the handset gateway about ${item.recipient}${until}${held}`;
    case 'expire':
      return `${item.recipient} may fetch it until ${instant(item.at)}`;
    case 'release':
      return 'wait for an operator: it made its worker fail';
    case 'give-up':
      return item.leg === undefined
        ? `wait for reports until ${instant(item.at)}`
        : `wait for an operator (leg ${item.leg})${until}`;
  }
}

/** `2026-11-23 12:00:00.123`, UTC. */
export function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('T', ' ').replace('Z', '');
}
