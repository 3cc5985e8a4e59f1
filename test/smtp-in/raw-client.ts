import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as secure } from 'node:tls';

/** A reply is the text of its lines, joined by LF. */
const wholeReply = /^((?:\d{3}-[^\r\n]*\r\n)*\d{3}(?: [^\r\n]*)?)\r\n/;

/** An SMTP client that knows nothing of SMTP: it sends the octets it is given and cuts replies out of what comes. */
export class RawClient {
  #socket: Socket;
  #received = '';
  #ended = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  /** From an address of one's own (`localAddress`) where the server tells its peers by it. */
  static async connect(port: number, host = '127.0.0.1', localAddress = host): Promise<RawClient> {
    const socket = connect({ host, port, localAddress, noDelay: true });
    const client = new RawClient(socket);
    await once(socket, 'connect');
    return client;
  }

  /** Strings are sent octet by octet (latin1). */
  send(bytes: string | Uint8Array): void {
    this.#socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** Sends in pieces of a size each in a packet of its own, as far as that can be brought about. */
  async sendPieces(bytes: Buffer, size = 1): Promise<void> {
    for (let at = 0; at < bytes.length; at += size) {
      const piece = bytes.subarray(at, at + size);
      await new Promise<void>((resolve) => {
        this.#socket.write(piece, () => setImmediate(resolve));
      });
    }
  }

  /** The next reply. */
  async reply(): Promise<string> {
    for (;;) {
      const found = wholeReply.exec(this.#received)?.[1];
      if (found !== undefined) {
        this.#received = this.#received.slice(found.length + 2);
        return found.replaceAll('\r\n', '\n');
      }
      if (this.#ended) throw new Error(`the server has closed, leaving ${JSON.stringify(this.#received)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async replies(count: number): Promise<string[]> {
    const all: string[] = [];
    while (all.length < count) all.push(await this.reply());
    return all;
  }

  /** Sends a line and awaits its reply. */
  async say(line: string): Promise<string> {
    this.send(`${line}\r\n`);
    return this.reply();
  }

  /** Resolves when the server has closed; what came after the last reply taken. */
  async closed(): Promise<string> {
    while (!this.#ended)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    return this.#received;
  }

  async startTls(): Promise<void> {
    this.#socket.removeAllListeners('data').removeAllListeners('close').removeAllListeners('error');
    this.#socket = secure({ socket: this.#socket, rejectUnauthorized: false });
    this.#listen();
    await once(this.#socket, 'secureConnect');
  }

  /** What has come and was not taken yet. */
  get unread(): string {
    return this.#received;
  }

  /** Octets that the server has not let in yet. */
  get waiting(): number {
    return this.#socket.writableLength;
  }

  end(): void {
    this.#socket.end();
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }

  #listen(): void {
    const ended = (): void => {
      this.#ended = true;
      this.#wake();
    };
    this.#socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString('latin1');
      this.#wake();
    });
    this.#socket.on('error', ended);
    this.#socket.on('close', ended);
  }
}
