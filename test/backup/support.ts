import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../adapters/cli/main.ts', import.meta.url));

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of `mm4` to its end, whatever that is, while the test goes on. */
export async function run(...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await exited;
  return { status: child.exitCode, stdout, stderr };
}

export interface Verified {
  readonly status: number | null;
  /** A line for each thing that is damaged. */
  readonly damage: readonly string[];
  readonly summary: string;
}

export async function verify(directory: string): Promise<Verified> {
  const { status, stdout, stderr } = await run('verify', '--data', directory);
  if (stderr !== '') throw new Error(stderr);
  const lines = stdout.trimEnd().split('\n');
  return { status, damage: lines.slice(0, -1), summary: lines.at(-1) ?? '' };
}
