import { readdirSync, statSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { join } from 'node:path';

import type { Clock } from '../../domain/ports.ts';
import { isMissing } from './failures.ts';
import { groupFile, type GroupFile } from './group-file.ts';

/** Where in the files of a folder something is going to be. */
export interface Place {
  /** `2026-11-23-0`: the day (UTC) and a running number. */
  readonly name: string;
  readonly position: number;
  readonly file: GroupFile;
}

/** Files of a folder, one a day and another one when it is full or broken. They only grow. */
export interface DayFiles {
  /** The next so many octets of today's file. Throws if the folder cannot be looked at. */
  reserve(octets: number): Place;
  pathOf(name: string): string;
  /** The file being written just now. */
  readonly current: { readonly name: string; readonly file: GroupFile } | null;
  /** Names of the files that are there, oldest first. */
  names(): readonly string[];
  /** Those into which nothing was written from that instant on: their day was over, and they are not being written. */
  endedBefore(instant: number): readonly string[];
  /** Takes a whole file away; the one being written is never taken. */
  drop(name: string): Promise<void>;
  syncs(): number;
  close(): Promise<void>;
}

export interface DayFileOptions {
  readonly folder: string;
  /** What comes before and after the name: `bodies-` and `.keys`. */
  readonly prefix: string;
  readonly extension: string;
  /** No file grows beyond this many octets, unless a single object does. */
  readonly limit: number;
  /** Places begin at a multiple of this many octets. */
  readonly align: number;
}

interface Open {
  readonly day: string;
  readonly number: number;
  readonly name: string;
  readonly file: GroupFile;
  end: number;
}

export function dayFiles(options: DayFileOptions, clock: Clock): DayFiles {
  const { folder, prefix, extension, limit, align } = options;
  let open: Open | null = null;
  let earlierSyncs = 0;

  const pathOf = (name: string): string => join(folder, prefix + name + extension);

  const names = (): readonly string[] =>
    filesIn(folder)
      .filter((file) => file.startsWith(prefix) && file.endsWith(extension))
      .map((file) => file.slice(prefix.length, -extension.length))
      .filter((name) => namePattern.test(name))
      .sort((one, other) => dayOf(one).localeCompare(dayOf(other)) || numberOf(one) - numberOf(other));

  const openAt = (day: string, number: number): Open => {
    const name = `${day}-${number}`;
    return { day, number, name, file: groupFile(pathOf(name)), end: sizeOf(pathOf(name)) };
  };

  const latestOf = (day: string): Open => {
    const last = names().findLast((name) => dayOf(name) === day);
    return openAt(day, last === undefined ? 0 : numberOf(last));
  };

  const takes = ({ file, end }: Open, octets: number): boolean =>
    !file.broken && (end === 0 || end + octets <= limit);

  /** Today's file with room for so many octets, opened if need be; the one before is let go. */
  const current = (octets: number): Open => {
    const today = new Date(clock.now()).toISOString().slice(0, 10);
    // A clock that is set back returns to no earlier file: places that are reserved there may not be written yet.
    const day = open !== null && open.day > today ? open.day : today;
    let next = open?.day === day ? open : latestOf(day);
    if (!takes(next, octets)) next = openAt(day, next.number + 1);
    if (open !== null && open !== next) {
      earlierSyncs += open.file.syncs;
      void open.file.retire();
    }
    open = next;
    return next;
  };

  return {
    reserve: (octets) => {
      const place = current(octets);
      // What a crash left at the end of a file is referred to by nobody: the next place is behind it.
      const position = Math.ceil(place.end / align) * align;
      place.end = position + octets;
      return { name: place.name, position, file: place.file };
    },
    pathOf,
    get current() {
      return open;
    },
    names,
    endedBefore: (instant) => names().filter((name) => name !== open?.name && endOf(name) <= instant),
    drop: async (name) => {
      if (name === open?.name) return;
      await unlink(pathOf(name)).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
    },
    syncs: () => earlierSyncs + (open?.file.syncs ?? 0),
    close: async () => {
      await open?.file.retire();
    },
  };
}

const namePattern = /^\d{4}-\d\d-\d\d-\d{1,9}$/;
/** `2026-11-23` */
export const dayOf = (name: string): string => name.slice(0, 10);
/** When the day of a file was over. */
export const endOf = (name: string): number => Date.parse(dayOf(name)) + 24 * 3_600_000;
const numberOf = (name: string): number => Number(name.slice(11));

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
