import type { Socket } from 'node:net';
import { SMTPStream, type SMTPStreamOptions } from 'smtp-server/lib/smtp-stream.js';

import { dotUnstuffing, type Unstuffed } from './dot-unstuffing.ts';

/** Takes the content of one mail, piece by piece. */
export interface DataSink {
  /** A promise means: nothing more is read from the peer until it settles. */
  write(content: Buffer): Promise<void> | undefined;
  /** The final dot has come. The next command is read once this settles. */
  end(): Promise<void>;
}

/**
 * The library's reader of commands, with a way of our own to read DATA. Its own way looks at every octet in JavaScript, passes
 * the mail through one more stream, takes a dot away after a bare LF too (which changes the mail), and pauses for a turn
 * of the event loop at each stuffed dot.
 *
 * What this relies on: `_write` hands chunks to `_feedDataStream` as long as `_dataMode` is set, and goes back to commands when it is
 * called with what is left.
 */
export class DataParser extends SMTPStream {
  readonly #socket: () => Socket;
  #sink: DataSink | undefined;
  #unstuff: (chunk: Buffer) => Unstuffed = dotUnstuffing();

  /** `socket`: where the replies to the commands go, which changes with STARTTLS. */
  constructor(options: SMTPStreamOptions, socket: () => Socket) {
    super(options);
    this.#socket = socket;
  }

  /** What follows the command at hand is a mail. */
  startData(sink: DataSink): void {
    this.#sink = sink;
    this.#unstuff = dotUnstuffing();
    this._dataMode = true;
  }

  /** Commands that came in one packet are answered in one: the replies wait for one another. */
  override _write(
    chunk: Buffer,
    encoding: BufferEncoding | 'buffer',
    next: (error?: Error | null) => void,
  ): void {
    const socket = this.#socket();
    socket.cork();
    try {
      super._write(chunk, encoding, next);
    } finally {
      socket.uncork();
    }
  }

  override _feedDataStream(chunk: Buffer, done: (error?: Error | null) => void): void {
    const sink = this.#sink;
    if (sink === undefined) throw new Error('DATA without anybody to take it');
    const { content, rest } = this.#unstuff(chunk);
    const taken = content.length === 0 ? undefined : sink.write(content);
    if (rest !== undefined) {
      void this.#finish(sink, taken).then(() => this._write(rest, 'buffer', done));
    } else if (taken === undefined) {
      done();
    } else {
      void taken.then(() => done());
    }
  }

  /** A line without its end is no command: the connection ended within it. The library would obey it. */
  override _flushData(): void {
    this._remainder = '';
  }

  async #finish(sink: DataSink, taken: Promise<void> | undefined): Promise<void> {
    this.#sink = undefined;
    await taken;
    this._dataMode = false;
    await sink.end();
  }
}
