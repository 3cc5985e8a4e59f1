import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../adapters/cli/main.ts', import.meta.url));

/** Runs a command with something else mounted on a directory, for that command only. */
export const onMount = (directory: string, mounting: string): readonly string[] => [
  'unshare',
  '--mount',
  'sh',
  '-c',
  `${mounting} && exec "$@"`,
  directory,
];

/** `$0` is the directory. */
export const readOnly = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"';
export const small = (size: string): string => `mount -t tmpfs -o size=${size} none "$0"`;

/** The same with a file system of its own, in a file, that holds what the directory holds. It is mounted anew for each command. */
export function onFileSystem(directory: string): readonly string[] {
  const image = `${directory}.img`;
  run('truncate', '--size=32M', image);
  run('mkfs.ext4', '-q', '-d', directory, image);
  return onMount(directory, `mount -o loop,errors=remount-ro ${image} "$0"`);
}

/**
 * Tells the file system that a process has mounted there of an error, as if its disk had failed: from now on it can only be read. (No mount can
 * be made read-only from outside while a file is open for writing.)
 */
export function turnReadOnly(pid: number, directory: string): void {
  const mounts = readFileSync(`/proc/${pid}/mounts`, 'utf8').split('\n');
  const [device = ''] = mounts.find((line) => line.split(' ')[1] === directory)?.split(' ') ?? [];
  writeFileSync(`/sys/fs/ext4/${basename(device)}/trigger_fs_error`, '1');
}

export interface Verified {
  readonly status: number | null;
  readonly said: string;
}

/** `mm4 verify` through a command that mounts. */
export const verifyThrough = (mounted: readonly string[], directory: string): Verified =>
  ended([...mounted, process.execPath, main, 'verify', '--data', directory]);

/** `mm4 verify` among the mounts of a process. */
export const verifyBeside = (pid: number, directory: string): Verified =>
  verifyThrough(['nsenter', '--target', String(pid), '--mount'], directory);

/** What the directory holds under that mount, where everybody sees it. */
export function copiedOut(mounted: readonly string[], directory: string): string {
  const copy = `${directory}-out`;
  run(...mounted, 'cp', '-a', directory, copy);
  return copy;
}

function ended([command = '', ...args]: readonly string[]): Verified {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

function run(...command: readonly string[]): void {
  const { status, said } = ended(command);
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status ?? 'a signal'}: ${said}`);
}
