import { isLeft } from 'fp-ts/lib/Either.js';

import type { MailSession, OutgoingMail, SendOutcome, SessionFacts } from '../../domain/ports.ts';
import { sendContent } from './content.ts';
import type { Dialogue } from './dialogue.ts';
import type { Extensions } from './ehlo.ts';
import { sendEnvelope } from './envelope.ts';
import { refusedBeforehand } from './guard.ts';
import type { Line } from './line.ts';
import type { SmtpOutSettings } from './options.ts';

/** What the handshake leaves behind: the line, what the peer offers, who it is, and what was said so far. */
export interface Greeted {
  readonly line: Line;
  readonly extensions: Extensions;
  readonly facts: SessionFacts;
  readonly dialogue: Dialogue;
}

/** Sends one mail after the other on a greeted line. */
export class SmtpSession implements MailSession {
  readonly facts: SessionFacts;
  readonly #greeted: Greeted;
  readonly #settings: SmtpOutSettings;
  readonly #sending: Set<SmtpSession>;
  #busy = false;
  #afterFailure = false;

  /** @param sending it is in there while a mail is on its way */
  constructor(greeted: Greeted, settings: SmtpOutSettings, sending = new Set<SmtpSession>()) {
    this.facts = greeted.facts;
    this.#greeted = greeted;
    this.#settings = settings;
    this.#sending = sending;
  }

  get usable(): boolean {
    return !this.#busy && this.#greeted.line.broken === undefined;
  }

  async send(
    mail: OutgoingMail,
    options: { readonly budget: number; readonly mayFinish: () => boolean },
  ): Promise<SendOutcome> {
    if (this.#busy) throw new Error('a session sends one mail at a time');
    const { line, extensions } = this.#greeted;
    if (line.broken !== undefined) return { kind: 'not-sent', at: 'mail', why: line.broken.broken };
    const refusal = refusedBeforehand(mail, extensions);
    if (refusal !== undefined) return refusal;

    this.#busy = true;
    this.#sending.add(this);
    const cancel = this.#settings.timers.after(options.budget, () =>
      line.break(`the ${options.budget} ms for sending this mail are over`),
    );
    try {
      const outcome = await this.#converse(mail, options.mayFinish);
      this.#afterFailure = outcome.kind !== 'sent';
      return outcome;
    } catch (mistake) {
      // Where the conversation stands is not known, so nothing more may be said.
      line.break('sending stopped half-way');
      throw mistake;
    } finally {
      cancel();
      this.#busy = false;
      this.#sending.delete(this);
    }
  }

  takeDialogue(): Uint8Array {
    return this.#greeted.dialogue.take();
  }

  quit(): void {
    const { line } = this.#greeted;
    if (this.#busy) line.break('the session was ended while a mail was on its way');
    else line.quit();
  }

  async #converse(mail: OutgoingMail, mayFinish: () => boolean): Promise<SendOutcome> {
    const { line, extensions, dialogue } = this.#greeted;
    const envelope = await sendEnvelope(line, mail, extensions, this.#afterFailure);
    return isLeft(envelope) ? envelope.left : sendContent(line, mail, envelope.right, mayFinish, dialogue);
  }
}
