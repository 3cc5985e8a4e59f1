import { spawnSync } from 'node:child_process';

/** Tools that some tests want, with a command that tells whether each can be used here: strace may be there and forbidden. */
const tools = {
  strace: ['strace', '-o', '/dev/null', 'true'],
  swaks: ['swaks', '--version'],
  curl: ['curl', '--version'],
  /** Mounts that only its own processes see; needs root. */
  unshare: ['unshare', '--mount', 'true'],
} as const;

/**
 * Options for a test that needs a tool: `it('...', needs('strace'), ...)`. Where the tool cannot be used the test is skipped and
 * says what it needs; where `MM4_REQUIRE_TOOLS` (`strace,swaks`) names it, it fails instead.
 */
export function needs(tool: keyof typeof tools): { readonly skip?: string } {
  const [command, ...args] = tools[tool];
  const { status, error } = spawnSync(command, args, { stdio: 'ignore' });
  if (status === 0) return {};
  const reason =
    error === undefined ? `needs ${tool}, which may not run here` : `needs ${tool}: apt-get install ${tool}`;
  const required = (process.env['MM4_REQUIRE_TOOLS'] ?? '').split(',').includes(tool);
  if (required) throw new Error(`MM4_REQUIRE_TOOLS names ${tool}, and a test ${reason}`);
  return { skip: reason };
}
