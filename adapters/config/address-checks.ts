import type { ConfiguredPartner } from '../../domain/configuration.ts';
import type { VaspEntry } from '../../domain/partner.ts';
import { addressesOf } from '../../domain/routing/identify.ts';
import { blocksOverlap, parseIpBlock, type IpBlock } from '../../domain/routing/ip.ts';
import type { Path, Report } from './problems.ts';

/** How an entry is known: by address without a password, by login with one. */
export function checkAccount(
  { account, password, ipRestrictions }: VaspEntry,
  path: Path,
  report: Report,
): void {
  for (const [at, text] of ipRestrictions.entries()) {
    if (parseIpBlock(text) !== null) continue;
    const advice = 'write such as 192.0.2.10, 192.0.2.16/28, 198.51.100.* or 2001:db8::/32';
    report([...path, 'ipRestrictions', at], `"${text}" is not an address; ${advice}`);
  }
  if (account === '') return;
  const isAddress = parseIpBlock(account) !== null;
  if (isAddress && password !== '') {
    const advice = 'write a login here, and the address under ipRestrictions if both are to count';
    report([...path, 'account'], `an address has no password; ${advice}`);
  } else if (!isAddress && password === '' && ipRestrictions.length === 0) {
    const advice = 'write an address here, or give a password or ipRestrictions';
    report([...path, 'account'], `nobody can be known as "${account}"; ${advice}`);
  }
}

interface KnownBlock {
  readonly partner: string;
  readonly block: IpBlock;
  readonly text: string;
  readonly path: Path;
}

/** An address tells one partner. Entries with a password are told apart by their login. */
export function checkAddresses(partners: readonly ConfiguredPartner[], report: Report): void {
  const known = partners.flatMap((partner, at) =>
    partner.vasps.flatMap((vasp, entry) =>
      vasp.password === '' ? blocksOf(partner.name, vasp, ['partners', at, 'vasps', entry]) : [],
    ),
  );
  for (const [at, one] of known.entries()) {
    const other = known.find(
      (two, before) => before < at && two.partner !== one.partner && blocksOverlap(one.block, two.block),
    );
    if (other === undefined) continue;
    const advice = 'write others, or give a password to tell them apart';
    report(one.path, `${one.text} is an address of ${other.partner} too (${other.text}); ${advice}`);
  }
}

function blocksOf(partner: string, vasp: VaspEntry, path: Path): readonly KnownBlock[] {
  const restricted = vasp.ipRestrictions.length > 0;
  return addressesOf(vasp).flatMap((text, at) => {
    const block = parseIpBlock(text);
    const where = restricted ? [...path, 'ipRestrictions', at] : [...path, 'account'];
    return block === null ? [] : [{ partner, block, text, path: where }];
  });
}
