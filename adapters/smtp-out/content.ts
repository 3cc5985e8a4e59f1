import {
  ContentError,
  type OutgoingMail,
  type RefusedRecipient,
  type SendOutcome,
  type SmtpStep,
} from '../../domain/ports.ts';
import type { Dialogue } from './dialogue.ts';
import { dotStuffing } from './dot-stuffing.ts';
import type { Broken, Line } from './line.ts';
import { isNegative, isPositive, replyText } from './reply-parser.ts';

/** What is gathered before it is written, so that a header block, a small body and the final dot are one write. */
const writeOctets = 64 * 1_024;

type NotAllSent = Extract<SendOutcome, { readonly kind: 'not-sent' | 'refused' }>;

/**
 * DATA, the mail, the final dot and the reply to it.
 *
 * @param refused the recipients that were refused at RCPT
 * @param mayFinish asked right before the final dot is handed to the socket; false breaks the line instead
 */
export async function sendContent(
  line: Line,
  mail: OutgoingMail,
  refused: readonly RefusedRecipient[],
  mayFinish: () => boolean,
  dialogue: Dialogue,
): Promise<SendOutcome> {
  line.command(['DATA']);
  const invitation = await line.reply('data');
  if ('broken' in invitation) return notSent('data', invitation.broken);
  if (isNegative(invitation)) return { kind: 'refused', at: 'data', reply: invitation, refused };
  if (isPositive(invitation))
    return giveUp(line, notSent('data', `DATA was answered by ${replyText(invitation)}`));

  const out = outgoing(line, mail, dialogue);
  const failure = await out.allButTheEnd();
  if (failure !== undefined)
    return giveUp(line, failure.kind === 'refused' ? { ...failure, refused } : failure);
  if (!mayFinish()) return giveUp(line, notSent('final-dot', outOfTime));
  if (line.broken !== undefined) return notSent('final-dot', line.broken.broken);
  out.end();
  return finalOutcome(line, refused);
}

const outOfTime = 'the time of this attempt ran out before the final dot';

function notSent(at: SmtpStep, why: string): Extract<NotAllSent, { readonly kind: 'not-sent' }> {
  return { kind: 'not-sent', at, why };
}

/** From here on only a whole reply tells what became of the mail. */
async function finalOutcome(line: Line, refused: readonly RefusedRecipient[]): Promise<SendOutcome> {
  const reply = await line.reply('final-dot');
  if ('broken' in reply) return { kind: 'unknown', why: reply.broken };
  if (isPositive(reply)) return { kind: 'sent', reply, refused };
  if (isNegative(reply)) return { kind: 'refused', at: 'final-dot', reply, refused };
  const why = `the final dot was answered by ${replyText(reply)}`;
  line.break(why);
  return { kind: 'unknown', why };
}

/** A mail that was begun can only be taken back by breaking the line before its final dot. */
function giveUp(line: Line, outcome: NotAllSent): NotAllSent {
  line.break(outcome.kind === 'not-sent' ? outcome.why : 'the partner refused the mail before its end');
  return outcome;
}

interface Outgoing {
  /** Writes the mail, but holds back what fits into the write with the final dot. */
  allButTheEnd(): Promise<NotAllSent | undefined>;
  end(): void;
}

function outgoing(line: Line, mail: OutgoingMail, dialogue: Dialogue): Outgoing {
  const dots = dotStuffing();
  let pending: Buffer[] = [];
  let pendingOctets = 0;
  let octets = 0;

  function gather(chunk: Uint8Array): void {
    octets += chunk.length;
    const stuffed = dots.next(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
    pending.push(stuffed);
    pendingOctets += stuffed.length;
  }

  async function flushIfLarge(): Promise<void> {
    if (pendingOctets < writeOctets) return;
    line.write(pending);
    pending = [];
    pendingOctets = 0;
    await line.drained();
  }

  async function allOf(chunks: AsyncIterator<Uint8Array>): Promise<NotAllSent | undefined> {
    for (;;) {
      const next = await line.unlessBroken(chunks.next());
      if ('broken' in next) return cutOff(next);
      if (next.done === true) return undefined;
      gather(next.value);
      await flushIfLarge();
    }
  }

  return {
    async allButTheEnd() {
      gather(mail.head);
      const chunks = mail.body?.[Symbol.asyncIterator]();
      const failure = chunks && (await allOf(chunks).catch(contentFailure));
      if (failure !== undefined) abandon(chunks);
      const short =
        octets === mail.size
          ? undefined
          : notSent('body', `the mail has ${octets} octets, but ${mail.size} were announced`);
      const outcome = failure ?? (line.broken && cutOff(line.broken)) ?? short;
      const note = outcome === undefined ? '' : ', broken off';
      dialogue.client(
        `[header block ${mail.head.length} octets, body ${octets - mail.head.length} octets${note}]`,
      );
      return outcome;
    },
    end() {
      dialogue.client('.');
      line.expectFinalReply();
      line.write([...pending, dots.end()]);
    },
  };
}

/** A peer that refuses before the end of the mail has refused it; anything else is a line that broke. */
function cutOff(line: Broken): NotAllSent {
  return line.reply !== undefined && isNegative(line.reply)
    ? { kind: 'refused', at: 'body', reply: line.reply, refused: [] }
    : notSent('body', line.broken);
}

function contentFailure(error: unknown): NotAllSent {
  const outcome = notSent(
    'body',
    `the body could not be read: ${error instanceof Error ? error.message : String(error)}`,
  );
  return error instanceof ContentError ? { ...outcome, content: error.failure } : outcome;
}

/** Lets the source of the body release what it holds. The outcome is fixed, so a failure in that changes nothing. */
function abandon(chunks: AsyncIterator<Uint8Array> | undefined): void {
  chunks?.return?.().catch(() => undefined);
}
