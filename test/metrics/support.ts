import type { Metrics } from '../../adapters/metrics/metrics.ts';

/** The samples of an exposition, `name{label="value"}` with the value. */
export async function samplesOf({ text }: Metrics): Promise<ReadonlyMap<string, number>> {
  const lines = (await text()).text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}
