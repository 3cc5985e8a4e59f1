import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** What the running engine says about itself. */
export interface EngineStatus {
  /** Null: ready to work. Else why not, for an operator. */
  readonly notReady: () => Promise<string | null>;
  /** Live facts about each route. */
  readonly partners: () => Promise<unknown>;
}

/** Serves `/healthz` (the process runs), `/readyz` (store and disk take work) and `/partners` (for `mm4 partners`). */
export async function startHealthServer(
  listen: { readonly host: string; readonly port: number },
  token: string,
  status: EngineStatus,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    answer(request, response, token, status).catch((error: unknown) => {
      send(response, 500, { error: String(error) });
    });
  });
  await listening(server, listen);
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : listen.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  token: string,
  status: EngineStatus,
): Promise<void> {
  if (request.method !== 'GET') {
    send(response, 405, { error: 'only GET is served' });
    return;
  }
  switch (request.url) {
    case '/healthz':
      send(response, 200, { status: 'ok' });
      return;
    case '/readyz': {
      const problem = await status.notReady();
      send(
        response,
        problem === null ? 200 : 503,
        problem === null ? { status: 'ready' } : { status: 'not ready', why: problem },
      );
      return;
    }
    case '/partners':
      if (token !== '' && request.headers.authorization !== `Bearer ${token}`) {
        send(response, 401, { error: 'give the token of http.token as a bearer token' });
        return;
      }
      send(response, 200, await status.partners());
      return;
    default:
      send(response, 404, { error: 'served here: /healthz, /readyz, /partners' });
  }
}

function send(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}

function listening(server: Server, listen: { readonly host: string; readonly port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen.port, listen.host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}
