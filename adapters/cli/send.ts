import * as E from 'fp-ts/lib/Either.js';

import type { Endpoint } from '../../domain/configuration.ts';
import { parseAddress } from '../../domain/mm4/address.ts';
import { composeForward } from '../../domain/mm4/compose.ts';
import { decodePdu } from '../../domain/mm4/decode.ts';
import { pduReader } from '../../domain/mm4/pdu-reader.ts';
import { parseIp } from '../../domain/routing/ip.ts';
import { parseServer } from '../config/endpoints.ts';
import { systemRandomness } from '../runtime/runtime.ts';
import type { Command } from './commands.ts';
import { CommandError, exitCodes } from './exit.ts';
import { parseOptions } from './options.ts';
import { readBytes, readPart } from './send/parts.ts';
import { transmit } from './send/transmit.ts';

const usage =
  'mm4 send FILE... --server HOST[:PORT] --from A --to B [--to C]... [--ack] [--delivery-report] [--read-reply] ' +
  '[--subject S] [--id ID] [--bind ADDR] [--login L --password P]';

export const sendCommand: Command = {
  name: 'send',
  usage,
  summary:
    'Plays a partner: builds a forward.REQ from pictures and text, or takes an .eml, and sends it over SMTP.',
  details:
    'Addresses are numbers with a domain, +447700900123@mmsc.op-a.example; /TYPE=PLMN is added where it is missing. A lone FILE that ends in\n' +
    '.eml is sent as it is. --id sets the X-Mms-Message-ID (a new one by default), --bind the address to connect from, which is how the\n' +
    'engine knows a partner. Exit code 0: accepted; 1: refused; 4: unreachable, or it cannot be known.',
  example:
    'mm4 send picture.jpg hello.txt --server 127.0.0.1:2525 --from +447700900101@mmsc.op-a.example \\\n' +
    '  --to +447700900201@mmsc.own.example --ack --delivery-report',
  run: async (args) => {
    const { values, positionals } = parseOptions(args, options, usage);
    if (positionals.length === 0)
      throw new CommandError(`name at least one FILE\nusage: ${usage}`, exitCodes.usage);
    const server = serverOf(required(values.server, '--server'));
    const from = addressOf(required(values.from, '--from'), '--from');
    const to = (values.to ?? []).map((address) => addressOf(address, '--to'));
    if (to.length === 0) throw new CommandError(`--to is missing\nusage: ${usage}`, exitCodes.usage);
    const mail = mailOf(positionals, values, from, to);
    const ids = idsOf(mail);
    const reply = await transmit({
      server,
      mailFrom: from,
      rcptTo: to,
      mail,
      ...(values.bind === undefined ? {} : { bind: bindOf(values.bind) }),
      login: values.login ?? '',
      password: values.password ?? '',
    });
    process.stdout.write(
      `${reply.code} ${reply.enhanced ?? ''} ${reply.text}\nMessage-ID ${ids.messageId}\ntransaction ${ids.transactionId}\n`,
    );
    return exitCodes.done;
  },
};

const options = {
  server: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string', multiple: true },
  subject: { type: 'string' },
  id: { type: 'string' },
  ack: { type: 'boolean' },
  'delivery-report': { type: 'boolean' },
  'read-reply': { type: 'boolean' },
  bind: { type: 'string' },
  login: { type: 'string' },
  password: { type: 'string' },
} as const;

interface Wanted {
  readonly subject?: string | undefined;
  readonly id?: string | undefined;
  readonly ack?: boolean | undefined;
  readonly 'delivery-report'?: boolean | undefined;
  readonly 'read-reply'?: boolean | undefined;
}

function mailOf(files: readonly string[], wanted: Wanted, from: string, to: readonly string[]): Uint8Array {
  const [first = ''] = files;
  if (files.length === 1 && first.toLowerCase().endsWith('.eml')) return readBytes(first);
  const at = from.lastIndexOf('@');
  if (at < 0)
    throw new CommandError(`--from ${from}: add @ and a domain, which the ids need`, exitCodes.usage);
  const domain = from.slice(at + 1);
  const unique = systemRandomness.nonce(20);
  return composeForward({
    parts: files.map(readPart),
    from,
    to,
    ...(wanted.subject === undefined ? {} : { subject: wanted.subject }),
    transactionId: `t-${unique}`,
    messageId: wanted.id ?? `${unique}@${domain}`,
    rfcMessageId: `<${unique}.mail@${domain}>`,
    systemAddress: `system-user@${domain}`,
    date: Date.now(),
    version: '6.10.0',
    requestAck: wanted.ack === true,
    deliveryReport: wanted['delivery-report'] === true,
    readReply: wanted['read-reply'] === true,
    boundary: `mm4-${systemRandomness.nonce(24)}`,
  });
}

/** What `mm4 show` can be asked for afterwards. */
function idsOf(mail: Uint8Array): { readonly messageId: string; readonly transactionId: string } {
  const reader = pduReader({ headerBytes: 65_536 });
  reader.push(mail);
  const { fields, mime } = reader.end();
  const pdu = decodePdu({
    fields,
    mime,
    envelope: { mailFrom: '', rcptTo: [] },
    arrivedAt: Date.now(),
    strict: false,
  });
  return {
    messageId: pdu.messageId?.normal ?? '(none)',
    transactionId: pdu.transactionId?.normal ?? '(none)',
  };
}

/** A number gets its `/TYPE=PLMN`. */
function addressOf(text: string, option: string): string {
  const address = parseAddress(text);
  if (address.kind === 'malformed') {
    throw new CommandError(
      `${option} ${text}: write a number such as +447700900123@mmsc.example`,
      exitCodes.usage,
    );
  }
  const untyped = (address.kind === 'plmn' || address.kind === 'shortcode') && !/\/type=/i.test(text);
  return untyped && address.domain !== undefined
    ? `${address.value}/TYPE=PLMN@${address.domain}`
    : address.raw;
}

function serverOf(text: string): Endpoint {
  const server = parseServer(25)(text);
  if (E.isLeft(server)) throw new CommandError(`--server ${server.left}`, exitCodes.usage);
  return server.right;
}

/** The address to connect from. */
function bindOf(text: string): string {
  if (parseIp(text) === null) {
    throw new CommandError(
      `--bind ${text}: write an address of this machine such as 127.0.0.2`,
      exitCodes.usage,
    );
  }
  return text;
}

function required(value: string | undefined, option: string): string {
  if (value === undefined) throw new CommandError(`${option} is missing\nusage: ${usage}`, exitCodes.usage);
  return value;
}
