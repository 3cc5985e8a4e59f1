import { connect, type Socket } from 'node:net';

export interface Mail {
  readonly mailFrom: string;
  readonly rcptTo: string;
  /** Head and body; no line begins with a dot, and the last one ends with CRLF. */
  readonly content: string;
}

export interface Mailing {
  /** Where the engine listens, on 127.0.0.1. */
  readonly port: number;
  /** The address that the connections come from: it tells the engine who mails. */
  readonly from: string;
  readonly ehlo: string;
  readonly connections: number;
  /** The next mail, of whichever connection asks; null: no more. */
  next(): Mail | null;
}

/** Mails until there is no more; settles when every mail was answered 250. Rejects at the first reply that is an error. */
export async function mailAll(mailing: Mailing): Promise<void> {
  await Promise.all(Array.from({ length: mailing.connections }, () => mailOnOne(mailing)));
}

/**
 * One connection. The final dot of a mail and the envelope of the next one go in one write (RFC 2920 3.1: a group of commands may
 * begin with the content), so that a mail costs one round trip.
 */
function mailOnOne({ port, from, ehlo, next }: Mailing): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, localAddress: from, noDelay: true });
    let current: Mail | null = null;
    let greeted = false;
    const begin = (): string => {
      current = next();
      return current === null ? 'QUIT\r\n' : envelopeOf(current);
    };
    const onReply = (reply: string): void => {
      const code = reply.slice(0, 3);
      if (code === '220') socket.write(`EHLO ${ehlo}\r\n`);
      else if (code === '354' && current !== null)
        socket.write(`${current.content}.\r\n${begin()}`, 'latin1');
      else if (code === '221') resolve();
      else if (code !== '250') reject(new Error(`the engine answered ${reply}`));
      else if (!greeted) {
        greeted = true;
        socket.write(begin());
      }
    };
    onLines(socket, (line) => {
      if (line[3] !== '-') onReply(line);
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the engine closed the connection')));
  });
}

/** Calls back with each line that comes, without its CRLF. */
export function onLines(socket: Socket, onLine: (line: string) => void): void {
  let rest = '';
  socket.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('latin1')).split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
}

const envelopeOf = ({ mailFrom, rcptTo }: Mail): string =>
  `MAIL FROM:<${mailFrom}>\r\nRCPT TO:<${rcptTo}>\r\nDATA\r\n`;
