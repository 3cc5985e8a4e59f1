import { readFileSync } from 'node:fs';

/** A system call: where in the trace it began, and where its result stands. */
export interface Call {
  readonly name: string;
  /** The first argument with its path or socket: `23</data/events.db-wal>`. */
  readonly on: string;
  readonly text: string;
  readonly began: number;
  readonly ended: number;
}

/** Options that show each file by its path and each socket by its ends, and enough of what is written to know a reply by. */
export function straceOf(file: string): readonly string[] {
  const calls =
    'read,readv,recvfrom,write,writev,pwrite64,pwritev,sendto,sendmsg,fsync,fdatasync,mkdir,openat';
  return ['strace', '-D', '-f', '-yy', '-s', '4096', '-o', file, '-e', `trace=${calls}`];
}

/** Calls of other threads may come between the beginning and the end of one. */
export function readTrace(file: string): readonly Call[] {
  const begun = new Map<string, { readonly began: number; readonly text: string }>();
  const calls: Call[] = [];
  readFileSync(file, 'latin1')
    .split('\n')
    .forEach((line, number) => {
      const [, pid = '', text = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
      const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text)?.[1];
      if (text.endsWith('<unfinished ...>')) begun.set(pid, { began: number, text });
      else if (resumed !== undefined) {
        const { began, text: beginning } = begun.get(pid) ?? { began: number, text: '' };
        calls.push(callOf(`${beginning.replace('<unfinished ...>', '')}${resumed}`, began, number));
      } else calls.push(callOf(text, number, number));
    });
  return calls;
}

function callOf(text: string, began: number, ended: number): Call {
  const [, name = '', on = ''] = /^(\w+)\((\d+<[^,)]*>|[^,)]*)/.exec(text) ?? [];
  return { name, on, text, began, ended };
}
