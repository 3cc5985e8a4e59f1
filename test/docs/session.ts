import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { picture } from '../demo/stage.ts';
import { startEngineProcess } from '../support/engine-process.ts';

/**
 * The sessions of a page: `console` blocks marked by a session comment. They are run, in order, against one engine on the built-in
 * example; `node test/docs/session.ts` writes what came out into the page, and a test compares.
 */
export interface Step {
  readonly command: string;
  readonly output: string;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
export const page = join(root, 'docs/operate.md');
const block = /(<!-- session -->\n\n```console\n)(.*?)(```)/gs;

/** Every step of the page, as it stands there. */
export function documented(text: string): readonly Step[] {
  return [...text.matchAll(block)].flatMap(([, , body = '']) => stepsIn(body));
}

function stepsIn(body: string): readonly Step[] {
  return body
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      const end = step.indexOf('\n');
      return { command: step.slice(0, end), output: step.slice(end + 1) };
    });
}

/** The page with what came out in place of what stood there. */
function rewritten(text: string, steps: readonly Step[]): string {
  let index = 0;
  return text.replaceAll(block, (_all, before: string, body: string, after: string) => {
    const shown = stepsIn(body).map(() => {
      const { command, output } = steps[index] ?? { command: '', output: '' };
      index += 1;
      return `$ ${command}\n${output}`;
    });
    return before + shown.join('') + after;
  });
}

/** What changes from run to run says only what it is. */
export function withoutChance(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?Z?/g, '(time)')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '(uuid)')
    .replace(/\b[a-z2-7]{26}[fdr]\d\.[a-z2-7]{8}\b|\bt-[a-z2-7]{20}\b/g, '(transaction)')
    .replace(/\b[0-9a-f]{64}\b/g, '(digest)')
    .replace(/[\d,.]+ (octets|events|streams|files|whole)|(?<=position )\d+/g, '(number) $1');
}

/** Runs the commands as their reader would, in a directory with a configuration, a picture and a text. */
export async function play(commands: readonly string[]): Promise<readonly Step[]> {
  const directory = mkdtempSync(join(tmpdir(), 'mm4-session-'));
  const ports = { '2525': '25302', '8080': '25303', '2526': '25304', '2626': '25305' };
  const toReal = (text: string): string => swap(text, Object.entries(ports));
  const toShown = (text: string): string =>
    swap(
      text,
      Object.entries(ports).map(([shown, real]) => [real, shown]),
    ).replaceAll(`${directory}/`, '');
  writeFileSync(join(directory, 'picture.png'), picture);
  writeFileSync(join(directory, 'hello.txt'), 'Greetings from the harbour\n');
  const example = readFileSync(join(root, 'config/example.yaml'), 'utf8');
  const configFile = join(directory, 'config.yaml');
  const data = `node:\n  dataDir: ${join(directory, 'data')}`;
  writeFileSync(configFile, toReal(example).replace(/^node:/m, data));
  const engine = await startEngineProcess(configFile);
  try {
    const steps: Step[] = [];
    for (const command of commands) {
      // What one command set going has come to rest when the next is typed.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      const typed = toReal(command).replaceAll(
        'npm run -s mm4 --',
        `"${process.execPath}" "${root}adapters/cli/main.ts"`,
      );
      const { stdout, stderr } = spawnSync('bash', ['-c', typed], {
        cwd: directory,
        encoding: 'utf8',
        env: { ...process.env, MM4_CONFIG: configFile },
      });
      const output = toShown(stdout + stderr);
      steps.push({ command, output: output === '' || output.endsWith('\n') ? output : `${output}\n` });
    }
    return steps;
  } finally {
    await engine.kill();
    rmSync(directory, { recursive: true, force: true });
  }
}

function swap(text: string, pairs: readonly (readonly [string, string])[]): string {
  return pairs.reduce((changed, [from, to]) => changed.replaceAll(`:${from}`, `:${to}`), text);
}

if (import.meta.main) {
  const text = readFileSync(page, 'utf8');
  const steps = await play(documented(text).map(({ command }) => command));
  writeFileSync(page, rewritten(text, steps));
}
