import { mailboxOf, parseAddress } from '../../domain/mm4/address.ts';
import { fieldsNamed, type HeaderField } from '../../domain/mm4/header-block.ts';
import { renderAddress } from '../../domain/mm4/render-address.ts';
import type { ForwardStarted, PartyAddress } from '../../domain/mms/events.ts';
import type { Intake } from '../../domain/mms/state.ts';
import type { Dialect } from '../../domain/partner.ts';

/** As whom a forward leaves. */
export interface ForwardSender {
  readonly mailFrom: string;
  readonly sender: string;
  /** Null: the header stays as it came. */
  readonly from: string | null;
}

/**
 * The sender's number under our first domain, so that answers and reports come back to us; a mailbox stays what it is, and so does
 * what the originator wrote where the dialect keeps it (`keepOriginatorDomain`). A sender that a VASP entry or route gave the message has no other domain than ours.
 */
export function forwardSender(
  intake: Intake,
  claim: ForwardStarted,
  fields: readonly HeaderField[],
  { keepOriginatorDomain }: Dialect,
  ourDomain: string,
): ForwardSender {
  const { raw } = intake.sender;
  const { address, kind } = claim.sender === undefined ? intake.sender : partyOf(claim.sender);
  const sender = renderAddress({ address, kind }, ourDomain, /\/type=/i.test(raw));
  const isItsOwn = parseAddress(raw).value === address;
  const keeps = isItsOwn && keepOriginatorDomain;
  const fromStays = hasFrom(fields) && (keeps || (isItsOwn && isMailbox(kind)));
  return { mailFrom: keeps ? intake.mailFrom : sender, sender, from: fromStays ? null : sender };
}

function partyOf(text: string): Pick<PartyAddress, 'address' | 'kind'> {
  const { value, kind } = parseAddress(text);
  return { address: value, kind };
}

function isMailbox(kind: PartyAddress['kind']): boolean {
  return kind === 'email' || kind === 'system';
}

function hasFrom(fields: readonly HeaderField[]): boolean {
  return fieldsNamed(fields, 'from').some(({ value }) => mailboxOf(value) !== '');
}
