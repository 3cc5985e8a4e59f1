import type { Configuration } from '../../../domain/configuration.ts';
import { parseAddress } from '../../../domain/mm4/address.ts';
import type { Address } from '../../../domain/mm4/pdu.ts';
import { senderInstead } from '../../../domain/mm4/sender-rule.ts';
import { uidOf } from '../../../domain/mms/ids.ts';
import { explainDecision } from '../../../domain/routing/explain.ts';
import {
  buildRouteTable,
  routeRecipient,
  type RouteDecision,
  type RouteQuestion,
} from '../../../domain/routing/route-table.ts';
import type { Command } from '../commands.ts';
import { readConfiguration } from '../configuration.ts';
import { CommandError, exitCodes } from '../exit.ts';
import { parseOptions, theOne } from '../options.ts';

const usage = 'mm4 route NUMBER [--from PARTNER [--account VASP]] [--sender ADDRESS] [--config FILE]';

export const routeCommand: Command = {
  name: 'route',
  usage,
  summary: 'Where a message for a number would go, and every step that decided it.',
  details:
    'A dry run on the configuration; no engine is needed and nothing is sent. --from names the partner that brings it, --account which\n' +
    'of its VASP entries (else its first); without --from it comes from an own subscriber. Exit code 3: no way leads there.',
  example: 'mm4 route +447700900201 --from op-a',
  run: (args) => {
    const options = {
      from: { type: 'string' },
      account: { type: 'string' },
      sender: { type: 'string' },
      config: { type: 'string' },
    } as const;
    const { values, positionals } = parseOptions(args, options, usage);
    const number = theOne('number', positionals, usage);
    const configuration = readConfiguration(values.config);
    const cameFrom = originOf(configuration, values.from, values.account);
    const recipient = parseAddress(number);
    const decision = routeRecipient(buildRouteTable(configuration), {
      recipient,
      sender: senderUnder(configuration, cameFrom, values.sender),
      uid: uidOf(''),
      cameFrom,
    });
    process.stdout.write(`${textOf(recipient, cameFrom, decision).join('\n')}\n`);
    return Promise.resolve(decision.to === 'none' ? exitCodes.notFound : exitCodes.done);
  },
};

function originOf(
  { partners }: Configuration,
  from: string | undefined,
  account: string | undefined,
): RouteQuestion['cameFrom'] {
  if (from === undefined) {
    if (account === undefined) return null;
    throw new CommandError(`--account goes with --from PARTNER\nusage: ${usage}`, exitCodes.usage);
  }
  const partner = partners.find(({ name }) => name === from);
  if (partner === undefined) {
    const names = partners.map(({ name }) => name).join(', ');
    throw new CommandError(`there is no partner ${from}; there are ${names}`, exitCodes.notFound);
  }
  const accounts = partner.vasps.map((vasp) => vasp.account);
  const chosen = account ?? accounts[0];
  if (chosen === undefined || !accounts.includes(chosen)) {
    const known = accounts.length === 0 ? 'none: it sends us nothing' : accounts.join(', ');
    throw new CommandError(
      `${from} has no VASP entry ${account ?? ''}; its entries: ${known}`.replace(' ;', ';'),
      exitCodes.notFound,
    );
  }
  return { partner: from, account: chosen };
}

/** The sender that a message has once it is taken: the VASP entry may put another in its place. */
function senderUnder(
  { partners }: Configuration,
  cameFrom: RouteQuestion['cameFrom'],
  said: string | undefined,
): string {
  const own = said === undefined ? null : parseAddress(said);
  const vasps = partners.find(({ name }) => name === cameFrom?.partner)?.vasps ?? [];
  const vasp = vasps.find(({ account }) => account === cameFrom?.account);
  const instead = vasp === undefined ? null : senderInstead(vasp, own);
  return (instead ?? own)?.value ?? '';
}

function textOf(
  { kind, value }: Address,
  cameFrom: RouteQuestion['cameFrom'],
  decision: RouteDecision,
): readonly string[] {
  const origin = cameFrom === null ? 'an own subscriber' : `${cameFrom.partner} (${cameFrom.account})`;
  const steps = explainDecision(decision).map((step) => `  ${step}`);
  return [`${value} (${kind}) from ${origin}`, ...steps, outcomeOf(decision)];
}

function outcomeOf(decision: RouteDecision): string {
  const equals = decision.considered.at(-1)?.ways ?? [];
  switch (decision.to) {
    case 'route':
      return (
        `it goes to ${decision.partner} by ${decision.account}` +
        (equals.length > 1 ? ', or by another of these equally good ways that is open: its id decides' : '')
      );
    case 'Direct':
      return 'it is for an own subscriber: kept for the handset gateway';
    case 'WAPPush':
      return 'it is refused: WAPPush needs a handset gateway that sends WAP push, which this system does not have';
    case 'none':
      return 'it goes nowhere';
  }
}
