import { memoryStore as memoryContent } from '../../adapters/content-memory/store.ts';
import { memoryStore } from '../../adapters/store-memory/store.ts';
import type { MemoryProjections } from '../support/memory-projections.ts';
import { virtualTime, type VirtualTime } from '../support/virtual-time.ts';
import { auditor, type Auditor, type Problem } from './audit/auditor.ts';
import { messagesIn, type Books } from './audit/books.ts';
import { faultsOf, type Fault } from './faults.ts';
import { failingAlone } from './guard.ts';
import { contentProblems, fingerprintOf, outboxProblems, projectionProblems } from './last-look.ts';
import { replayProblems } from './replay.ts';
import { chaosFor, surroundings, type World } from './surroundings.ts';
import { traceOf } from './trace.ts';

export interface Outcome {
  readonly seed: number;
  /** Empty: every promise held. */
  readonly problems: readonly Problem[];
  readonly faults: ReadonlyMap<Fault, number>;
  /** Everything that happened by chance, by name. */
  readonly happened: readonly string[];
  readonly crashes: number;
  readonly freezes: number;
  readonly pdusIn: number;
  readonly pdusOut: number;
  readonly events: number;
  /** The last steps. */
  readonly steps: readonly string[];
  /** The streams that the problems name, a line for each event. */
  readonly streams: readonly (readonly string[])[];
  /** Of all that was committed: two runs of a seed are the same to the octet. */
  readonly fingerprint: string;
}

const start = Date.UTC(2026, 10, 24, 12);
const minute = 60_000;
const hour = 60 * minute;
/** Longer than any deadline, expiry and wait for reports together. */
const liveliness = 80 * hour;
/** No stall of the feed lasts so long. */
const afterStalls = 5 * minute;
const wakeful = 2 * hour;
const nap = 4 * hour;
const stepsShown = 80;

/**
 * A world from one seed: production engine, domain and projections on stores in memory, in virtual time, with scripted partners, mailbox
 * users and an operator. First an hour of chaos, then everything is healed, and then everything has to come to its end.
 *
 * @param without what is left out of what would happen (`Outcome.happened`), to see what a failure needs
 */
export async function simulate(seed: number, without: ReadonlySet<string> = new Set()): Promise<Outcome> {
  const time = failingAlone(virtualTime(start));
  const { now } = time.clock;
  const trace = traceOf(now);
  const faults = faultsOf(seed, without, trace.note);
  const audit = auditor(now);
  audit.books.onCommit(({ stream, revision, event, worker }) =>
    trace.note(`${worker} ${stream.slice(0, 12)} ${revision} ${event.type}`),
  );
  const store = memoryStore();
  const content = memoryContent(time.clock);
  const world = surroundings({ seed, time, faults, audit, note: trace.note, store, content });
  const { engines, projections, pdus } = world;

  world.begin();
  await time.pass(chaosFor);
  trace.note('everything is healed');
  faults.heal();
  await time.pass(afterStalls);
  const midway = await projectionProblems(audit.books, store, projections);
  await untilOver(time, projections);
  const { events, digest } = await fingerprintOf(store);
  const verdict = audit.verdict();
  const later = [
    ...(await projectionProblems(audit.books, store, projections)),
    ...(await contentProblems(audit.books, content)),
    ...(await replayProblems(store)),
    ...(await outboxProblems(audit.books, world.engines.living())),
    ...(await restartProblems(time, audit, world)),
  ];
  const problems = [...verdict, ...midway, ...later];
  return {
    seed,
    problems,
    faults: faults.counts,
    happened: faults.happened,
    crashes: engines.crashes(),
    freezes: engines.freezes(),
    pdusIn: pdus.in,
    pdusOut: pdus.out,
    events,
    steps: trace.last(stepsShown),
    streams: named(audit.books, problems),
    fingerprint: digest,
  };
}

/** What can be done is done within hours; what only waits for its time to be over (a report that never comes) is slept through. */
async function untilOver(time: VirtualTime, { answers }: MemoryProjections): Promise<void> {
  await time.pass(wakeful);
  for (let slept = 0; slept < liveliness; slept += nap) {
    await answers.whenCaughtUp();
    if ((await answers.waiting()).length === 0) return;
    await time.skip(nap);
    await time.pass(minute);
  }
}

/** Replay is inert: an engine that starts on a store where all is done reads it, and does nothing to anybody. */
async function restartProblems(time: VirtualTime, audit: Auditor, world: World): Promise<readonly Problem[]> {
  const eventCount = (): number => messagesIn(audit.books).reduce((sum, events) => sum + events.length, 0);
  const before = { touched: world.touched(), events: eventCount() };
  world.rest();
  world.engines.living()?.life.die();
  await time.pass(hour);
  const after = { touched: world.touched(), events: eventCount() };
  return before.touched === after.touched && before.events === after.events
    ? []
    : [
        {
          promise: 'replay is inert',
          what: `a restart when all was done touched partners, handsets or content ${after.touched - before.touched} times, and wrote ${after.events - before.events} events of messages`,
        },
      ];
}

function named({ streams }: Books, problems: readonly Problem[]): Outcome['streams'] {
  const names = new Set(problems.flatMap(({ what }) => what.match(/mms-[0-9a-f-]{36}/g) ?? []));
  return [...names].map((name) =>
    (streams.get(name) ?? []).map(
      ({ at, worker, revision, event, data }) =>
        `${new Date(at).toISOString().slice(8, 23)} ${worker} ${name.slice(0, 12)} ${revision} ${event.type} ${data}`,
    ),
  );
}
