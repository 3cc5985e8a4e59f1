import { contentOf } from '../../engine/retention/content-of.ts';
import { droppedSegments, retentionStream } from '../../engine/retention/dropped.ts';
import { openSegmentStore } from '../content-segments/store.ts';
import { systemClock } from '../runtime/runtime.ts';
import { examine, type Examination } from '../store-sqlite/examine.ts';
import { StoreDamaged } from '../store-sqlite/trouble.ts';
import { compareProjections } from '../store-sqlite/projections/compare.ts';
import type { Command } from './commands.ts';
import { readConfiguration } from './configuration.ts';
import { CommandError, exitCodes } from './exit.ts';
import { parseOptions } from './options.ts';
import { contentCheck, type ContentCheck } from './verify/content.ts';
import { examineStream, type Damage } from './verify/stream.ts';

const usage = 'mm4 verify [--data DIR | --config FILE]';

export const verifyCommand: Command = {
  name: 'verify',
  usage,
  summary: 'Checks everything that is stored: hash chains, events, sealed content, projections.',
  details:
    'Reads the store of --data DIR, or of the configuration, beside a running engine or without one, and changes nothing. A line for each\n' +
    'thing that is damaged, with what to do, then a summary. What was erased, or dropped because it was old, is counted, and no damage.\n' +
    'Exit code 0: all is as it was written. 1: something is damaged.',
  example: 'mm4 verify --config config/example.yaml',
  run: async (args) => {
    const options = { data: { type: 'string' }, config: { type: 'string' } } as const;
    const { values, positionals } = parseOptions(args, options, usage);
    if (positionals.length > 0) throw new CommandError(`usage: ${usage}`, exitCodes.usage);
    const directory = values.data ?? readConfiguration(values.config).node.dataDir;
    const damaged = await verify(directory, (line) => process.stdout.write(`${line}\n`));
    return damaged === 0 ? exitCodes.done : exitCodes.failed;
  },
};

/** Checks a data directory and prints what is damaged and a summary; answers how many things are damaged. */
async function verify(directory: string, print: (line: string) => void): Promise<number> {
  let damaged = 0;
  const report = ({ place, what }: Damage): void => {
    damaged += 1;
    print(`${place}: ${what}`);
  };
  const store = openStore(directory, report);
  if (store === null) {
    print('the events cannot be read, so nothing else can be checked; 1 damaged');
    return damaged;
  }
  const content = openSegmentStore(directory, systemClock);
  const check = contentCheck(content, () => droppedSegments(store.stream(retentionStream)));
  try {
    const { streams, events } = await verifyStreams(store, check, report);
    const projections = verifyProjections(directory, report);
    const { whole, erased } = check.counts;
    print(
      `${streams} streams, ${events} events; content: ${whole} whole, ${erased} erased or dropped, ${check.counts.damaged} damaged; ` +
        `projections: ${projections}; ${damaged === 0 ? 'nothing is damaged' : `${damaged} damaged`}`,
    );
    return damaged;
  } finally {
    store.close();
    await content.close();
  }
}

async function verifyStreams(
  store: Examination,
  check: ContentCheck,
  report: (damage: Damage) => void,
): Promise<{ readonly streams: number; readonly events: number }> {
  let [streams, count] = [0, 0];
  try {
    for (const what of store.integrity()) report(brokenFile(what));
    for (const { stream, events } of store.streams()) {
      streams += 1;
      count += events.length;
      const { damage, sound } = examineStream(stream, events);
      damage.forEach(report);
      for (const { place, event } of sound) {
        for (const referred of contentOf(event)) {
          const found = await check.check(place, referred);
          if (found !== null) report(found);
        }
      }
    }
  } catch (error) {
    report(brokenFile(messageOf(error)));
  }
  return { streams, events: count };
}

function verifyProjections(directory: string, report: (damage: Damage) => void): string {
  const todo = 'stop the engine, delete projections.db, and start it: they are rebuilt';
  try {
    const differences = compareProjections(directory);
    if (differences === 'none') return 'none yet';
    for (const { table, missing, surplus } of differences) {
      const what = `${missing} rows are missing or differ, ${surplus} should not be there; ${todo}`;
      report({ place: `projections.db, ${table}`, what });
    }
    return differences.length === 0 ? 'as the events make them' : 'damaged';
  } catch (error) {
    report({ place: 'projections.db', what: `${messageOf(error)}; ${todo}` });
    return 'not readable';
  }
}

/** Null: its damage is reported. */
function openStore(directory: string, report: (damage: Damage) => void): Examination | null {
  try {
    return examine(directory);
  } catch (error) {
    if (error instanceof StoreDamaged) {
      report({ place: 'events.db', what: error.message });
      return null;
    }
    throw new CommandError(messageOf(error), exitCodes.notFound);
  }
}

function brokenFile(what: string): Damage {
  return { place: 'events.db', what: `${what}; restore it from a backup` };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
