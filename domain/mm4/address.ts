import type { Address, AddressKind } from './pdu.ts';

/** Strict takes numbers only as the grammar has them: no separators, and `/TYPE=` before the domain (protocol reference 4.2). */
export type AddressProfile = 'lenient' | 'strict';

/**
 * Addresses of MM4 (protocol reference 4): `+447700900123/TYPE=PLMN@domain` and everything seen in its place. The raw text is
 * kept without display name and angle brackets, since a report must repeat it.
 */
export function parseAddress(text: string, profile: AddressProfile = 'lenient'): Address {
  const raw = mailboxOf(text);
  const spelling = split(raw);
  const { kind, value } = classify(spelling, profile);
  const { domain } = spelling;
  return domain === '' || kind === 'email' || kind === 'system'
    ? { kind, value, raw }
    : { kind, value, domain, raw };
}

/** An address list: commas outside quotes and brackets separate, a group's name goes, repeated entries collapse. */
export function parseAddressList(text: string, profile: AddressProfile = 'lenient'): readonly Address[] {
  const seen = new Set<string>();
  return splitAddressList(text)
    .map((entry) => parseAddress(entry, profile))
    .filter(({ value, raw }) => {
      const key = value.toLowerCase();
      if (raw === '' || seen.has(key)) return false;
      seen.add(key);
      return true;
    });
}

/** Whether it can be a party to a message, as the system address of an MMSC cannot. */
export function isParty<A extends Pick<Address, 'kind'>>(address: A | null): address is A {
  return address !== null && address.kind !== 'system' && address.kind !== 'malformed';
}

/** The address within a display form: what stands in the last angle brackets, else the whole text. */
export function mailboxOf(text: string): string {
  const trimmed = text.trim();
  const open = trimmed.lastIndexOf('<');
  const close = trimmed.indexOf('>', open);
  return (open >= 0 && close > open ? trimmed.slice(open + 1, close) : trimmed).trim();
}

/** An address taken apart. */
interface Spelling {
  /** What stands before domain and type, its quotes undone. */
  readonly core: string;
  /** The same as written. */
  readonly written: string;
  readonly domain: string;
  /** Lower case; empty: none. */
  readonly type: string;
  readonly typeAfterDomain: boolean;
}

/** Core, domain and type; the type may stand before or after the domain, the core in quotes. */
function split(raw: string): Spelling {
  const at = raw.lastIndexOf('@');
  const before = at < 0 ? raw : raw.slice(0, at);
  const quoted = /^"((?:[^"\\]|\\.)*)"(.*)$/s.exec(before);
  const plain = quoted === null ? before : `${(quoted[1] ?? '').replace(/\\(.)/gs, '$1')}${quoted[2] ?? ''}`;
  const own = splitType(plain);
  const after = splitType(at < 0 ? '' : raw.slice(at + 1));
  return {
    core: own.rest,
    written: before,
    domain: withoutComment(after.rest).replace(/\.$/, '').toLowerCase(),
    type: own.type === '' ? after.type : own.type,
    typeAfterDomain: after.type !== '',
  };
}

/** `host (Jane Doe)` is how old mailers give a display name. */
function withoutComment(domain: string): string {
  const open = domain.indexOf('(');
  return (open >= 0 && domain.endsWith(')') ? domain.slice(0, open) : domain).trim();
}

function splitType(text: string): { readonly rest: string; readonly type: string } {
  const slash = text.lastIndexOf('/');
  const type = slash < 0 ? null : /^\/type=([a-z0-9]+)$/i.exec(text.slice(slash).trimEnd());
  return type === null
    ? { rest: text, type: '' }
    : { rest: text.slice(0, slash), type: (type[1] ?? '').toLowerCase() };
}

interface Classified {
  readonly kind: AddressKind;
  readonly value: string;
}

/** Longest local part and path of RFC 5321 4.5.3.1, in octets. */
const maxLocalPart = 64;
const maxPath = 256;

function classify(spelling: Spelling, profile: AddressProfile): Classified {
  const { core, written, domain, type, typeAfterDomain } = spelling;
  const malformed = { kind: 'malformed', value: core } as const;
  if (written.length > maxLocalPart || written.length + domain.length >= maxPath) return malformed;
  if (/[\s<>(),;"\\]/.test(domain) || (typeAfterDomain && profile === 'strict')) return malformed;
  switch (type) {
    case 'ipv4':
      return isIPv4(core) ? { kind: 'ipv4', value: core } : malformed;
    case 'ipv6':
      return /^[0-9a-f:.]+$/i.test(core) ? { kind: 'ipv6', value: core.toLowerCase() } : malformed;
    case 'plmn':
      return numberOf(core, true, profile) ?? malformed;
    case '':
      return numberOf(core, false, profile) ?? mailbox(spelling) ?? malformed;
    default:
      return { kind: 'other', value: core };
  }
}

function isIPv4(text: string): boolean {
  return /^(\d{1,3}\.){3}\d{1,3}$/.test(text) && text.split('.').every((octet) => Number(octet) <= 255);
}

/**
 * E.164 or short code (protocol reference 4.2, 4.4): `+` or `00` or neither in front; separators only after a `+` or before a type.
 * Null: no number, or none that can exist.
 */
function numberOf(core: string, typed: boolean, profile: AddressProfile): Classified | null {
  const separated = profile === 'lenient' && (typed || core.startsWith('+'));
  const plain = separated ? core.replace(/[-.() ]/g, '') : core;
  if (!/^\+?\d+$/.test(plain)) return null;
  if (/^\d{3,7}$/.test(core) && !core.startsWith('00')) return { kind: 'shortcode', value: core };
  const digits = plain.replace(/^(\+|00)/, '');
  return /^[1-9]\d{6,14}$/.test(digits) ? { kind: 'plmn', value: `+${digits}` } : null;
}

/** Without a type, what is no number is a mailbox, or a bare word such as a host name. */
function mailbox({ core, written, domain }: Spelling): Classified | null {
  if (core.startsWith('+') || /^\d*$/.test(core)) return null;
  if (domain !== '' && isSystem(core)) return { kind: 'system', value: `${core.toLowerCase()}@${domain}` };
  if (/[\x00-\x1f\x7f<>]/.test(core)) return null;
  const isAtom = !/[\s"(),:;\\[\]@]/.test(core);
  if (!isAtom && (domain === '' || !written.startsWith('"'))) return null;
  return domain === '' ? { kind: 'other', value: core } : { kind: 'email', value: `${written}@${domain}` };
}

/** The mailbox that stands for an MMSC itself (protocol reference 0.2, 4.1). */
function isSystem(core: string): boolean {
  return /^(system-user|system|postmaster|admin|mms_events)$/i.test(core);
}

/** What an address list is made of: quoted strings, bracketed addresses, separators, the colon after a group's name, and the rest. */
const listToken = /"(?:[^"\\]|\\.)*"?|<[^>]*>?|[,;]|:|[^",;<:]+/gs;

/** Splits at commas; in quotes and brackets they are text. `group: a, b;` yields its members. */
export function splitAddressList(text: string): readonly string[] {
  const entries: string[] = [];
  let entry = '';
  // Until something shows that it is the beginning of an address.
  let mayBeGroupName = true;
  for (const [token] of text.matchAll(listToken)) {
    const separates = token === ',' || token === ';';
    if (separates) entries.push(entry.trim());
    if (separates || (token === ':' && mayBeGroupName)) {
      entry = '';
      mayBeGroupName = true;
    } else {
      entry += token;
      mayBeGroupName &&= !/[@/+\d]/.test(token);
    }
  }
  return [...entries, entry.trim()].filter((one) => one !== '');
}
