import type { Summary } from './rounds.ts';

/** Markdown, for docs/reliability.md. */
export function tortureTable(summary: Summary): string {
  const { rounds, seed, kills, killsAtStart, accepted, events, streams } = summary;
  return [
    `${rounds} rounds, seed ${seed}: ${kills} kills while serving, ${killsAtStart} while starting; ${accepted} messages got a 250, ${streams} streams, ` +
      `${events} events; ${summary.repeatedForwards} forwards and ${summary.repeatedAnswers} RES were repeated with the same ids. ` +
      `Promises broken: ${summary.failure ?? 'none'}.`,
    '',
    '| Killed at | Times | Of these at the mark |',
    '| --- | ---: | ---: |',
    ...Object.entries(summary.marks).map(
      ([mark, count]) => `| ${mark.replaceAll('-', ' ')} | ${count.kills} | ${count.reached} |`,
    ),
  ].join('\n');
}
