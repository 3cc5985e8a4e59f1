import type { Address, AddressKind } from './pdu.ts';

/**
 * Addresses of MM4 (protocol reference 4): `+447700900123/TYPE=PLMN@domain` and everything seen in its place. The raw text is
 * kept without display name and angle brackets, since a report must repeat it.
 */
export function parseAddress(text: string): Address {
  const raw = mailboxOf(text);
  const { core, domain, type } = split(raw);
  const typed = typedKind(core, type);
  if (typed !== null) return withDomain(typed.kind, typed.value, domain, raw);
  if (type === '' && domain !== '' && isSystem(core)) {
    return { kind: 'system', value: `${core.toLowerCase()}@${domain}`, raw };
  }
  const number = numberOf(core, type);
  if (number !== null) return withDomain(number.kind, number.value, domain, raw);
  if (type === '' && domain !== '' && isLocalPart(core))
    return { kind: 'email', value: `${core}@${domain}`, raw };
  const malformed = type === 'plmn' || core === '' || /[\s<>]/.test(core) || looksLikeNumber(core);
  return withDomain(malformed ? 'malformed' : 'other', core, domain, raw);
}

/** An address list: commas outside quotes and brackets separate, groups yield none, repeated entries collapse. */
export function parseAddressList(text: string): readonly Address[] {
  const seen = new Set<string>();
  return splitList(text)
    .map(parseAddress)
    .filter(({ value, raw }) => {
      if (raw === '' || seen.has(value)) return false;
      seen.add(value);
      return true;
    });
}

/** The address within a display form: what stands in the last angle brackets, else the whole text. */
function mailboxOf(text: string): string {
  const trimmed = text.trim();
  const open = trimmed.lastIndexOf('<');
  const close = trimmed.indexOf('>', open);
  return (open >= 0 && close > open ? trimmed.slice(open + 1, close) : trimmed).trim();
}

/** Core, domain and type; the type may stand before or after the domain, the core in quotes. */
function split(raw: string): { core: string; domain: string; type: string } {
  const quoted = /^"((?:[^"\\]|\\.)*)"(.*)$/s.exec(raw);
  const text = quoted === null ? raw : `${(quoted[1] ?? '').replace(/\\(.)/g, '$1')}${quoted[2] ?? ''}`;
  const at = text.lastIndexOf('@');
  const before = at < 0 ? text : text.slice(0, at);
  const after = at < 0 ? '' : text.slice(at + 1);
  const typed = /^(.*)\/type=([a-z0-9]+)$/is;
  const inCore = typed.exec(before);
  const inDomain = typed.exec(after);
  return {
    core: inCore?.[1] ?? before,
    domain: (inDomain?.[1] ?? after).toLowerCase().replace(/\.$/, ''),
    type: (inCore?.[2] ?? inDomain?.[2] ?? '').toLowerCase(),
  };
}

function typedKind(core: string, type: string): { kind: AddressKind; value: string } | null {
  switch (type) {
    case 'ipv4':
      return { kind: /^(\d{1,3}\.){3}\d{1,3}$/.test(core) ? 'ipv4' : 'malformed', value: core };
    case 'ipv6':
      return { kind: /^[0-9a-f:.]+$/i.test(core) ? 'ipv6' : 'malformed', value: core.toLowerCase() };
    case '':
    case 'plmn':
      return null;
    default:
      return { kind: 'other', value: core };
  }
}

/** E.164 or short code: digits with separators, `+` or `00` or neither in front (protocol reference 4.2, 4.4). */
function numberOf(core: string, type: string): { kind: AddressKind; value: string } | null {
  if (!/^\+?[\d\-.() ]+$/.test(core) || !/\d/.test(core)) return null;
  const plain = core.replace(/[-.() ]/g, '');
  if (/^\d{3,7}$/.test(plain) && !plain.startsWith('00')) return { kind: 'shortcode', value: plain };
  const digits = plain.startsWith('+') ? plain.slice(1) : plain.startsWith('00') ? plain.slice(2) : plain;
  if (/^[1-9]\d{6,14}$/.test(digits)) return { kind: 'plmn', value: `+${digits}` };
  return type === 'plmn' || plain.startsWith('+') || digits.length > 15 || digits.length < 3
    ? { kind: 'malformed', value: core }
    : { kind: 'malformed', value: core };
}

function looksLikeNumber(core: string): boolean {
  return core.startsWith('+');
}

/** The mailbox that stands for an MMSC itself (protocol reference 0.2, 4.1). */
function isSystem(core: string): boolean {
  return /^(system-user|system|postmaster|admin|mms_events)$/i.test(core);
}

function isLocalPart(core: string): boolean {
  return core !== '' && !/[\s<>"(),:;\\[\]]/.test(core) && !core.startsWith('+');
}

function withDomain(kind: AddressKind, value: string, domain: string, raw: string): Address {
  return domain === '' ? { kind, value, raw } : { kind, value, domain, raw };
}

/** What an address list is made of: quoted strings, bracketed addresses, separators, the colon after a group's name, and the rest. */
const listToken = /"(?:[^"\\]|\\.)*"?|<[^>]*>?|[,;]|:|[^",;<:]+/gs;

/** Splits at commas; in quotes and brackets they are text. `group: a, b;` yields its members. */
function splitList(text: string): readonly string[] {
  const entries: string[] = [''];
  for (const [token] of text.matchAll(listToken)) {
    const entry = entries.at(-1) ?? '';
    if (token === ',' || token === ';') entries.push('');
    else if (token === ':' && isGroupName(entry)) entries[entries.length - 1] = '';
    else entries[entries.length - 1] = entry + token;
  }
  return entries.map((entry) => entry.trim()).filter((entry) => entry !== '');
}

/** Not the beginning of an IPv6 address or of anything that could be mailed to. */
function isGroupName(entry: string): boolean {
  return /^[^@/+\d]*$/.test(entry);
}
