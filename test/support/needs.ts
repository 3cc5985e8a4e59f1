import { spawnSync } from 'node:child_process';

const failingFileSystem = `
  image=$(mktemp) && trap 'rm -f "$image"' EXIT &&
  truncate --size=4M "$image" && mkfs.ext4 -q -F "$image" && mount -o loop "$image" /mnt &&
  test -w "/sys/fs/ext4/$(basename "$(findmnt --noheadings --output SOURCE /mnt)")/trigger_fs_error"`;

/** Tools that some tests want, with a command that tells whether each can be used here: strace may be there and forbidden. */
const tools = {
  strace: ['strace', '-o', '/dev/null', 'true'],
  swaks: ['swaks', '--version'],
  curl: ['curl', '--version'],
  /** Mounts that only its own processes see; needs root. */
  unshare: ['unshare', '--mount', 'true'],
  /** A file system of one's own that can be told to fail; needs root, loop devices and ext4. */
  'mkfs.ext4': ['unshare', '--mount', 'sh', '-c', failingFileSystem],
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
