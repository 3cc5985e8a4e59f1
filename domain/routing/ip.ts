/**
 * IP addresses and blocks of them, as access lists write them. An IPv4 address that comes mapped into IPv6
 * (`::ffff:192.0.2.1`, as dual-stack sockets show it) is that IPv4 address.
 */

/** 4 or 16 octets. */
export type IpAddress = readonly number[];

/** All addresses that share the first `bits` bits. */
export interface IpBlock {
  readonly address: IpAddress;
  readonly bits: number;
}

const mappedPrefix: IpAddress = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** Reads an IPv4 or IPv6 address; null when it is neither. A zone (`%eth0`) is not looked at. */
export function parseIp(text: string): IpAddress | null {
  const [address = ''] = text.split('%', 1);
  const octets = address.includes(':') ? parseIpv6(address) : parseIpv4(address);
  return octets !== null && isMapped(octets) ? octets.slice(12) : octets;
}

/**
 * Reads an address (`192.0.2.10`), a CIDR block (`192.0.2.16/28`, `2001:db8::/32`) or a mask whose `*` stands for whole octets
 * or groups at the end (`198.51.100.*`, `2001:db8:*`); null when it is none of them.
 */
export function parseIpBlock(text: string): IpBlock | null {
  if (text.endsWith('*')) return parseStarMask(text);
  const [before = '', after, more] = text.split('/');
  const address = parseIp(before);
  if (address === null || more !== undefined) return null;
  if (after === undefined) return { address, bits: address.length * 8 };
  if (!/^\d{1,3}$/.test(after)) return null;
  // A block of mapped addresses, `::ffff:10.0.0.0/104`, counts its bits from the start of the IPv6 address.
  const bits = Number(after) - (before.includes(':') && address.length === 4 ? 96 : 0);
  return bits >= 0 && bits <= address.length * 8 ? { address, bits } : null;
}

export function blockContains(block: IpBlock, address: IpAddress): boolean {
  return block.address.length === address.length && sameStart(block.address, address, block.bits);
}

/** Two blocks overlap when one contains the other. */
export function blocksOverlap(a: IpBlock, b: IpBlock): boolean {
  return a.address.length === b.address.length && sameStart(a.address, b.address, Math.min(a.bits, b.bits));
}

/** 127.0.0.0/8 and ::1. */
export function isLoopback(address: IpAddress): boolean {
  return address.length === 4
    ? address[0] === 127
    : address.every((octet, at) => octet === (at === 15 ? 1 : 0));
}

function sameStart(a: IpAddress, b: IpAddress, bits: number): boolean {
  const whole = bits >> 3;
  for (let at = 0; at < whole; at++) if (a[at] !== b[at]) return false;
  const rest = bits & 7;
  return rest === 0 || (((a[whole] ?? 0) ^ (b[whole] ?? 0)) & (0xff << (8 - rest)) & 0xff) === 0;
}

function isMapped(octets: IpAddress): boolean {
  return octets.length === 16 && sameStart(octets, mappedPrefix, 96);
}

function parseIpv4(text: string): IpAddress | null {
  const octets = text.split('.');
  if (
    octets.length !== 4 ||
    !octets.every((octet) => /^(0|[1-9]\d{0,2})$/.test(octet) && Number(octet) < 256)
  )
    return null;
  return octets.map(Number);
}

function parseIpv6(text: string): IpAddress | null {
  const [head = '', tail, more] = text.split('::');
  if (more !== undefined) return null;
  const front = parseGroups(head, tail === undefined);
  const back = parseGroups(tail ?? '', true);
  if (front === null || back === null) return null;
  const missing = 16 - front.length - back.length;
  if (tail === undefined ? missing !== 0 : missing < 2) return null;
  return [...front, ...new Array<number>(missing).fill(0), ...back];
}

/** Groups of up to four hex digits; the very last of an address may be an IPv4 address. */
function parseGroups(text: string, endsAddress: boolean): number[] | null {
  if (text === '') return [];
  const octets: number[] = [];
  const groups = text.split(':');
  for (const [at, group] of groups.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = parseInt(group, 16);
      octets.push(value >> 8, value & 0xff);
      continue;
    }
    const ipv4 = endsAddress && at === groups.length - 1 ? parseIpv4(group) : null;
    if (ipv4 === null) return null;
    octets.push(...ipv4);
  }
  return octets;
}

function parseStarMask(text: string): IpBlock | null {
  const ipv6 = text.includes(':');
  const [separator, groups, filler] = ipv6 ? [':', 8, '0'] : ['.', 4, '0'];
  const given = text.split(separator);
  const fixed = given.slice(0, given.indexOf('*'));
  const stars = given.slice(fixed.length);
  if (fixed.length === 0 || fixed.includes('') || given.length > groups) return null;
  if (!stars.every((part) => part === '*')) return null;
  const filled = [...fixed, ...new Array<string>(groups - fixed.length).fill(filler)].join(separator);
  const address = ipv6 ? parseIpv6(filled) : parseIpv4(filled);
  return address === null ? null : { address, bits: fixed.length * (ipv6 ? 16 : 8) };
}
