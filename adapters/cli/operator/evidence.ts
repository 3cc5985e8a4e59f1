import type { EvidenceRow } from '../../store-sqlite/projections/answers.ts';
import type { EvidenceKind } from '../../store-sqlite/projections/questions.ts';
import { openProjectionsForReading } from '../../store-sqlite/projections/projections.ts';
import type { Command } from '../commands.ts';
import { readConfiguration } from '../configuration.ts';
import { CommandError, exitCodes } from '../exit.ts';
import { forReading } from '../for-reading.ts';
import { parseOptions } from '../options.ts';
import { instant } from '../show/timeline.ts';
import { printable } from './printable.ts';

const listedAtMost = 500;

export const orphansCommand = listing('orphan', {
  name: 'orphans',
  summary: 'RES and reports that fit no message: from whom, since when, why, and what became of them.',
  details: '"mm4 attach" gives one to its message.',
});

export const refusedCommand = listing('refused', {
  name: 'refused',
  summary: 'PDUs that were turned away: from whom, when, why, and how they were answered.',
  details: '"mm4 show STREAM" tells more of one.',
});

function listing(kind: EvidenceKind, about: Pick<Command, 'name' | 'summary' | 'details'>): Command {
  const usage = `mm4 ${about.name} [--partner P] [--json] [--data DIR | --config FILE]`;
  return {
    ...about,
    usage,
    details:
      `The latest first, at most ${listedAtMost}. ${about.details} Reads the store of --data DIR, or of the configuration, ` +
      'whether the engine\nruns or not. --json gives a line of JSON for each. Exit code 3: there is none.',
    example: `mm4 ${about.name} --partner op-b`,
    run: async (args) => {
      const options = {
        partner: { type: 'string' },
        json: { type: 'boolean' },
        data: { type: 'string' },
        config: { type: 'string' },
      } as const;
      const { values, positionals } = parseOptions(args, options, usage);
      if (positionals.length > 0) throw new CommandError(`usage: ${usage}`, exitCodes.usage);
      const directory = values.data ?? readConfiguration(values.config).node.dataDir;
      const rows = await rowsOf(directory, kind, values.partner ?? null);
      const written = values.json === true ? rows.map((row) => JSON.stringify(row)) : rows.map(line);
      process.stdout.write(written.map((text) => `${text}\n`).join(''));
      if (rows.length === listedAtMost) process.stderr.write(`only the latest ${listedAtMost} are shown\n`);
      return rows.length === 0 ? exitCodes.notFound : exitCodes.done;
    },
  };
}

async function rowsOf(
  directory: string,
  kind: EvidenceKind,
  partner: string | null,
): Promise<readonly EvidenceRow[]> {
  const projections = forReading(() => openProjectionsForReading(directory));
  try {
    return await projections.evidence(kind, partner, listedAtMost);
  } finally {
    projections.close();
  }
}

function line(row: EvidenceRow): string {
  const { at, stream, partner, pduKind, why } = row;
  const outcome = outcomeOf(row);
  return [
    `${instant(at)}  ${stream}  ${partner}  ${printable(pduKind)}: ${printable(why)}`,
    ...(outcome === null ? [] : [`  ${printable(outcome)}`]),
  ].join('\n');
}

/** What became of it; null: nothing, and nothing has to. */
function outcomeOf({ attached, answered, unanswered, res }: EvidenceRow): string | null {
  if (attached !== null) return `attached to ${attached}`;
  if (answered !== null) return `answered by RES ${answered}`;
  if (unanswered !== null) return `its RES ${res ?? ''} was given up: ${unanswered}`;
  return res === null ? null : `its RES ${res} is owed`;
}
