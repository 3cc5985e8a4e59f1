import { splitHeaderBlock } from '../../domain/mm4/header-block.ts';
import { relayForward, relayPlainMail } from '../../domain/mm4/encode.ts';
import { parseAddress, renderAddress } from '../../domain/mm4/address.ts';
import type { ForwardStarted } from '../../domain/mms/events.ts';
import { intakeOf, recipientOf, type Intake, type MmsState } from '../../domain/mms/state.ts';
import { ContentError, type ContentRef, type MailSession, type OutgoingMail, type SendOutcome } from '../../domain/ports.ts';
import type { Context } from '../context.ts';
import { ourDomain } from '../moment.ts';
import type { Line } from './line.ts';

/** A forward.REQ ready to be sent, or why it can never be. */
export type ForwardMail =
  | {
      readonly kind: 'mail';
      readonly mail: OutgoingMail;
      readonly bodySha256: string;
      /** RCPT address to recipient. */
      readonly recipients: ReadonlyMap<string, string>;
    }
  | { readonly kind: 'impossible'; readonly outcome: SendOutcome };

/**
 * The mail of one attempt: the header block as it came, with what is ours in it replaced, and the body byte for byte
 * (design: bytes pass through untouched).
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
  if (intake.eightBit && !session.facts.eightBitMime) {
    return refusedByUs('the partner does not take 8-bit bodies, and sevenBitOnly is not switched on for it');
  }
  let received: Uint8Array;
  try {
    received = await collect(context.content.read(intake.head));
  } catch (error) {
    if (!(error instanceof ContentError)) throw error;
    return {
      kind: 'impossible',
      outcome: { kind: 'not-sent', at: 'mail', why: error.message, content: error.failure },
    };
  }
  const recipients = new Map(
    claim.recipients.map((address) => [rcptTo(recipientOf(state, address).address, line), address]),
  );
  const head = headOf(context, intake, received, claim, line);
  return {
    kind: 'mail',
    bodySha256: intake.bodySha256,
    recipients,
    mail: {
      mailFrom: mailFrom(context, intake, line),
      rcptTo: [...recipients.keys()],
      head,
      body: intake.content === null ? null : context.content.read(intake.content),
      size: head.length + intake.size.body,
      eightBit: intake.eightBit,
    },
  };
}
