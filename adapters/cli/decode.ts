import { readFileSync } from 'node:fs';

import { parseAddress } from '../../domain/mm4/address.ts';
import { parseDate } from '../../domain/mm4/dates.ts';
import { decodePdu } from '../../domain/mm4/decode.ts';
import { expectationOf } from '../../domain/mm4/expectation.ts';
import type { Pdu } from '../../domain/mm4/pdu.ts';
import { pduReader } from '../../domain/mm4/pdu-reader.ts';
import { judge, type Refusal } from '../../domain/mm4/verdict.ts';
import { uidOf } from '../../domain/mms/ids.ts';
import type { Configuration } from '../../domain/configuration.ts';
import type { Partner } from '../../domain/partner.ts';
import { buildRouteTable, routeRecipient, type RouteTable } from '../../domain/routing/route-table.ts';
import { rcptReply } from '../../engine/receive/receptionist.ts';
import type { Command } from './commands.ts';
import { readConfiguration } from './configuration.ts';
import { CommandError, exitCodes } from './exit.ts';
import { parseOptions } from './options.ts';
import { preview } from './preview.ts';

const usage =
  'mm4 decode FILE [--mail-from A] [--rcpt-to B]... [--size N] [--config FILE] [--arrived-at T] [--strict] [--preview]';

export const decodeCommand: Command = {
  name: 'decode',
  usage,
  summary: 'Reads a PDU from a file and prints, as JSON, what the engine makes of it.',
  details:
    'FILE holds the octets of DATA, dot-stuffing undone; - is standard input. --mail-from and --rcpt-to are the envelope, --size is\n' +
    "MAIL's SIZE, --arrived-at the instant of arrival (any date form, or ISO 8601; now by default). Limits, own numbers and routes come from\n" +
    '--config, and whether the partner is read strictly, if MAIL FROM tells whose domain it is; without it the limits are those of the\n' +
    'built-in example, and every well-formed recipient counts as served.\n' +
    '--preview prints the message as a person would read it, instead.',
  example:
    'mm4 decode test/corpus/01-forward-req-normal.eml --rcpt-to +447700900456/TYPE=PLMN@mmsc.op-b.example',
  run: async (args) => {
    const options = {
      'mail-from': { type: 'string' },
      'rcpt-to': { type: 'string', multiple: true },
      size: { type: 'string' },
      config: { type: 'string' },
      'arrived-at': { type: 'string' },
      strict: { type: 'boolean' },
      preview: { type: 'boolean' },
    } as const;
    const { values, positionals } = parseOptions(args, options, usage);
    const [file] = positionals;
    if (file === undefined || positionals.length > 1) {
      throw new CommandError(`name one FILE\nusage: ${usage}`, exitCodes.usage);
    }
    if (values.preview === true) {
      process.stdout.write(await preview(readBytes(file)));
      return exitCodes.done;
    }
    const question: Question = {
      mailFrom: bare(values['mail-from'] ?? ''),
      rcptTo: (values['rcpt-to'] ?? []).map(bare),
      declaredSize: sizeOf(values.size),
      arrivedAt: arrivalOf(values['arrived-at']),
      strict: values.strict === true,
      configuration: readConfiguration(values.config),
      served: values.config !== undefined,
    };
    process.stdout.write(`${JSON.stringify(decodeFile(file, question), null, 2)}\n`);
    return exitCodes.done;
  },
};

interface Question {
  readonly mailFrom: string;
  readonly rcptTo: readonly string[];
  readonly declaredSize: number | undefined;
  readonly arrivedAt: number;
  readonly strict: boolean;
  readonly configuration: Configuration;
  /** A configuration was named: it says whom we serve. */
  readonly served: boolean;
}

function decodeFile(file: string, question: Question): unknown {
  const { configuration } = question;
  const table = buildRouteTable(configuration);
  const partner = partnerOf(question);
  const reader = pduReader({ headerBytes: configuration.limits.headerBytes });
  reader.push(readBytes(file));
  const read = reader.end();
  const pdu = decodePdu({
    fields: read.fields,
    mime: read.mime,
    envelope: { mailFrom: question.mailFrom, rcptTo: question.rcptTo },
    arrivedAt: question.arrivedAt,
    strict: question.strict || partner?.dialect.strict === true,
    ...(partner?.vasps[0] === undefined ? {} : { senderRule: partner.vasps[0] }),
  });
  const recipients = judgeRecipients(pdu, question, table, partner);
  return expectationOf({
    pdu,
    rcptTo: question.rcptTo,
    arrivedAt: question.arrivedAt,
    refusal:
      judge(pdu, {
        limits: configuration.limits,
        declaredSize: question.declaredSize,
        wireSize: read.wireSize,
        decodedSize: read.mime.decodedSize,
        headTooLong: read.headTooLong,
        ownDomains: table.ownDomains,
      }) ?? refusalByRecipients(pdu, recipients),
    rcptReplies: recipients.flatMap(({ rcptTo, reply }) =>
      reply === undefined ? [] : [{ rcptTo, smtpCode: reply.code, enhanced: reply.enhanced ?? '' }],
    ),
    deliverTo: [
      ...new Set(
        recipients.flatMap(({ value, reply, way }) => (reply === undefined && way === null ? [value] : [])),
      ),
    ],
  });
}

/** Who would have sent it, by the domain of MAIL FROM; undefined: nobody we know, or no configuration was named. */
function partnerOf({ configuration, mailFrom, served }: Question): Partner | undefined {
  if (!served) return undefined;
  const domain = mailFrom.slice(mailFrom.lastIndexOf('@') + 1).toLowerCase();
  return configuration.partners.find(
    ({ domains, routes }) => domains.includes(domain) || routes.some((route) => route.domain === domain),
  );
}

interface Recipient {
  readonly rcptTo: string;
  readonly value: string;
  /** What RCPT would be told; undefined: 250. */
  readonly reply: ReturnType<typeof rcptReply>;
  /** Why no way leads there; null: one does. */
  readonly way: string | null;
}

function judgeRecipients(
  pdu: Pdu,
  { rcptTo: envelope, served, configuration }: Question,
  table: RouteTable,
  partner: Partner | undefined,
): readonly Recipient[] {
  let accepted = 0;
  return envelope.map((rcptTo) => {
    const { kind, value } = parseAddress(rcptTo);
    const malformed = { code: 553, enhanced: '5.1.3', text: 'malformed' };
    if (!served) return { rcptTo, value, reply: kind === 'malformed' ? malformed : undefined, way: null };
    const reply = rcptReply({ routes: table, configuration }, rcptTo, partner?.name ?? '', accepted);
    if (reply === undefined) accepted += 1;
    return { rcptTo, value, reply, way: wayProblem(table, pdu, rcptTo, partner) };
  });
}

function wayProblem(
  table: RouteTable,
  pdu: Pdu,
  rcptTo: string,
  partner: Partner | undefined,
): string | null {
  if (pdu.kind !== 'MM4_forward.REQ') return null;
  const account = partner?.vasps[0]?.account;
  const decision = routeRecipient(table, {
    recipient: parseAddress(rcptTo),
    sender: pdu.from?.value ?? '',
    uid: uidOf(pdu.messageId?.normal ?? ''),
    cameFrom: partner === undefined || account === undefined ? null : { partner: partner.name, account },
  });
  return decision.to === 'none' ? decision.reason : null;
}

/**
 * That none of its recipients can be served. A RES is matched by its transaction id, to whomever it was mailed: some peers mail it to
 * the original sender (protocol reference 9, quirk 13).
 */
function refusalByRecipients(pdu: Pdu, recipients: readonly Recipient[]): Refusal | null {
  const [first] = recipients;
  if (first?.reply !== undefined && recipients.every(({ reply }) => reply !== undefined)) {
    const isMalformed = first.reply.code === 553;
    if (pdu.kind.endsWith('.RES') && !isMalformed) return null;
    const errors = isMalformed ? ['malformed-recipient'] : [];
    return { errors, status: 'Error-sending-address-unresolved', reply: first.reply, smtpOnly: true };
  }
  if (first === undefined || recipients.some(({ way }) => way === null)) return null;
  const unresolved = first.way === 'no-route';
  return {
    errors: [],
    status: unresolved ? 'Error-sending-address-unresolved' : 'Error-service-denied',
    reply: { code: 550, enhanced: unresolved ? '5.1.1' : '5.7.1', text: first.way ?? '' },
  };
}

function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), exitCodes.usage);
  }
}

function bare(address: string): string {
  return address.replace(/^<(.*)>$/, '$1');
}

function sizeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new CommandError(`--size ${text}: give a number of octets`, exitCodes.usage);
  return Number(text);
}

function arrivalOf(text: string | undefined): number {
  if (text === undefined) return Date.now();
  const at = parseDate(text);
  if (at === null) {
    throw new CommandError(`--arrived-at ${text}: give a date such as 2026-11-23T12:00:10Z`, exitCodes.usage);
  }
  return at;
}
