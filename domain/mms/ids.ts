import { uuid5 } from '../hash.ts';

/** Namespaces of the name-based UUIDs; fixed for ever, since streams are found by them. */
const messages = '5d0f6c5e-0b0e-5c3e-9d0a-6d6d34000001';
const aliases = '5d0f6c5e-0b0e-5c3e-9d0a-6d6d34000002';
const evidence = '5d0f6c5e-0b0e-5c3e-9d0a-6d6d34000003';
const submissions = '5d0f6c5e-0b0e-5c3e-9d0a-6d6d34000004';

/**
 * The uid of a message: X-Mms-Message-ID is an MM's identity for its whole life (TS 23.140), so whoever knows the id finds
 * the stream without a table. `variant` 0 is the message itself; others share its id but not its content (see variant.ts).
 */
export function uidOf(normalMessageId: string, variant = 0): string {
  const base = uuid5(messages, normalMessageId);
  return variant === 0 ? base : uuid5(base, String(variant));
}

export const streamOf = (uid: string): string => `mms-${uid}`;

/** The local part of the Message-ID of what an own subscriber submits under a key: the same key names the same message. */
export function submissionId(number: string, key: string): string {
  return uuid5(submissions, `${number}\0${key}`);
}

/** The one-event stream that leads from a partner's own id for a message to ours. */
export function aliasStream(partner: string, normalMessageId: string): string {
  return `alias-${uuid5(aliases, `${partner}\0${normalMessageId}`)}`;
}

/** Streams of PDUs that belong to no message (`orphan-`) or were refused (`refused-`), found again by the same bytes. */
export function evidenceStream(kind: 'orphan' | 'refused', partner: string, pduSha256: string): string {
  return `${kind}-${uuid5(evidence, `${partner}\0${pduSha256}`)}`;
}

// ---------------------------------------------------------------- transaction ids of ours

export type TransactionKind = 'forward' | 'delivery' | 'read';

const letters = { forward: 'f', delivery: 'd', read: 'r' } as const;
const kinds = { f: 'forward', d: 'delivery', r: 'read' } as const;
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const nonceLength = 8;

/**
 * A transaction id that leads its RES home and cannot be guessed: the uid in base32 (26), the kind, the number of the leg or
 * report, a nonce. At most 40 characters of [a-z0-9.], no `@` (protocol reference 3.2).
 */
export function ourTransactionId(uid: string, kind: TransactionKind, number: number, nonce: string): string {
  return `${base32OfUid(uid)}${letters[kind]}${number.toString(36)}.${nonce.slice(0, nonceLength)}`;
}

export interface OurTransaction {
  readonly uid: string;
  readonly kind: TransactionKind;
  readonly number: number;
}

/** Null when the id cannot be one of ours. Whether it really is, its stream says. */
export function parseOurTransactionId(normal: string): OurTransaction | null {
  const match = /^([a-z2-7]{26})([fdr])([0-9a-z]{1,4})\.[a-z2-7]{8}$/.exec(normal);
  if (match === null) return null;
  const [, encoded = '', letter = '', number = ''] = match;
  const uid = uidOfBase32(encoded);
  return uid === null
    ? null
    : { uid, kind: kinds[letter as keyof typeof kinds], number: parseInt(number, 36) };
}

/** The Message-ID of the mail of a leg's transaction: its nonce is that of the transaction id. */
export function ourMailId(uid: string, leg: number, nonce: string, domain: string): string {
  return `<${uid}.f${leg}.${nonce.slice(0, nonceLength)}@${domain}>`;
}

/** The transaction id of the forward that a mail of ours was; null: it can be no forward of ours. */
export function transactionOfMail(rfcMessageId: string): string | null {
  const [, uid, leg, nonce] =
    /^<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.f(\d{1,4})\.([a-z2-7]{8})@[^@]+>$/.exec(rfcMessageId) ??
    [];
  if (uid === undefined || leg === undefined || nonce === undefined) return null;
  return ourTransactionId(uid, 'forward', Number(leg), nonce);
}

/** 128 bits as 26 characters; the last one carries 3 bits. */
function base32OfUid(uid: string): string {
  let bits = BigInt(`0x${uid.replaceAll('-', '')}`) << 2n;
  let text = '';
  for (let index = 0; index < 26; index += 1) {
    text = alphabet.charAt(Number(bits & 31n)) + text;
    bits >>= 5n;
  }
  return text;
}

function uidOfBase32(text: string): string | null {
  let bits = 0n;
  for (const letter of text) bits = (bits << 5n) | BigInt(alphabet.indexOf(letter));
  if ((bits & 3n) !== 0n) return null;
  const hex = (bits >> 2n).toString(16).padStart(32, '0');
  if (hex.length > 32) return null;
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
