/** A recipient and the route that was decided for it. */
export interface RoutedRecipient {
  readonly recipient: string;
  readonly partner: string;
  readonly account: string;
}

/** Recipients that share one MM4 transaction. */
export interface LegPlan {
  readonly partner: string;
  readonly account: string;
  readonly recipients: readonly string[];
}

/**
 * Splits recipients into legs: one route each, and no more of them than the route takes in one PDU (protocol reference 1.7).
 * Legs stand in the order in which they are opened, recipients in the order given, so that the same message always splits alike.
 */
export function splitIntoLegs(
  routed: readonly RoutedRecipient[],
  maxRecipientsPerPdu: (account: string) => number,
): readonly LegPlan[] {
  const legs: { partner: string; account: string; recipients: string[] }[] = [];
  const open = new Map<string, { recipients: string[] }>();
  for (const { recipient, partner, account } of routed) {
    const leg = open.get(account);
    if (leg !== undefined && leg.recipients.length < maxRecipientsPerPdu(account)) {
      leg.recipients.push(recipient);
      continue;
    }
    const next = { partner, account, recipients: [recipient] };
    open.set(account, next);
    legs.push(next);
  }
  return legs;
}
