import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

import { currentVersion, encodeEvent, eventTypes, type Metadata } from '../../domain/mms/codec.ts';
import { sha256 } from '../../domain/hash.ts';
import { goldenEvents } from './golden-events.ts';

/**
 * Golden files: one stored event of each type and version, as it was first written. They are never edited. When an event gets a new
 * version, `node test/mms/golden.ts` writes the files that are missing, and the old ones prove the upcasters.
 */
export interface Golden {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Metadata;
}

const directory = new URL('../golden/events/', import.meta.url);
const digestList = new URL('../golden/digests.json', import.meta.url);

export const goldenFiles = (): readonly string[] => readdirSync(directory).sort();
export const readGolden = (name: string): Golden =>
  JSON.parse(readFileSync(new URL(name, directory), 'utf8')) as Golden;
export const digestOf = (name: string): string => sha256(readFileSync(new URL(name, directory)));
export const digests = (): Readonly<Record<string, string>> =>
  JSON.parse(readFileSync(digestList, 'utf8')) as Record<string, string>;

function writeMissing(): void {
  const present = goldenFiles();
  for (const type of eventTypes) {
    const v = currentVersion(type);
    const name = `${type}.v${v}.json`;
    if (present.includes(name)) continue;
    const golden: Golden = {
      type,
      data: JSON.parse(encodeEvent(goldenEvents[type])) as Golden['data'],
      metadata: {
        v,
        occurredAt: Date.UTC(2026, 10, 23, 12),
        recordedAt: Date.UTC(2026, 10, 23, 12) + 3,
        correlation: '0c36a0a0-30f4-5b3c-9c5a-5f3a2f0a9b11',
        causation: 'e'.repeat(64),
        actor: 'smtp-in',
        node: 'node-1',
        incarnation: 'node-1/7',
        config: 'c'.repeat(64),
        owed: [{ on: 'forwards to-op-b', at: Date.UTC(2026, 10, 23, 12), until: Date.UTC(2026, 10, 26, 12) }],
      },
    };
    writeFileSync(new URL(name, directory), `${JSON.stringify(golden, null, 2)}\n`);
  }
  const known = Object.fromEntries(goldenFiles().map((name) => [name, digestOf(name)]));
  writeFileSync(digestList, `${JSON.stringify({ ...known, ...digestsIfAny() }, null, 2)}\n`);
}

function digestsIfAny(): Readonly<Record<string, string>> {
  try {
    return digests();
  } catch {
    return {};
  }
}

if (import.meta.main) writeMissing();
