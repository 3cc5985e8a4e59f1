import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';

import type { Configuration } from '../../../domain/configuration.ts';
import { CommandError, exitCodes } from '../exit.ts';

/** A question is answered within so many ms; an act on many messages takes as long as it takes. */
const patience = 10_000;

/** The HTTP API of the running engine. All of it ends the command with what the engine says against it. */
export interface EngineClient {
  /** Throws `NoEngine` when none runs. */
  ask<T>(path: string): Promise<T>;
  /** Null where the engine answers without a body. Throws `NoEngine` when none runs. */
  act<T>(path: string, body: object): Promise<T>;
  /** The lines of an answer as they come. Aborting the signal ends them. */
  follow(path: string, signal: AbortSignal): AsyncIterable<string>;
}

/** Nothing listens where the configuration says that the engine does. */
export class NoEngine extends CommandError {
  constructor(where: string, use: string) {
    super(`no engine runs on ${where}: start it, this command ${use} the running engine`, exitCodes.unavailable);
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
    throw problem(statusCode, await textOf(response), where);
  };
  const open = (method: 'GET' | 'POST', path: string, options: object): ClientRequest =>
    request({ host, port: listen.port, method, path, ...options });

  return {
    ask: async (path) => {
      const asked = open('GET', path, { headers: authorization, timeout: patience });
      asked.once('timeout', () => asked.destroy(new Error(`no answer within ${patience / 1000} s`)));
      return parsed(await textOf(await send(asked.end(), 'asks')), where);
    },
    act: async (path, body) => {
      const headers = { ...authorization, 'content-type': 'application/json' };
      const acted = open('POST', path, { headers }).end(JSON.stringify(body));
      return parsed(await textOf(await send(acted, 'changes')), where);
    },
    follow: async function* (path, signal) {
      const response = await send(open('GET', path, { headers: authorization, signal }).end(), 'follows');
      try {
        yield* createInterface({ input: response });
      } catch (error) {
        if (!signal.aborted) throw unreachable(error, where);
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
  return new CommandError(`the engine on ${where} cannot be asked: ${why}`, exitCodes.unavailable);
}

async function textOf(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return text;
}

function parsed<T>(text: string, where: string): T {
  try {
    return JSON.parse(text === '' ? 'null' : text) as T;
  } catch {
    throw new CommandError(`what listens on ${where} is no engine: look at http.listen of the configuration`);
  }
}

/** What the engine says against it: `{ "error": ... }`. */
function problem(status: number, text: string, where: string): CommandError {
  if (status === 401) {
    return new CommandError(`the engine on ${where} does not take this token: is http.token the right one?`);
  }
  const { error } = parsed<{ readonly error?: string } | null>(text, where) ?? {};
  const exitCode = status === 404 ? exitCodes.notFound : status === 400 ? exitCodes.usage : exitCodes.failed;
  return new CommandError(error ?? `the engine on ${where} answered ${status}`, exitCode);
}
