import * as TE from 'fp-ts/lib/TaskEither.js';

import type { Configuration } from '../../domain/configuration.ts';
import type { ContentStore, EventStore, HandsetGateway, SmtpReply, Timers } from '../../domain/ports.ts';
import type { ContextBase } from '../../engine/live-context.ts';
import { load as loadConfiguration } from '../config/support.ts';
import { memoryContext, type IncomingPdu } from '../support/memory-engine.ts';
import { memoryProjections, type MemoryProjections } from '../support/memory-projections.ts';
import type { VirtualTime } from '../support/virtual-time.ts';
import type { Auditor } from './audit/auditor.ts';
import { chanceOf, type Chance } from '../support/chance.ts';
import { skewedClocks } from './clocks.ts';
import type { Faults } from './faults.ts';
import { faultyFeed, lagging } from './feed.ts';
import { mailIn } from './inbound.ts';
import { incarnations, type Incarnations } from './incarnations.ts';
import { peoplesLoad } from './load.ts';
import { simulatedTransport, type Wire } from './network.ts';
import { operators } from './operators.ts';
import { answering } from './partners.ts';
import { forwardReq, readPdu } from './pdu.ts';
import {
  addresses,
  configurationOf,
  firstSettings,
  numbers,
  partnerOfRoute,
  type PartnerName,
  type Settings,
} from './places.ts';
import { faultyDisk } from './stores.ts';
import { mailboxUsers } from './users.ts';

/** What a world is made around. */
export interface Ground {
  readonly seed: number;
  readonly time: VirtualTime;
  readonly faults: Faults;
  readonly audit: Auditor;
  readonly note: (what: string) => void;
  readonly store: EventStore;
  readonly content: ContentStore;
}

export interface World {
  readonly engines: Incarnations;
  readonly projections: MemoryProjections;
  /** PDUs that came in whole, and that left. */
  readonly pdus: { in: number; out: number };
  /** How often something was asked of partners, handset gateways or the content store. */
  touched(): number;
  /** Everybody begins to do what people do. */
  begin(): void;
  /** Nobody does anything of his own any more. */
  rest(): void;
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
/** A client that hears nothing hangs up. */
const clientPatience = 10 * minute;
const messageCount = 20;
const submissionCount = 6;
const operatorActs = 12;
export const chaosFor = hour;

export function surroundings(ground: Ground): World {
  const { seed, time, faults, audit, note } = ground;
  const { timers, clock } = time;
  const chance = (purpose: string): Chance => chanceOf(seed, purpose);
  const pdus = { in: 0, out: 0 };
  let touched = 0;
  const touch = (): void => void (touched += 1);
  const people = chance('people');

  const feed = faultyFeed(ground.store, faults, chance('feed'), timers);
  const projections = memoryProjections(feed, [], () => faults.happens('projectorDies'));
  const wire: Wire = {
    opened: (route, worker) => audit.opened(worker, route),
    taken: (route, mail, body, worker) => {
      pdus.out += 1;
      const partner = partnerOfRoute(route);
      const pdu = readPdu(mail, body);
      note(`${partner} takes ${pdu.type} ${pdu.transactionId} from ${worker}`);
      audit.arrived({ partner, pdu, worker });
      answer(partner, pdu);
    },
    ended: (_route, mail, outcome) => {
      const { transactionId } = readPdu(mail, Buffer.alloc(0));
      if (outcome.kind !== 'sent') note(`${transactionId}: ${outcome.kind}`);
      audit.ended(transactionId, outcome);
    },
  };
  const clocks = skewedClocks(clock, timers, faults, chance('clocks'), (by) => {
    note(`the clock is set by ${by} ms`);
    // Set back, everything only comes later.
    audit.books.timeJumped ||= by > 0;
  });
  const base = baseOf(ground, feed, projections, chance('disk'), touch);
  const transport = simulatedTransport(faults, chance('network'), wire);
  const engines = incarnations({
    base: () => ({ ...base, configuration: configured(operator.settings()) }),
    clock: clocks.next,
    transport: (own, name) => ({ open: touching(touch, transport(own, name).open) }),
    faults,
    chance: chance('lives'),
    timers,
    note,
    failed: (why) => audit.found('no program fails', why),
    lost: (name) => audit.books.lost.add(name),
  });

  const deliver = delivering(ground, engines, chance('inbound'), pdus);
  const answer = answering(faults, chance('partners'), timers, deliver, audit.reports);
  const users = mailboxUsers(engines.living, chance('users'), timers, audit);
  const operator = operators(engines.living, firstSettings, chance('operator'), clock.now, audit, note);
  const load = peoplesLoad(people, faults);

  const mail = (index: number): void => {
    const { partner, messages } = load.message(index);
    for (const message of messages) {
      const { transactionId, messageId, ack } = message;
      audit.mails({ partner, transactionId, messageId, wantsRes: ack }, message);
      deliver(partner, transactionId, forwardReq(message));
    }
  };
  const submit = (index: number): void => {
    const from = people.pick(numbers.own);
    const to = people.happens(200) ? numbers.own.filter((number) => number !== from) : load.recipients('own');
    users.submit(from, to, `submission-${index}`);
  };

  const atSomeTime = (what: string, count: number, act: (index: number) => void): void => {
    for (let index = 0; index < count; index += 1) {
      timers.after(people.between(0, chaosFor), () => {
        if (faults.takesPlace(`${what}#${index}`)) act(index);
      });
    }
  };
  return {
    engines,
    projections,
    pdus,
    touched: () => touched,
    begin: () => {
      engines.begin();
      atSomeTime('message', messageCount, mail);
      atSomeTime('submission', submissionCount, submit);
      atSomeTime('operator', operatorActs, operator.act);
      users.begin();
    },
    rest: users.rest,
  };
}

const configured = (settings: Settings): Configuration =>
  loadConfiguration(configurationOf(settings)).configuration;

/** What an engine stands on, but for what is its own. */
function baseOf(
  { time, faults, audit, store, content }: Ground,
  feed: ReturnType<typeof faultyFeed>,
  projections: MemoryProjections,
  chance: Chance,
  touch: () => void,
): ContextBase {
  const disk = faultyDisk(audit.watch(store), content, faults, chance, time.timers);
  const { context } = memoryContext({
    configuration: configured(firstSettings),
    store: audit.books.watchTroubles(disk.store),
    content: { ...disk.content, begin: touching(touch, disk.content.begin) },
    projections,
    time,
    gateway: ringing(faults, touch),
    log: {
      info: () => undefined,
      warn: () => undefined,
      error: (fields, message) => {
        // Faults are logged as errors too; a program that failed says so with a stack.
        if ('error' in fields && /\n\s+at /.test(String(fields.error)))
          audit.found('no program fails', `${message}: ${String(fields.error)}`);
      },
    },
  });
  const seen = lagging(projections.answers, feed, faults);
  return { ...context, disk: disk.disk, openWork: seen, index: seen, ends: seen };
}

function touching<Args extends readonly unknown[], A>(touch: () => void, ask: (...args: Args) => A) {
  return (...args: Args): A => {
    touch();
    return ask(...args);
  };
}

function ringing(faults: Faults, touch: () => void): HandsetGateway {
  return {
    name: 'simulated',
    notify: touching(touch, () =>
      faults.happens('noticeRefused') ? TE.left({ message: 'nobody answers' }) : TE.right(undefined),
    ),
  };
}

/** Partners mail a PDU again and again until they are answered for good. */
function delivering(
  { time: { timers }, faults, audit, note }: Ground,
  engines: Incarnations,
  chance: Chance,
  pdus: World['pdus'],
): (partner: PartnerName, transactionId: string, pdu: IncomingPdu) => void {
  const deliver = (partner: PartnerName, transactionId: string, pdu: IncomingPdu): void => {
    const again = (): void =>
      void timers.after(chance.between(5, 60) * second, () => deliver(partner, transactionId, pdu));
    const living = engines.living();
    if (living === null) return again();
    const said = ({ code }: SmtpReply): void => {
      pdus.in += 1;
      note(`${partner} hears ${code} to ${transactionId}`);
      if (code === 250) audit.said250(partner, transactionId);
    };
    audit.mailsAgain(partner, transactionId);
    const reply = mailIn(living, addresses[partner], pdu, faults, chance, said);
    void Promise.race([reply, hangUp(timers)]).then((heard) => {
      if (heard === null || (heard.code >= 400 && heard.code < 500)) again();
    });
  };
  return deliver;
}

function hangUp(timers: Timers): Promise<null> {
  return new Promise((resolve) => {
    timers.after(clientPatience, () => resolve(null));
  });
}
