import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Data directories as earlier versions left them, oldest first by name. They are never edited. `2026-11-24-first-store` was written by
 * commit 2ddd8ca (events and store schema of version 1), which played the scene of make.ts without operators and own subscribers.
 */
export interface Fixture {
  readonly name: string;
  readonly configuration: string;
  /** When its engine was killed. */
  readonly stoppedAt: number;
  readonly store: string;
}

export const fixturesIn = fileURLToPath(new URL('../fixtures/upgrade/', import.meta.url));

/** Of a data directory, all but the lock. */
export const fixtureFiles = ['events.db', 'projections.db', 'bodies', 'heads', 'keys'] as const;

export function fixtures(): readonly Fixture[] {
  return readdirSync(fixturesIn)
    .sort()
    .map((name) => {
      const directory = join(fixturesIn, name);
      const { stoppedAt } = JSON.parse(readFileSync(join(directory, 'fixture.json'), 'utf8')) as {
        readonly stoppedAt: number;
      };
      const configuration = readFileSync(join(directory, 'configuration.yaml'), 'utf8');
      return { name, configuration, stoppedAt, store: join(directory, 'store') };
    });
}
