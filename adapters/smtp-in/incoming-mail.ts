import type { SmtpReply } from '../../domain/ports.ts';
import type { PduIntake } from '../../engine/reception.ts';
import { lineLost, ourMistake, tooBig } from './replies.ts';

/**
 * One mail between DATA and its reply. Sees to it that the intake is asked to finish or to abort, exactly once, and gets nothing
 * afterwards; that the hard limit holds; and that a failure of the intake costs this mail only.
 */
export class IncomingMail {
  /** So far, with dot-stuffing undone, the octets thrown away included. */
  octets = 0;
  readonly #intake: PduIntake;
  readonly #hardLimit: number;
  readonly #onMistake: (error: unknown) => void;
  #refusal: SmtpReply | undefined;
  #finishing = false;

  /** `hardLimit` in octets. `onMistake` is told what the intake threw. */
  constructor(intake: PduIntake, hardLimit: number, onMistake: (error: unknown) => void) {
    this.#intake = intake;
    this.#hardLimit = hardLimit;
    this.#onMistake = onMistake;
  }

  /** A promise, which never rejects, means: too much is in flight, wait. */
  write(content: Uint8Array): Promise<void> | undefined {
    this.octets += content.length;
    if (this.octets > this.#hardLimit) this.#giveUp(tooBig(this.#hardLimit));
    if (this.#refusal !== undefined) return undefined;
    try {
      return this.#intake.write(content)?.catch((error: unknown) => this.#failed(error));
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  /** The final dot has come: the reply to the mail. Never rejects. */
  async finish(): Promise<SmtpReply> {
    if (this.#refusal !== undefined) return this.#refusal;
    this.#finishing = true;
    try {
      return await this.#intake.finish();
    } catch (error) {
      this.#onMistake(error);
      return ourMistake;
    }
  }

  /** The line dropped. True if that cost the mail; after the final dot it no longer does. */
  abort(): boolean {
    return this.#giveUp(lineLost);
  }

  #failed(error: unknown): void {
    this.#onMistake(error);
    this.#giveUp(ourMistake);
  }

  #giveUp(reply: SmtpReply): boolean {
    if (this.#finishing || this.#refusal !== undefined) return false;
    this.#refusal = reply;
    this.#intake.abort();
    return true;
  }
}
