import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

import { onLines } from './smtp-client.ts';

/** An SMTP receiver that takes every mail and keeps none. */
export interface Sink {
  readonly port: number;
  /** How many mails it took. */
  readonly mails: number;
  /** Settles when it took so many. */
  taken(mails: number): Promise<void>;
  stop(): void;
}

export async function startSink(host: string): Promise<Sink> {
  const sockets = new Set<Socket>();
  let mails = 0;
  let expected = Infinity;
  let reached = (): void => undefined;
  const onMail = (): void => {
    mails += 1;
    if (mails >= expected) reached();
  };
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    converse(socket, onMail);
  });
  server.listen(0, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get mails() {
      return mails;
    },
    taken: (count) =>
      new Promise((resolve) => {
        expected = count;
        reached = resolve;
        if (mails >= count) resolve();
      }),
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function converse(socket: Socket, onMail: () => void): void {
  let inContent = false;
  socket.write('220 sink.example ESMTP\r\n');
  onLines(socket, (line) => {
    if (inContent) {
      if (line !== '.') return;
      inContent = false;
      onMail();
    }
    socket.write(replyTo(line));
    if (line === 'DATA') inContent = true;
    if (line === 'QUIT') socket.end();
  });
}

function replyTo(line: string): string {
  switch (line.slice(0, 4)) {
    case 'EHLO':
      return '250-sink.example\r\n250-PIPELINING\r\n250 8BITMIME\r\n';
    case 'DATA':
      return '354 go on\r\n';
    case 'QUIT':
      return '221 bye\r\n';
    default:
      return '250 ok\r\n';
  }
}
