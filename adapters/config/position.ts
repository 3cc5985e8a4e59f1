import type { Path } from './problems.ts';
import { readYaml, type Raw } from './yaml-file.ts';

/** Where a key stands in a configuration file. */
export interface Position {
  /** Counted from 1; of a key that is not written, the line of what it belongs to. */
  readonly line: number;
  /** False: it has its default. */
  readonly isWritten: boolean;
}

/** @param path as problems name it: `partners[1].routes[0].rate` */
export function positionOf(text: string, path: string): Position {
  const steps = stepsOf(path);
  const { raw, lineOf } = readYaml(text);
  return { line: lineOf(steps), isWritten: isWritten(raw, steps) };
}

function stepsOf(path: string): Path {
  return [...path.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([key, index]) =>
    index === undefined ? key : Number(index),
  );
}

function isWritten(raw: Raw | null, [step, ...rest]: Path): boolean {
  if (step === undefined) return raw !== null;
  if (raw === null || typeof raw === 'string') return false;
  const inner = Object.entries(raw).find(([key]) => key === String(step));
  return inner !== undefined && isWritten(inner[1], rest);
}
