import type { Configuration } from '../../../domain/configuration.ts';
import type { Reason } from '../../../engine/operator/operator.ts';
import { positionOf } from '../../config/position.ts';
import type { Command } from '../commands.ts';
import { configurationFile, readConfiguration, readText } from '../configuration.ts';
import { exitCodes } from '../exit.ts';
import { parseOptions, theOne } from '../options.ts';
import { lastKnown, routeLine } from '../partners.ts';
import { storedStreams, viewOf } from '../show/stored.ts';
import { instant, nextSteps } from '../show/timeline.ts';
import { engineClient, NoEngine } from './engine-client.ts';
import { printable } from './printable.ts';

const usage = 'mm4 why ID|PARTNER [--config FILE]';

export const whyCommand: Command = {
  name: 'why',
  usage,
  summary:
    'Why a message, or what is for a partner, does not move: what it waits for, since when, what binds.',
  details:
    'ID is a uid, a stream, a Message-ID or a transaction id. Asks the running engine, and names the line of the configuration that\n' +
    'binds. Without an engine it tells what the store does, and says so. Times are UTC. Exit code 3: nothing is known of it.',
  example: 'mm4 why 148478240@mmsc.hub',
  run: async (args) => {
    const { values, positionals } = parseOptions(args, { config: { type: 'string' } }, usage);
    const subject = theOne('message or partner', positionals, usage);
    const configuration = readConfiguration(values.config);
    const reasons = await askEngine(configuration, subject);
    const lines =
      reasons === null
        ? ['no engine is running; this is what the store tells', ...(await fromStore(configuration, subject))]
        : fromEngine(reasons, configurationFile(values.config));
    process.stdout.write(`${lines.join('\n')}\n`);
    return exitCodes.done;
  },
};

/** A reason as the engine tells it: instants in ISO 8601. */
interface ToldReason extends Omit<Reason, 'since' | 'next' | 'until'> {
  readonly since: string;
  readonly next: string | null;
  readonly until: string | null;
}

async function askEngine({ http }: Configuration, subject: string): Promise<readonly ToldReason[] | null> {
  try {
    const path = `/operator/why?${new URLSearchParams({ subject }).toString()}`;
    const { reasons } = (await engineClient(http).ask(path)) as { readonly reasons: readonly ToldReason[] };
    return reasons;
  } catch (error) {
    if (error instanceof NoEngine) return null;
    throw error;
  }
}

async function fromStore(configuration: Configuration, subject: string): Promise<readonly string[]> {
  if (configuration.partners.some(({ name }) => name === subject)) {
    const routes = await lastKnown(configuration);
    return routes.filter(({ partner }) => partner === subject).map(routeLine);
  }
  const found = await storedStreams(configuration.node.dataDir, subject);
  return found.map(viewOf).flatMap((view) => [view.stream, ...nextSteps(view)]);
}

function fromEngine(reasons: readonly ToldReason[], file: string): readonly string[] {
  if (reasons.length === 0) return ['nothing is owed or awaited'];
  const text = readText(file);
  return reasons.flatMap(({ what, since, binds, next, until, configPath, last }) => [
    printable(what),
    `  waits for  ${printable(binds)}`,
    `  since      ${utc(since)}`,
    `  next       ${next === null ? 'nothing by itself: an operator has to act' : utc(next)}`,
    `  given up   ${until === null ? 'never' : utc(until)}`,
    ...(configPath === null ? [] : [`  set at     ${place(text, file, configPath)}`]),
    ...(last === null ? [] : [`  last heard ${printable(last)}`]),
  ]);
}

function utc(iso: string): string {
  return instant(Date.parse(iso));
}

/** `config.yaml:88 partners[1].routes[0].rate` */
function place(text: string, file: string, path: string): string {
  const { line, isWritten } = positionOf(text, path);
  return `${file}:${line} ${path}${isWritten ? '' : ' (not written: its default)'}`;
}
