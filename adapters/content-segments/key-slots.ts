import { crc32 } from 'node:zlib';

/**
 * A key on disk: `MM4K`, a state, the key, and a CRC-32 over all that. A slot has 64 octets, so that none crosses the border of a
 * sector or page.
 */
export const slotSize = 64;

const states = { live: 1, destroyed: 0xff } as const;
const keyAt = 8;
const checkAt = 40;

export function liveSlot(key: Uint8Array): Buffer {
  const slot = emptySlot(states.live);
  slot.set(key, keyAt);
  slot.writeUInt32BE(crc32(slot.subarray(0, checkAt)), checkAt);
  return slot;
}

/** Nothing of the key is left, and it does not look like a slot that was never used. */
export function destroyedSlot(): Buffer {
  return emptySlot(states.destroyed);
}

/** The key in a slot, or what became of it. */
export function keyOf(slot: Buffer): Buffer | 'destroyed' | 'damaged' {
  if (slot.equals(destroyedSlot())) return 'destroyed';
  if (slot.length !== slotSize) return 'damaged';
  const key = slot.subarray(keyAt, checkAt);
  return slot.equals(liveSlot(key)) ? key : 'damaged';
}

function emptySlot(state: number): Buffer {
  const slot = Buffer.alloc(slotSize);
  slot.write('MM4K', 'latin1');
  slot.writeUInt8(state, 4);
  return slot;
}
