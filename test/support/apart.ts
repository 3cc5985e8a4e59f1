import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/**
 * Runs a long scenario in a process of its own: node:test follows every promise of the one it runs in, which costs a scenario of millions a
 * third of its time. It fails when the process does, with what that said.
 *
 * @param file from the root of the project
 */
export async function runApart(file: string, args: readonly string[] = []): Promise<void> {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'inherit', 'pipe'] });
  const [said] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  assert.equal(child.exitCode, 0, said);
}
