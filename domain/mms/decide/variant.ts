import type { MmsEvent, VariantKey } from '../events.ts';
import { uidOf } from '../ids.ts';
import type { MmsState } from '../state.ts';
import { conclude } from './conclude.ts';

/** A partner that reuses an id for more different messages than this is out of order. */
export const maxVariantsPerPartner = 8;

/** Opens a stream for another message under the same id; null: this partner has opened too many. */
export function openVariant(
  state: MmsState,
  normalMessageId: string,
  key: VariantKey,
): readonly MmsEvent[] | null {
  const theirs = state.variants.filter((variant) => variant.key.partner === key.partner);
  if (theirs.length >= maxVariantsPerPartner) return null;
  const variant = state.variants.length + 1;
  return conclude(state, [{ type: 'VariantOpened', variant, uid: uidOf(normalMessageId, variant), key }]);
}
