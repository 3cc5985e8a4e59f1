import { sha256 } from '../hash.ts';
import type { Received, VariantKey } from './events.ts';

/**
 * What tells messages with one Message-ID apart: who sent it, what it holds, how often a user forwarded it. Peers that rebuild
 * MIME on each try change the body's digest but not that of its decoded parts.
 */
export function variantKey(message: Pick<Received, 'from' | 'bodySha256' | 'parts' | 'flags'>): VariantKey {
  return {
    partner: message.from.partner,
    bodySha256: message.bodySha256,
    partsSha256:
      message.parts.length === 0
        ? message.bodySha256
        : sha256(message.parts.map((part) => `${part.type} ${part.size} ${part.sha256}\n`).join('')),
    forwardCounter: message.flags.forwardCounter,
  };
}

/** Same partner, same forward counter, and the same body or the same list of decoded parts. */
export function sameMessage(one: VariantKey, other: VariantKey): boolean {
  return (
    one.partner === other.partner &&
    one.forwardCounter === other.forwardCounter &&
    (one.bodySha256 === other.bodySha256 || one.partsSha256 === other.partsSha256)
  );
}
