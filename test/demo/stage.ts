import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../adapters/cli/main.ts', import.meta.url));
const partnerFile = fileURLToPath(new URL('./partner.ts', import.meta.url));
/** Nothing in a demo takes longer, ms. */
const limit = 30_000;

/** A line that an engine or partner prints. */
export interface Line {
  readonly partner?: string;
  readonly received?: string;
  readonly sent?: string;
  readonly listening?: string;
  readonly msg?: string;
  readonly node?: string;
}

/** Where a demo plays: a directory, processes of its own, and all that they said. */
export interface Stage {
  readonly directory: string;
  readonly seen: readonly Line[];
  /** Writes a file and gives its path. */
  file(name: string, content: string | Uint8Array): string;
  engine(configFile: string): void;
  partner(script: object): void;
  until(what: string, condition: () => boolean | Promise<boolean>): Promise<void>;
  /** Ends everything and removes what was written. */
  close(): Promise<void>;
}

export function openStage(): Stage {
  const directory = mkdtempSync(join(tmpdir(), 'mm4-demo-'));
  const processes: ChildProcess[] = [];
  const seen: Line[] = [];

  /** Starts a process and collects the JSON lines it prints. */
  const start = (args: readonly string[]): void => {
    const child = spawn(process.execPath, [...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    processes.push(child);
    let rest = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.startsWith('{')) seen.push(JSON.parse(line) as Line);
    });
  };

  return {
    directory,
    seen,
    file: (name, content) => {
      const path = join(directory, name);
      writeFileSync(path, content);
      return path;
    },
    engine: (configFile) => start([main, 'serve', '--config', configFile]),
    partner: (script) => start([partnerFile, JSON.stringify(script)]),
    until: async (what, condition) => {
      const deadline = Date.now() + limit;
      while (!(await condition())) {
        if (Date.now() > deadline) throw new Error(`${what} did not happen within ${limit / 1_000} s`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    close: async () => {
      for (const child of processes) child.kill('SIGTERM');
      await Promise.all(processes.map(ended));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => child.once('exit', resolve));
}

/** Runs a command of `mm4` to its end and gives what it printed. */
export function mm4(...args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`mm4 ${args.join(' ')} ended with ${status ?? 'a signal'}: ${stderr}`);
  return stdout;
}

/** The events of a message as they are stored. */
export function storedEvents(id: string, configFile: string): readonly { readonly type: string }[] {
  return mm4('show', id, '--json', '--config', configFile)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string });
}

/** Event types that are there more or less often than expected. */
export function wrongEvents(
  events: readonly { readonly type: string }[],
  expected: readonly (readonly [type: string, times: number])[],
): readonly string[] {
  return expected.flatMap(([type, times]) => {
    const count = events.filter((event) => event.type === type).length;
    return count === times ? [] : [`${count} events ${type}, expected ${times}`];
  });
}

export const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEklEQVR4nGP4z8DAAMIM/4EAAB/uBfsL2WiLAAAAAElFTkSuQmCC',
  'base64',
);

/** Prints the last word of a demo and sets the exit code. */
export function conclude(lacking: readonly string[], done: string): void {
  for (const line of lacking) process.stderr.write(`MISSING  ${line}\n`);
  if (lacking.length === 0) process.stdout.write(`${done}\n`);
  process.exitCode = lacking.length === 0 ? 0 : 1;
}
