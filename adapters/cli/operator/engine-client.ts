import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';

import type { Configuration } from '../../../domain/configuration.ts';
import { CommandError, exitCodes } from '../exit.ts';

/** A question is answered within so many ms; an act on many messages takes as long as it takes. */
const patience = 10_000;

/** The HTTP API of the running engine. All of it ends the command with what the engine says against it. */
export interface EngineClient {
  /** GET. Throws `NoEngine` when none runs. */
  ask(path: string): Promise<unknown>;
  /** POST. Null where the engine answers without a body. Throws `NoEngine` when none runs. */
  act(path: string, body: object): Promise<unknown>;
  /** The lines of an answer as they come. Aborting the signal ends them. */
  follow(path: string, signal: AbortSignal): AsyncIterable<string>;
}

/** Nothing listens where the configuration says that the engine does. */
export class NoEngine extends CommandError {
  constructor(where: string, use: string) {
    super(
      `no engine runs on ${where}: start it, this command ${use} the running engine`,
      exitCodes.unavailable,
    );
  }
}

export function engineClient({ listen, token }: Configuration['http']): EngineClient {
  const host = reachable(listen.host);
  const where = `${host.includes(':') ? `[${host}]` : host}:${listen.port}`;
  const authorization = token === '' ? {} : { authorization: `Bearer ${token}` };

  const send = async (outgoing: ClientRequest, use: string): Promise<IncomingMessage> => {
    const response = await answerTo(outgoing, where, use);
    const { statusCode = 0 } = response;
    if (statusCode >= 200 && statusCode < 300) return response;
    throw problem(statusCode, await bodyOf(response, where), where);
  };
  const open = (method: 'GET' | 'POST', path: string, options: object): ClientRequest =>
    request({ host, port: listen.port, method, path, ...options });

  return {
    ask: async (path) => {
      const asked = open('GET', path, { headers: authorization, timeout: patience });
      asked.once('timeout', () => asked.destroy(new Error(`no answer within ${patience / 1000} s`)));
      return bodyOf(await send(asked.end(), 'asks'), where);
    },
    act: async (path, body) => {
      const headers = { ...authorization, 'content-type': 'application/json' };
      const acted = open('POST', path, { headers }).end(JSON.stringify(body));
      return bodyOf(await send(acted, 'changes'), where);
    },
    follow: async function* (path, signal) {
      const followed = open('GET', path, { headers: authorization, signal }).end();
      try {
        yield* wholeLines(await send(followed, 'follows'));
      } catch (error) {
        if (signal.aborted) return;
        throw error instanceof CommandError ? error : unreachable(error, where);
      }
    },
  };
}

/** Where a server that listens on every address of this machine is reached from it. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

async function answerTo(outgoing: ClientRequest, where: string, use: string): Promise<IncomingMessage> {
  try {
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    return response;
  } catch (error) {
    if (isRefusedConnection(error)) throw new NoEngine(where, use);
    throw unreachable(error, where);
  }
}

function isRefusedConnection(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
}

function unreachable(error: unknown, where: string): CommandError {
  const why = error instanceof Error ? error.message : String(error);
  return new CommandError(`the engine on ${where} did not answer: ${why}`, exitCodes.unavailable);
}

/** The JSON of an answer; null: it has none. */
async function bodyOf(response: IncomingMessage, where: string): Promise<unknown> {
  response.setEncoding('utf8');
  let text = '';
  try {
    for await (const chunk of response) text += String(chunk);
  } catch (error) {
    throw unreachable(error, where);
  }
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    throw new CommandError(`what listens on ${where} is no engine: look at http.listen of the configuration`);
  }
}

/** The lines of an answer as they come; one that breaks off is left out. */
async function* wholeLines(response: IncomingMessage): AsyncGenerator<string> {
  response.setEncoding('utf8');
  let rest = '';
  for await (const chunk of response) {
    const lines = `${rest}${String(chunk)}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

/** What the engine says against it: `{ "error": ... }`. */
function problem(status: number, body: unknown, where: string): CommandError {
  if (status === 401) {
    return new CommandError(`the engine on ${where} does not take this token: is http.token the right one?`);
  }
  const { error } = (body ?? {}) as { readonly error?: string };
  const exitCode = status === 404 ? exitCodes.notFound : status === 400 ? exitCodes.usage : exitCodes.failed;
  return new CommandError(error ?? `the engine on ${where} answered ${status}`, exitCode);
}
