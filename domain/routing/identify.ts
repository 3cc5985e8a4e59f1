import * as E from 'fp-ts/lib/Either.js';

import type { Partner, VaspEntry } from '../partner.ts';
import { blockContains, parseIp, parseIpBlock, type IpAddress } from './ip.ts';

/**
 * Who is on the line: from a peer's address, or its login, to the VASP entry that says what it may send us
 * (protocol reference 5.1; NowSMS dialog "MMSC VASP").
 *
 * An entry without a password is known by address: its `ipRestrictions` if it has any, else its account. An entry with a
 * password is known by login (its account), and only from its `ipRestrictions` if it has any.
 */
export type Identity =
  | ({ readonly kind: 'vasp' } & Account)
  /** Unknown so far, but an entry could be reached by AUTH from this address. */
  | { readonly kind: 'may-auth' }
  | { readonly kind: 'stranger' };

export interface Account {
  readonly partner: Partner;
  readonly vasp: VaspEntry;
}

/** All but the log tells a peer only "535". */
export type AuthFailure = 'unknown-login' | 'wrong-password' | 'wrong-address';

/** Who an address is before any AUTH. Of several entries the one with the narrowest block counts, then the first in the file. */
export function identify(partners: readonly Partner[], address: string): Identity {
  const ip = parseIp(address);
  if (ip === null) return { kind: 'stranger' };
  let best: Account | undefined;
  let bestBits = -1;
  let mayAuth = false;
  for (const account of accountsOf(partners)) {
    const bits = matchingBits(account.vasp, ip);
    if (account.vasp.password !== '') {
      mayAuth ||= bits >= 0;
    } else if (bits > bestBits) {
      best = account;
      bestBits = bits;
    }
  }
  if (best !== undefined) return { kind: 'vasp', ...best };
  return { kind: mayAuth ? 'may-auth' : 'stranger' };
}

/**
 * The account of a login. `samePassword` compares; give one that takes the same time for every wrong password.
 * The address is looked at last, so that `wrong-address` means: everything else was right.
 */
export function authenticate(
  partners: readonly Partner[],
  address: string,
  login: string,
  password: string,
  samePassword: (given: string, right: string) => boolean = (given, right) => given === right,
): E.Either<AuthFailure, Account> {
  const account = accountsOf(partners).find(({ vasp }) => vasp.password !== '' && vasp.account === login);
  if (account === undefined) return E.left('unknown-login');
  if (!samePassword(password, account.vasp.password)) return E.left('wrong-password');
  const ip = parseIp(address);
  return ip !== null && matchingBits(account.vasp, ip) >= 0 ? E.right(account) : E.left('wrong-address');
}

/** The addresses an entry is known by or restricted to; none: it is known by login, from anywhere. */
export function addressesOf(vasp: VaspEntry): readonly string[] {
  if (vasp.ipRestrictions.length > 0) return vasp.ipRestrictions;
  return vasp.password === '' ? [vasp.account] : [];
}

/** Bits of the narrowest block of an entry that has the address; 0 when it may come from anywhere, -1 when not from here. */
function matchingBits(vasp: VaspEntry, ip: IpAddress): number {
  const addresses = addressesOf(vasp);
  if (addresses.length === 0) return 0;
  let most = -1;
  for (const text of addresses) {
    const block = parseIpBlock(text);
    if (block !== null && blockContains(block, ip)) most = Math.max(most, block.bits);
  }
  return most;
}

function accountsOf(partners: readonly Partner[]): Account[] {
  return partners.flatMap((partner) => partner.vasps.map((vasp) => ({ partner, vasp })));
}
