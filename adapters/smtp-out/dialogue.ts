const maxLineCharacters = 1_000;
const halfOctets = 16 * 1_024;

export type DialogueTap = (from: 'us' | 'peer', text: string) => void;

/**
 * The lines of a session as both sides said them, `C: ` ours and `S: ` the peer's, without content and passwords. At most
 * 32 KiB are kept: when there is more, the middle is left out, because the last lines are the evidence that matters most.
 */
export class Dialogue {
  #first: string[] = [];
  #last: string[] = [];
  #firstOctets = 0;
  #lastOctets = 0;
  #leftOut = 0;
  readonly #tap: DialogueTap | undefined;

  /** @param tap hears every line as it passes */
  constructor(tap?: DialogueTap) {
    this.#tap = tap;
  }

  client(line: string): void {
    this.#add(`C: ${line}`);
    this.#tap?.('us', line);
  }

  server(line: string): void {
    this.#add(`S: ${line}`);
    this.#tap?.('peer', line);
  }

  /** What was said since the last call, CRLF lines. */
  take(): Uint8Array {
    const gap = this.#leftOut === 0 ? [] : [`[${this.#leftOut} lines left out]`];
    const lines = [...this.#first, ...gap, ...this.#last];
    this.#first = [];
    this.#last = [];
    this.#firstOctets = this.#lastOctets = this.#leftOut = 0;
    return Buffer.from(lines.map((line) => `${line}\r\n`).join(''));
  }

  #add(said: string): void {
    const line = said.slice(0, maxLineCharacters);
    const octets = Buffer.byteLength(line) + 2;
    if (this.#leftOut === 0 && this.#last.length === 0 && this.#firstOctets + octets <= halfOctets) {
      this.#first.push(line);
      this.#firstOctets += octets;
      return;
    }
    this.#last.push(line);
    this.#lastOctets += octets;
    while (this.#lastOctets > halfOctets) {
      this.#lastOctets -= Buffer.byteLength(this.#last.shift() ?? '') + 2;
      this.#leftOut += 1;
    }
  }
}
