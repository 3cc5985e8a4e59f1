import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';

/** Where a script can step in. `body`: the first octets of a mail have come, its final dot perhaps not. `dot`: the whole mail has come. */
export type PeerStep =
  | 'greeting'
  | 'ehlo'
  | 'helo'
  | 'starttls'
  | 'tls'
  | 'auth'
  | 'rset'
  | 'mail'
  | 'rcpt'
  | 'data'
  | 'body'
  | 'dot'
  | 'quit'
  | 'other';

/** What the peer does at a step instead of the usual: says these bytes exactly (nothing if left out), then perhaps ends it. */
export interface Play {
  readonly say?: string;
  /** Close politely, reset, or neither read nor answer any more. */
  readonly then?: 'close' | 'reset' | 'stall';
}

/** A play for every visit of the step, or one chosen by how often it was visited before, over all connections, and by the line. */
export type Script = Partial<Record<PeerStep, Play | ((visit: number, line: string) => Play | undefined)>>;

export interface ReceivedMail {
  readonly mail: string;
  readonly rcpt: readonly string[];
  /** With dot-stuffing undone and without the final dot; the CRLF before it belongs to it. */
  readonly content: Buffer;
}

export interface PeerOptions {
  readonly host?: string;
  /** Default: any free one. A peer that comes back needs its old one. */
  readonly port?: number;
  /** Lines of the EHLO reply after the first. */
  readonly offers?: readonly string[];
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly script?: Script;
}

export interface ScriptedPeer {
  readonly host: string;
  readonly port: number;
  readonly connections: number;
  /** Every command line, in order. */
  readonly commands: readonly string[];
  readonly mails: readonly ReceivedMail[];
  /** Addresses that connections came from. */
  readonly sources: readonly string[];
  /** Resolves when the step is reached for the first time, or at once if it was. */
  reached(step: PeerStep): Promise<void>;
  /** Says something unasked on all connections. */
  interject(bytes: string): void;
  /** Ends all connections. */
  drop(how: 'close' | 'reset'): void;
  /** Resolves when no connection is left. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

const crlf = '\r\n';

/** An SMTP receiver that does everything right except what its script says. */
export async function scriptedPeer(options: PeerOptions = {}): Promise<ScriptedPeer> {
  const visits = new Map<PeerStep, number>();
  const waiting = new Map<PeerStep, (() => void)[]>();
  const sockets = new Set<Socket>();
  const commands: string[] = [];
  const mails: ReceivedMail[] = [];
  const sources: string[] = [];
  let whenIdle: (() => void)[] = [];

  function visit(step: PeerStep, line: string): Play | undefined {
    const visited = visits.get(step) ?? 0;
    visits.set(step, visited + 1);
    const play = options.script?.[step];
    waiting.get(step)?.forEach((seen) => seen());
    waiting.delete(step);
    return typeof play === 'function' ? play(visited, line) : play;
  }

  // Half-open, so that a peer that is told to stall does not even close when the other side has.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    sources.push(socket.remoteAddress ?? '');
    socket.on('close', () => {
      sockets.delete(socket);
      if (sockets.size === 0) whenIdle.splice(0).forEach((resolve) => resolve());
    });
    new Conversation(socket, options, { visit, commands, mails });
  });
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  await once(server, 'listening');
  const { address, port } = server.address() as AddressInfo;

  return {
    host: address,
    port,
    commands,
    mails,
    sources,
    get connections() {
      return sources.length;
    },
    reached: (step) =>
      new Promise((resolve) => {
        if (visits.has(step)) resolve();
        else waiting.set(step, [...(waiting.get(step) ?? []), resolve]);
      }),
    interject(bytes) {
      for (const socket of sockets) socket.write(bytes, 'latin1');
    },
    drop(how) {
      for (const socket of sockets) end(socket, how);
    },
    idle: () =>
      new Promise((resolve) => {
        if (sockets.size === 0) resolve();
        else whenIdle = [...whenIdle, resolve];
      }),
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Records {
  readonly visit: (step: PeerStep, line: string) => Play | undefined;
  readonly commands: string[];
  readonly mails: ReceivedMail[];
}

class Conversation {
  readonly #options: PeerOptions;
  readonly #records: Records;
  readonly #plain: Socket;
  #socket: Socket;
  #input: Buffer = Buffer.alloc(0);
  #inData = false;
  #inBody = false;
  #loginLines = 0;
  #deaf = false;
  #mail = '';
  #rcpt: string[] = [];

  constructor(socket: Socket, options: PeerOptions, records: Records) {
    this.#plain = socket;
    this.#socket = socket;
    this.#options = options;
    this.#records = records;
    this.#listen();
    this.#play('greeting', '', '220 mx.partner.test ESMTP');
  }

  #listen(): void {
    const socket = this.#socket;
    // A connection that the script broke off may fail later; the test looks at what the other side made of it.
    socket.on('error', () => socket.destroy());
    socket.on('end', () => {
      if (!this.#deaf) socket.end();
    });
    socket.on('data', (chunk: Buffer) => {
      if (this.#deaf) return;
      this.#input = Buffer.concat([this.#input, chunk]);
      this.#consume();
    });
  }

  #consume(): void {
    while (!this.#deaf && (this.#inData ? this.#takeMail() : this.#takeLine()));
  }

  #takeLine(): boolean {
    const end = this.#input.indexOf(crlf);
    if (end < 0) return false;
    const line = this.#input.toString('latin1', 0, end);
    this.#input = this.#input.subarray(end + 2);
    this.#records.commands.push(line);
    if (this.#loginLines > 0) this.#onLoginLine();
    else this.#onCommand(line);
    return true;
  }

  #onCommand(line: string): void {
    const verb = (/^[A-Z]+/i.exec(line)?.[0] ?? '').toUpperCase();
    switch (verb) {
      case 'EHLO':
        return this.#play('ehlo', line, ...lines(250, ['mx.partner.test', ...this.#offers()]));
      case 'HELO':
        return this.#play('helo', line, '250 mx.partner.test');
      case 'STARTTLS':
        return this.#startTls(line);
      case 'AUTH':
        this.#loginLines = line === 'AUTH LOGIN' ? 2 : 0;
        return this.#play('auth', line, this.#loginLines > 0 ? '334 VXNlcm5hbWU6' : '235 2.7.0 welcome');
      case 'RSET':
        return this.#play('rset', line, '250 2.0.0 ok');
      case 'MAIL':
        this.#mail = line;
        this.#rcpt = [];
        return this.#play('mail', line, '250 2.1.0 ok');
      case 'RCPT':
        this.#rcpt.push(line);
        return this.#play('rcpt', line, '250 2.1.5 ok');
      case 'DATA':
        return this.#play('data', line, '354 go on');
      case 'QUIT':
        return this.#play('quit', line, '221 2.0.0 bye');
      default:
        return this.#play('other', line, '500 5.5.2 what?');
    }
  }

  #offers(): readonly string[] {
    const offers = this.#options.offers ?? ['PIPELINING', 'SIZE 10000000', '8BITMIME'];
    return this.#options.tls === undefined || this.#socket instanceof TLSSocket
      ? offers
      : [...offers, 'STARTTLS'];
  }

  #onLoginLine(): void {
    this.#loginLines -= 1;
    this.#say(this.#loginLines === 1 ? '334 UGFzc3dvcmQ6\r\n' : '235 2.7.0 welcome\r\n');
  }

  #takeMail(): boolean {
    if (this.#input.length > 0 && !this.#inBody) {
      this.#inBody = true;
      this.#play('body', '');
      if (this.#deaf) return false;
    }
    const empty = this.#input.subarray(0, 3).toString('latin1') === `.${crlf}`;
    const dot = empty ? 0 : this.#input.indexOf(`${crlf}.${crlf}`) + 2;
    if (dot === 1) return false;
    this.#records.mails.push({
      mail: this.#mail,
      rcpt: this.#rcpt,
      content: unstuffed(this.#input.subarray(0, dot)),
    });
    this.#input = this.#input.subarray(dot + 3);
    this.#inData = this.#inBody = false;
    this.#play('dot', '', '250 2.0.0 stored');
    return true;
  }

  #startTls(line: string): void {
    const play = this.#records.visit('starttls', line);
    if (play !== undefined || this.#options.tls === undefined)
      return this.#perform(play ?? { say: `502 5.5.1 no${crlf}` });
    this.#say(`220 2.0.0 go ahead${crlf}`);
    const broken = this.#records.visit('tls', line);
    if (broken !== undefined) return this.#perform(broken);
    this.#plain.removeAllListeners('data');
    this.#socket = new TLSSocket(this.#plain, {
      isServer: true,
      secureContext: createSecureContext(this.#options.tls),
    });
    this.#listen();
  }

  #play(step: PeerStep, line: string, ...usual: readonly string[]): void {
    const play = this.#records.visit(step, line);
    this.#perform(play ?? { say: usual.map((text) => `${text}${crlf}`).join('') });
    const said = play?.say ?? usual[0] ?? '';
    if (step === 'data') this.#inData = said.startsWith('354');
    if (step === 'quit' && play === undefined) this.#socket.end();
  }

  #perform(play: Play): void {
    if (play.say !== undefined && play.say !== '') this.#say(play.say);
    if (play.then === undefined) return;
    this.#deaf = true;
    if (play.then === 'stall') this.#plain.pause();
    else end(this.#plain, play.then);
  }

  #say(bytes: string): void {
    this.#socket.write(bytes, 'latin1');
  }
}

function end(socket: Socket, how: 'close' | 'reset'): void {
  if (how === 'reset') socket.resetAndDestroy();
  else socket.destroySoon();
}

function lines(code: number, texts: readonly string[]): readonly string[] {
  return texts.map((text, index) => `${code}${index === texts.length - 1 ? ' ' : '-'}${text}`);
}

function unstuffed(content: Buffer): Buffer {
  const text = content.toString('latin1').replace(/(^|\r\n)\./g, '$1');
  return Buffer.from(text, 'latin1');
}
