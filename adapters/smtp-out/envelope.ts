import * as E from 'fp-ts/lib/Either.js';

import type { OutgoingMail, RefusedRecipient, SendOutcome, SmtpReply, SmtpStep } from '../../domain/ports.ts';
import type { Extensions } from './ehlo.ts';
import type { Broken, Line } from './line.ts';
import { isNegative, isPositive, replyText } from './reply-parser.ts';

/** Left: the mail ends here. Right: those the peer does not take; all others it does. */
type EnvelopeResult = E.Either<SendOutcome, readonly RefusedRecipient[]>;

/** Replies with which a peer rejects the parameters of MAIL rather than the mail (protocol reference, section 5.6). */
const parametersRejected = [501, 503, 504, 555];

/**
 * MAIL and RCPT, in one write where the peer offers PIPELINING (RFC 2920). When it rejects the parameters of MAIL, they are left
 * out and all is said once more.
 *
 * @param afterFailure the mail before was not sent: RSET comes first
 */
export async function sendEnvelope(
  line: Line,
  mail: OutgoingMail,
  extensions: Extensions,
  afterFailure: boolean,
): Promise<EnvelopeResult> {
  const parameters = mailParameters(mail, extensions);
  const first = await converse(line, commandsFor(mail, parameters, afterFailure), extensions.pipelining);
  const answer = first.answers.find(({ command }) => command.verb === 'MAIL');
  const again = parameters !== '' && answer !== undefined && parametersRejected.includes(answer.reply.code);
  const second = again
    ? await converse(line, commandsFor(mail, '', true), extensions.pipelining)
    : noConversation;
  // If the line broke before the second one was answered, what the peer had said before counts.
  return judge(line, second.answers.length > 0 ? second : first);
}

interface Command {
  readonly verb: 'RSET' | 'MAIL' | 'RCPT';
  readonly text: string;
  readonly recipient?: string;
}

interface Answer {
  readonly command: Command;
  readonly reply: SmtpReply;
}

/** What was answered before all was said, or before the line broke. */
interface Conversation {
  readonly answers: readonly Answer[];
  readonly broken?: Broken & { readonly at: SmtpStep };
}

function mailParameters(mail: OutgoingMail, extensions: Extensions): string {
  const size = extensions.size ? ` SIZE=${mail.size}` : '';
  const body = extensions.eightBitMime && mail.eightBit ? ' BODY=8BITMIME' : '';
  return `${size}${body}`;
}

function commandsFor(mail: OutgoingMail, parameters: string, reset: boolean): readonly Command[] {
  return [
    ...(reset ? [{ verb: 'RSET', text: 'RSET' } as const] : []),
    { verb: 'MAIL', text: `MAIL FROM:<${mail.mailFrom}>${parameters}` },
    ...mail.rcptTo.map((recipient) => ({ verb: 'RCPT', text: `RCPT TO:<${recipient}>`, recipient }) as const),
  ];
}

const noConversation: Conversation = { answers: [] };

async function converse(
  line: Line,
  commands: readonly Command[],
  pipelining: boolean,
): Promise<Conversation> {
  const answers: Answer[] = [];
  if (pipelining) line.command(commands.map(({ text }) => text));
  for (const command of commands) {
    if (!pipelining) line.command([command.text]);
    const at = stepOf(command);
    const reply = await line.reply(at);
    if ('broken' in reply) return { answers, broken: { ...reply, at } };
    answers.push({ command, reply });
    const pointless = command.verb !== 'RCPT' && !isPositive(reply);
    if (reply.code === 421 || (pointless && !pipelining)) break;
  }
  return { answers };
}

const stepOf = (command: Command): 'mail' | 'rcpt' => (command.verb === 'RCPT' ? 'rcpt' : 'mail');

function judge(line: Line, { answers, broken }: Conversation): EnvelopeResult {
  const refused: RefusedRecipient[] = [];
  for (const { command, reply } of answers) {
    if (isPositive(reply)) continue;
    if (!isNegative(reply) || (command.verb === 'RSET' && reply.code !== 421)) {
      const why = `${command.verb} was answered by ${replyText(reply)}`;
      line.break(why);
      return E.left({ kind: 'not-sent', at: stepOf(command), why });
    }
    if (command.recipient === undefined || reply.code === 421) {
      return E.left({ kind: 'refused', at: stepOf(command), reply, refused });
    }
    refused.push({ address: command.recipient, reply });
  }
  if (broken !== undefined) return E.left({ kind: 'not-sent', at: broken.at, why: broken.broken });
  const recipients = answers.filter(({ command }) => command.verb === 'RCPT').length;
  const reply = refused.length === recipients ? representative(refused) : undefined;
  return reply === undefined ? E.right(refused) : E.left({ kind: 'refused', at: 'rcpt', reply, refused });
}

/** Where all recipients are refused: a temporary refusal if there is one, because then it is worth coming back. */
function representative(refused: readonly RefusedRecipient[]): SmtpReply | undefined {
  return (refused.find(({ reply }) => reply.code < 500) ?? refused[0])?.reply;
}
