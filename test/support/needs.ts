import { spawnSync } from 'node:child_process';

/** Debian packages that some tests want; without them those tests are skipped, loudly. */
type Tool = 'strace' | 'swaks';

/**
 * Options for a test that needs a tool: `test('…', needs('strace'), …)`. Where `MM4_REQUIRE_TOOLS` names it, a missing tool is no
 * reason to skip: the test runs and fails.
 */
export function needs(tool: Tool): { skip?: string } {
  const required = (process.env['MM4_REQUIRE_TOOLS'] ?? '').split(',').includes(tool);
  const there = spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0;
  return required || there ? {} : { skip: `needs ${tool}: apt-get install ${tool}` };
}
