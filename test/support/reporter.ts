import { relative } from 'node:path';
import type { EventData } from 'node:test';
import type { TestEvent } from 'node:test/reporters';
import { inspect } from 'node:util';

/** A failure or a skipped test: what it is called, and what there is to say about it. */
interface Note {
  readonly test: string;
  readonly why: string;
}

/**
 * Reports test files as they finish, then every failure once more, then loudly what was skipped and what it needs. The last lines are the
 * runner's own summary, `# tests 12` and so on, for those who read no further and for programs.
 */
export async function* reporter(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const failures: Note[] = [];
  const skipped: Note[] = [];
  const summary: string[] = [];
  for await (const { type, data } of events) {
    switch (type) {
      case 'test:fail':
        if (isOwnFailure(data)) failures.push({ test: placeOf(data), why: reasonOf(data) });
        break;
      case 'test:pass':
        if (typeof data.skip === 'string') skipped.push({ test: placeOf(data), why: data.skip });
        else if (data.skip === true) skipped.push({ test: placeOf(data), why: 'skipped without a reason' });
        break;
      case 'test:summary':
        if (data.file !== undefined) yield fileLine(data);
        break;
      case 'test:diagnostic':
        // The runner's own belong to no file.
        if (data.file === undefined) summary.push(`# ${data.message}\n`);
        else yield `${data.message}\n`;
        break;
      case 'test:stdout':
      case 'test:stderr':
        yield data.message;
        break;
      default:
    }
  }
  yield* failures.map(({ test, why }) => `\nFAILED ${test}\n${why.replace(/^/gm, '  ')}\n`);
  yield* skippedLines(skipped);
  yield* ['\n', ...summary];
}

/** A group fails because something in it did: that is told once. */
function isOwnFailure({ details, todo }: EventData.TestFail): boolean {
  const { error } = details;
  const ofChildren = 'failureType' in error && error.failureType === 'subtestsFailed';
  return !ofChildren && (todo === undefined || todo === false);
}

/** What the test threw; of a file whose process ended by itself, how. */
function reasonOf({ details: { error } }: EventData.TestFail): string {
  if ('failureType' in error && error.failureType === 'testAborted') return 'broken off';
  return inspect(error.cause instanceof Error ? error.cause : error);
}

function fileLine({ file = '', counts, duration_ms, success }: EventData.TestSummary): string {
  const seconds = (duration_ms / 1000).toFixed(1);
  return `${success ? 'ok    ' : 'FAILED'} ${relative('', file)}  ${counts.tests} tests, ${seconds} s\n`;
}

function placeOf({ file, line, name }: EventData.TestPass | EventData.TestFail): string {
  if (file === undefined) return name;
  return name === file ? relative('', file) : `${relative('', file)}:${line ?? 1} ${name}`;
}

function* skippedLines(skipped: readonly Note[]): Generator<string> {
  const byReason = Map.groupBy(skipped, ({ why }) => why);
  for (const [why, notes] of byReason) {
    yield `\nSKIPPED ${notes.length} ${notes.length === 1 ? 'test' : 'tests'}: ${why}\n`;
    yield* notes.map(({ test }) => `  ${test}\n`);
  }
}
