import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a process costs while nobody asks anything of it. */
export interface Usage {
  /** Resident memory at the end of the time, octets. */
  readonly rss: number;
  /** Processor time of all its threads, ms for each second. */
  readonly cpu: number;
}

/** `USER_HZ`, the unit of times in /proc: 1/100 s on every Linux. */
const millisecondsPerTick = 10;

/** Watches a process for so many seconds. */
export async function usageOf(pid: number, seconds: number): Promise<Usage> {
  const before = cpuOf(pid);
  const started = performance.now();
  await sleep(seconds * 1_000);
  const cpu = cpuOf(pid) - before;
  return { rss: rssOf(pid), cpu: (cpu / (performance.now() - started)) * 1_000 };
}

/** Resident memory, octets (`VmRSS`, proc_pid_status(5)). */
export function rssOf(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  if (kilobytes === undefined) throw new Error(`process ${pid} has no VmRSS: is it a zombie?`);
  return Number(kilobytes) * 1_024;
}

/** Processor time since the start, user and system, in ms (fields 14 and 15 of proc_pid_stat(5)). */
export function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name of the command, field 2, is in parentheses and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * millisecondsPerTick;
}
