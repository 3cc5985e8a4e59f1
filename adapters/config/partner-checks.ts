import type { Configuration, ConfiguredPartner } from '../../domain/configuration.ts';
import type { SenderRule } from '../../domain/mm4/sender-rule.ts';
import type { Route, VaspEntry } from '../../domain/partner.ts';
import { checkAccount, checkAddresses } from './address-checks.ts';
import { suggestion, type Path, type Report } from './problems.ts';

/** What must hold within and between partners, and of the routes that others name. */
export function checkPartners({ partners, routing }: Configuration, report: Report): void {
  if (partners.length === 0) report(['partners'], 'there is no partner, so nobody may connect', 'warning');
  checkUnique(
    partners.map(({ name }, at) => ({ name, path: ['partners', at, 'name'] })),
    'partner',
    report,
  );
  checkUnique(accountsOf(partners, 'routes'), 'route account', report);
  checkUnique(accountsOf(partners, 'vasps'), 'VASP account', report);
  checkAddresses(partners, report);
  const all: All = {
    partners: partners.map(({ name }) => name),
    accounts: partners.flatMap((partner) => partner.routes.map(({ account }) => account)),
  };
  checkDestination(routing.defaultRoute, all.accounts, ['routing', 'defaultRoute'], report);
  for (const [at, partner] of partners.entries()) checkPartner(partner, ['partners', at], all, report);
}

interface All {
  readonly partners: readonly string[];
  readonly accounts: readonly string[];
}

interface Named {
  readonly name: string;
  readonly path: Path;
}

const reserved = ['Direct', 'WAPPush', 'BlockMessage', 'standard'];

function accountsOf(partners: readonly ConfiguredPartner[], kind: 'routes' | 'vasps'): readonly Named[] {
  return partners.flatMap((partner, at) =>
    partner[kind].map(({ account }, entry) => ({
      name: account,
      path: ['partners', at, kind, entry, 'account'],
    })),
  );
}

function checkUnique(all: readonly Named[], what: string, report: Report): void {
  const seen = new Set(['']);
  for (const { name, path } of all) {
    if (name !== '' && seen.has(name))
      report(path, `the ${what} "${name}" is there already; names are given once`);
    seen.add(name);
  }
}

function checkPartner(partner: ConfiguredPartner, path: Path, all: All, report: Report): void {
  for (const [at, peer] of partner.peers.entries()) {
    const others = all.partners.filter((name) => name !== partner.name);
    if (!others.includes(peer))
      report([...path, 'peers', at], `there is no other partner "${peer}"${suggestion(peer, others)}`);
  }
  checkTransit(partner, path, all, report);
  checkBands(partner, path, report);
  for (const [at, vasp] of partner.vasps.entries())
    checkVasp(vasp, partner, [...path, 'vasps', at], all, report);
  for (const [at, route] of partner.routes.entries()) checkRoute(route, [...path, 'routes', at], report);
}

function checkTransit(
  { transit, routes }: ConfiguredPartner,
  path: Path,
  { accounts }: All,
  report: Report,
): void {
  for (const [at, account] of transit.entries()) {
    if (!accounts.includes(account)) {
      report([...path, 'transit', at], `there is no route "${account}"${suggestion(account, accounts)}`);
    } else if (routes.some((route) => route.account === account)) {
      report(
        [...path, 'transit', at],
        `"${account}" is its own route, and no message goes back to where it came from; leave it out`,
      );
    }
  }
}

function checkBands({ agreement: { bands } }: ConfiguredPartner, path: Path, report: Report): void {
  if (bands.some((band, at) => band <= (bands[at - 1] ?? 0))) {
    report(
      [...path, 'agreement', 'bands'],
      'bands must rise; write their upper ends such as [30KiB, 100KiB, 300KiB]',
    );
  }
}

/** A way is a route account, `Direct` or `WAPPush`; empty is none. */
function checkDestination(way: string, accounts: readonly string[], path: Path, report: Report): void {
  const ways = [...accounts, 'Direct', 'WAPPush'];
  if (way !== '' && !ways.includes(way)) report(path, `there is no route "${way}"${suggestion(way, ways)}`);
}

function checkVasp(vasp: VaspEntry, partner: ConfiguredPartner, path: Path, all: All, report: Report): void {
  const own = partner.routes.map(({ account }) => account);
  checkAccount(vasp, path, report);
  checkSender(vasp, path, report);
  checkAckRouting(vasp, partner.routes, [...path, 'mm4AckRouting'], report);
  if (vasp.routing === 'standard') return;
  checkDestination(vasp.routing, all.accounts, [...path, 'routing'], report);
  if (own.includes(vasp.routing)) {
    report(
      [...path, 'routing'],
      'this is its own route, and no message goes back to where it came from; write standard or another',
    );
  } else if (all.accounts.includes(vasp.routing) && !partner.transit.includes(vasp.routing)) {
    report(
      [...path, 'routing'],
      `the partner may not reach "${vasp.routing}"; add it to the partner's transit`,
    );
  }
}

function checkAckRouting(
  { mm4AckRouting }: VaspEntry,
  routes: readonly Route[],
  path: Path,
  report: Report,
): void {
  const own = routes.map(({ account }) => account);
  const [first] = own;
  if (mm4AckRouting === '') {
    if (first !== undefined)
      report(path, `RES and reports need a way back; write one of this partner's routes, such as ${first}`);
  } else if (!own.includes(mm4AckRouting)) {
    report(path, `this partner has no route "${mm4AckRouting}"${suggestion(mm4AckRouting, own)}`);
  } else if (routes.some(({ account, format }) => account === mm4AckRouting && format === 'SMTP')) {
    report(
      path,
      `"${mm4AckRouting}" has the format SMTP and cannot carry a RES; write a route with the format MM4`,
    );
  }
}

function checkSender({ senderAddress, allowSenderOverride }: SenderRule, path: Path, report: Report): void {
  if (!allowSenderOverride && senderAddress === '')
    report([...path, 'allowSenderOverride'], 'there is no senderAddress to hold to; write one, or true');
}

function checkRoute(route: Route, path: Path, report: Report): void {
  const { account, login, password, deadline, ackTimeout } = route;
  checkSender(route, path, report);
  if (reserved.includes(account))
    report([...path, 'account'], `"${account}" has a meaning of its own; write another name`);
  if (password !== '' && login === '')
    report([...path, 'password'], 'a password needs a login; write both or neither');
  if (login !== '' && password === '')
    report([...path, 'login'], 'a login needs a password; write both or neither');
  if (deadline === 0) report([...path, 'deadline'], 'nothing would ever be sent; write such as 72h');
  if (ackTimeout === 0) report([...path, 'ackTimeout'], 'no RES would ever be in time; write such as 1h');
}
