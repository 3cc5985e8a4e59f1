import * as E from 'fp-ts/lib/Either.js';

import type { SmtpReply } from '../../domain/ports.ts';
import type { MailEnvelope, Reception, Visitor } from '../../engine/reception.ts';
import { parseMail, parseRcpt, type MailCommand } from './mail-commands.ts';
import * as replies from './replies.ts';

/** From MAIL to DATA: the envelope of one mail, of which the reception judges each part. */
export class MailTransaction {
  readonly #reception: Reception;
  #sender: MailCommand | undefined;
  #recipients: string[] = [];

  constructor(reception: Reception) {
    this.#reception = reception;
  }

  /** Answers a MAIL line. */
  mail(visitor: Visitor, line: string): SmtpReply {
    if (!visitor.mayMail) return replies.loginFirst;
    if (this.#sender !== undefined) return replies.nestedMail;
    const command = parseMail(line);
    if (E.isLeft(command)) return command.left;
    const { address, size } = command.right;
    const refusal = this.#reception.mail(visitor, address, size);
    if (refusal !== undefined) return refusal;
    this.#sender = command.right;
    return replies.senderTaken;
  }

  /** Answers an RCPT line. A refusal leaves the others as they are. */
  rcpt(visitor: Visitor, line: string): SmtpReply {
    if (this.#sender === undefined) return replies.mailFirst;
    const recipient = parseRcpt(line);
    if (E.isLeft(recipient)) return recipient.left;
    const refusal = this.#reception.rcpt(visitor, recipient.right, this.#recipients.length);
    if (refusal !== undefined) return refusal;
    this.#recipients.push(recipient.right);
    return replies.recipientTaken;
  }

  /** DATA: the envelope, after which the next transaction may begin; or the reply that refuses it. */
  envelope(peer: Pick<MailEnvelope, 'ehlo' | 'tls'>): E.Either<SmtpReply, MailEnvelope> {
    if (this.#sender === undefined) return E.left(replies.mailFirst);
    if (this.#recipients.length === 0) return E.left(replies.noRecipients);
    const { address, size } = this.#sender;
    const envelope = { mailFrom: address, rcptTo: this.#recipients, size, ...peer };
    this.reset();
    return E.right(envelope);
  }

  reset(): void {
    this.#sender = undefined;
    this.#recipients = [];
  }
}
