import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../adapters/cli/main.ts', import.meta.url));
/** For the start and for a polite stop, ms. */
const patience = 30_000;

/** A JSON line of the engine's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly level?: number; readonly msg?: string };

export interface EngineProcess {
  readonly pid: number;
  /** Where it listens for SMTP. */
  readonly port: number;
  readonly log: readonly LogLine[];
  /** What it said on stderr: nothing, as long as it is well. */
  readonly stderr: string;
  readonly running: boolean;
  /** kill -9, at this moment. */
  kill(): Promise<void>;
  /** SIGTERM; its exit code. */
  stop(): Promise<number | null>;
}

/** Starts the real engine, perhaps through a command that runs it and keeps its pid, and waits until it listens. */
export async function startEngineProcess(
  configFile: string,
  through: readonly string[] = [],
): Promise<EngineProcess> {
  const [command, ...args] = [...through, process.execPath, main, 'serve', '--config', configFile] as const;
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  const listening = Promise.withResolvers<number>();
  const log: LogLine[] = [];
  let rest = '';
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) {
      const line = JSON.parse(text) as LogLine;
      log.push(line);
      if (line.msg === 'listening') listening.resolve(Number(String(line['smtp']).split(':').at(-1)));
    }
  });
  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (!running()) return;
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), patience);
    await exited;
    clearTimeout(timer);
  };

  const timer = setTimeout(() => listening.reject(new Error('it does not listen')), patience);
  void exited.then(() => listening.reject(new Error(`it ended with ${child.exitCode ?? 'a signal'}`)));
  try {
    const port = await listening.promise;
    return {
      pid: child.pid ?? 0,
      port,
      log,
      get stderr() {
        return stderr;
      },
      get running() {
        return running();
      },
      kill: () => end('SIGKILL'),
      stop: async () => {
        await end('SIGTERM');
        return child.exitCode;
      },
    };
  } catch (error) {
    await end('SIGKILL');
    throw new Error(`the engine did not start: ${stderr}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Runs another command of `mm4` to its end and gives what it printed; throws if it failed. */
export function mm4(...args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`mm4 ${args.join(' ')} ended with ${status ?? 'a signal'}: ${stderr}`);
  return stdout;
}

/** Starts an engine and kills it -9 after so many ms, whether it is up by then or not. */
export async function startAndKill(configFile: string, after: number): Promise<void> {
  const child = spawn(process.execPath, [main, 'serve', '--config', configFile], { stdio: 'ignore' });
  const exited = once(child, 'exit');
  await new Promise((resolve) => setTimeout(resolve, after));
  child.kill('SIGKILL');
  await exited;
}
