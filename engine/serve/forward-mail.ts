import { parseDate } from '../../domain/mm4/dates.ts';
import { relayedExpiry } from '../../domain/mm4/expiry.ts';
import { fieldsNamed, splitHeaderBlock, type HeaderField } from '../../domain/mm4/header-block.ts';
import { renderId } from '../../domain/mm4/ids.ts';
import { receivedLine, relayForward, relayPlainMail } from '../../domain/mm4/relay.ts';
import { renderAddress } from '../../domain/mm4/render-address.ts';
import type { ForwardStarted } from '../../domain/mms/events.ts';
import { intakeOf, legOf, recipientOf, type Intake, type MmsState } from '../../domain/mms/state.ts';
import { ContentError, type MailSession, type OutgoingMail, type SendOutcome } from '../../domain/ports.ts';
import type { Context } from '../context.ts';
import { ourDomain } from '../moment.ts';
import { ourVersion } from '../receive/evidence.ts';
import { bodyOf, type AttemptBody } from './body.ts';
import { collect } from './collect.ts';
import { forwardSender, type ForwardSender } from './forward-sender.ts';
import type { Line } from './line.ts';

/** A forward.REQ ready to be sent, or why it can never be. */
export type ForwardMail =
  | {
      readonly kind: 'mail';
      readonly mail: OutgoingMail;
      /** Of the body that left; asked once it has. */
      readonly bodySha256: () => string;
      /** RCPT address to recipient. */
      readonly recipients: ReadonlyMap<string, string>;
    }
  | { readonly kind: 'impossible'; readonly outcome: SendOutcome };

/**
 * The mail of one attempt: the header block as it came, with what is ours in it replaced, and the body byte for byte
 * (promise: bytes pass through untouched).
 */
export async function composeForward(
  context: Context,
  state: MmsState,
  claim: ForwardStarted,
  line: Line,
  session: MailSession,
): Promise<ForwardMail> {
  const [first] = claim.recipients;
  if (first === undefined) throw new Error('a claim without recipients');
  const intake = intakeOf(state, recipientOf(state, first));
  const { dialect } = line.partner;
  const read = await orLost(async () => {
    const fields = splitHeaderBlock(await collect(context.content.read(intake.head)));
    return bodyOf(context, intake, fields, claim, dialect);
  });
  if ('outcome' in read) return { kind: 'impossible', outcome: read.outcome };
  const { body } = read;
  const sender = forwardSender(intake, claim, body.fields, dialect, ourDomain(context));
  if (body.eightBit && !session.facts.eightBitMime) return refusedByUs(needsSevenBit);
  const head = headOf(context, intake, body.fields, claim, line, sender, legOf(state, claim.leg).routedAt);
  const domain = dialect.rcptDomain === '' ? line.route.domain : dialect.rcptDomain;
  const recipients = new Map(
    claim.recipients.map((address) => [
      renderAddress(recipientOf(state, address), domain, dialect.typeSuffix),
      address,
    ]),
  );
  return {
    kind: 'mail',
    bodySha256: body.sha256,
    recipients,
    mail: {
      mailFrom: sender.mailFrom,
      rcptTo: [...recipients.keys()],
      head,
      body: body.body,
      size: head.length + body.size,
      eightBit: body.eightBit,
    },
  };
}

const needsSevenBit = 'the partner takes no 8-bit bodies, and sevenBitOnly is not switched on for it';

/** A rule of ours about the partner, as if the partner had said it: the leg is refused with that reason. */
function refusedByUs(text: string): ForwardMail {
  const reply = { code: 554, enhanced: '5.6.3', text, ours: true } as const;
  return { kind: 'impossible', outcome: { kind: 'refused', at: 'mail', reply, refused: [] } };
}

/** Sealed content that cannot be read is an outcome of the attempt. */
async function orLost(
  reading: () => Promise<AttemptBody>,
): Promise<{ readonly body: AttemptBody } | { readonly outcome: SendOutcome }> {
  try {
    return { body: await reading() };
  } catch (error) {
    if (!(error instanceof ContentError)) throw error;
    return { outcome: { kind: 'not-sent', at: 'mail', why: error.message, content: error.failure } };
  }
}

function headOf(
  context: Context,
  intake: Intake,
  fields: readonly HeaderField[],
  claim: ForwardStarted,
  line: Line,
  { sender, from }: ForwardSender,
  takenAt: number,
): Uint8Array {
  const { dialect } = line.partner;
  const { route } = line;
  const now = context.clock.now();
  const mail = {
    // The time it was taken in, not of this attempt: a repeat repeats the same bytes.
    received: receivedLine({
      ...intake.session,
      by: ourDomain(context),
      id: claim.transactionId,
      at: takenAt,
    }),
    rfcMessageId: claim.rfcMessageId,
    sender,
    from,
  };
  if (route.format === 'SMTP') return relayPlainMail(fields, mail);
  return relayForward(fields, {
    ...mail,
    transactionId: renderId(claim.transactionId, dialect.idQuoting),
    systemAddress: context.configuration.node.systemAddress,
    requestAck: claim.requestAck,
    version: route.mmsVersion === '' ? ourVersion : route.mmsVersion,
    expiry: expiryFor(fields, intake, dialect.expiryForm, now),
  });
}

function expiryFor(
  fields: readonly HeaderField[],
  { expiresAt }: Intake,
  form: 'absolute' | 'relative',
  now: number,
): string | null {
  const raw = fieldsNamed(fields, 'x-mms-expiry')[0]?.value;
  const date = parseDate(fieldsNamed(fields, 'date')[0]?.value ?? '');
  return raw === undefined ? null : relayedExpiry(raw, date, { expiresAt, form, now });
}
