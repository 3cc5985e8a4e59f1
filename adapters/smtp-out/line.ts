import type { Socket } from 'node:net';

import type { SmtpReply, SmtpStep } from '../../domain/ports.ts';
import type { Dialogue } from './dialogue.ts';
import type { SmtpOutSettings } from './options.ts';
import { replyParser, replyText, toReply } from './reply-parser.ts';

/** Why nothing more will be said on a line, in words for an operator. */
export interface Broken {
  readonly broken: string;
  /** What the peer said when nobody had asked it, if that was the reason. */
  readonly reply?: SmtpReply;
}

const quitPatience = 5_000;

/**
 * A greeted connection: commands out, replies in, in the order they were asked for. Once it is broken it stays so, and every
 * wait ends at once. Only one thing waits at a time. It never throws and never lets a socket's error escape.
 */
export class Line {
  readonly #socket: Socket;
  readonly #settings: SmtpOutSettings;
  readonly #dialogue: Dialogue;
  readonly #replies: SmtpReply[] = [];
  /** Replies the peer still owes us. */
  #owed = 0;
  #broken: Broken | undefined;
  #wake: () => void = nothing;

  /** Must be made in the same turn in which the socket was taken over, or replies could be missed. */
  constructor(socket: Socket, settings: SmtpOutSettings, dialogue: Dialogue) {
    this.#socket = socket;
    this.#settings = settings;
    this.#dialogue = dialogue;
    const parse = replyParser((lines) => this.#onReply(lines));
    socket.on('data', (chunk: Buffer) => {
      const complaint = this.#broken === undefined ? parse(chunk) : undefined;
      if (complaint !== undefined) this.break(complaint);
    });
    socket.on('drain', () => this.#wake());
    socket.on('error', (error) => this.break(`the connection broke: ${error.message}`));
    socket.on('end', () => this.break('the partner closed the connection'));
    socket.on('close', () => this.break('the connection was closed'));
  }

  get broken(): Broken | undefined {
    return this.#broken;
  }

  /** Sends commands in one write. Each is answered by one `reply`. */
  command(commands: readonly string[]): void {
    if (this.#broken !== undefined) return;
    for (const command of commands) this.#dialogue.client(command);
    this.#owed += commands.length;
    this.write([Buffer.from(commands.map((command) => `${command}\r\n`).join(''), 'latin1')]);
  }

  /** From now on the peer owes the reply to the mail; it is said before the write that holds the final dot. */
  expectFinalReply(): void {
    this.#owed += 1;
  }

  /** Hands the pieces to the socket as one write. They must not be changed afterwards. */
  write(pieces: readonly Buffer[]): void {
    if (this.#broken !== undefined) return;
    this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece);
    this.#socket.uncork();
  }

  /** The next reply, if it comes within the time of this step. What came before the line broke still counts. */
  async reply(step: SmtpStep): Promise<SmtpReply | Broken> {
    await this.#until(() => this.#replies.length > 0, step, 'no reply');
    return this.#replies.shift() ?? this.#broken ?? { broken: 'no reply' };
  }

  /** Waits until the socket takes more, at most the time of a block. */
  async drained(): Promise<void> {
    await this.#until(() => !this.#socket.writableNeedDrain, 'body', 'the partner takes no more data');
  }

  /** The result of some other work, or `Broken` as soon as the line breaks while it goes on. */
  async unlessBroken<T>(work: Promise<T>): Promise<T | Broken> {
    return new Promise<T | Broken>((resolve, reject) => {
      this.#wake = () => {
        if (this.#broken !== undefined) resolve(this.#broken);
      };
      work.then(resolve, reject);
      this.#wake();
    });
  }

  /** Destroys the connection at once; what was not yet written never will be. */
  break(why: string, reply?: SmtpReply): void {
    this.#broken ??= reply === undefined ? { broken: why } : { broken: why, reply };
    this.#socket.destroy();
    this.#wake();
  }

  /** Says goodbye without waiting for the answer: the process may end, and the socket lives 5 s at most. */
  quit(): void {
    if (this.#broken !== undefined) return;
    this.command(['QUIT']);
    this.#broken = { broken: 'the session was ended' };
    this.#socket.end();
    this.#socket.unref();
    this.#socket.once(
      'close',
      this.#settings.timers.after(quitPatience, () => this.#socket.destroy()),
    );
  }

  #onReply(lines: readonly string[]): void {
    for (const line of lines) this.#dialogue.server(line);
    const reply = toReply(lines);
    if (this.#owed === 0) {
      this.break(`the partner said unasked: ${replyText(reply)}`, reply);
      return;
    }
    this.#owed -= 1;
    this.#replies.push(reply);
    // RFC 5321 3.8: 421 means the peer is about to close, whatever was asked.
    if (reply.code === 421) this.break(`the partner ended the session: ${replyText(reply)}`);
    this.#wake();
  }

  async #until(done: () => boolean, step: SmtpStep, complaint: string): Promise<void> {
    if (done() || this.#broken !== undefined) return;
    const patience = this.#settings.timeouts[step];
    const cancel = this.#settings.timers.after(patience, () =>
      this.break(`${complaint} within ${patience} ms (${step})`),
    );
    await new Promise<void>((resolve) => {
      this.#wake = () => {
        if (done() || this.#broken !== undefined) resolve();
      };
    });
    cancel();
  }
}

function nothing(): void {
  // Nobody waits.
}
