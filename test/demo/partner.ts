/**
 * A scripted partner MMSC as a process of its own: takes PDUs over SMTP, answers them as told, and prints a JSON line for each.
 * It shares no code with the engine, so that a mistake in the engine's codec cannot hide here.
 *
 *   node test/demo/partner.ts '{"name":"op-b","host":"127.0.0.3","port":2603,"engine":"127.0.0.1:2525","domain":"mmsc.op-b.example"}'
 */
import { createTransport } from 'nodemailer';
import { SMTPServer } from 'smtp-server';

export interface PartnerScript {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** The engine's SMTP address. */
  readonly engine: string;
  readonly domain: string;
  /** X-Mms-Request-Status-Code of its RES to a forward. */
  readonly status?: string;
  readonly statusText?: string;
  /** It says so only to forwards for this number; to others `Ok`. */
  readonly onlyFor?: string;
  /** Waits so long before the RES, then before each report, in ms. */
  readonly delay?: number;
  /** Reports retrieval and reading of each forward it accepted, where asked for. */
  readonly reports?: boolean;
}

type Headers = ReadonlyMap<string, string>;

const script = JSON.parse(process.argv[2] ?? '{}') as PartnerScript;
const system = `system-user@${script.domain}`;
let count = 0;

const server = new SMTPServer({
  name: script.domain,
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  disableReverseLookup: true,
  onData: (stream, session, callback) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const rcpt = session.envelope.rcptTo.map(({ address }) => address);
      callback();
      taken(headersOf(Buffer.concat(chunks).toString('latin1')), rcpt).catch((error: unknown) => {
        print({ error: String(error) });
      });
    });
  },
});
server.on('error', (error) => print({ error: error.message }));
server.listen(script.port, script.host, () => print({ listening: `${script.host}:${script.port}` }));
process.on('SIGTERM', () => server.close(() => process.exit(0)));

async function taken(headers: Headers, rcpt: readonly string[]): Promise<void> {
  const type = headers.get('x-mms-message-type') ?? '';
  print({ received: type, rcpt, headers: Object.fromEntries(headers) });
  if (!type.endsWith('.REQ')) return;
  await pause();
  await answer(headers, type, rcpt);
  if (type !== 'MM4_forward.REQ' || script.status !== undefined || script.reports !== true) return;
  for (const recipient of rcpt) {
    await pause();
    if (isYes(headers, 'x-mms-delivery-report')) await report(headers, recipient, 'delivery');
    await pause();
    if (isYes(headers, 'x-mms-read-reply')) await report(headers, recipient, 'read');
  }
}

async function answer(headers: Headers, type: string, rcpt: readonly string[]): Promise<void> {
  if (!isYes(headers, 'x-mms-ack-request')) return;
  const { onlyFor = '' } = script;
  const forward = type === 'MM4_forward.REQ' && rcpt.some((address) => address.startsWith(onlyFor));
  const to = headers.get('x-mms-originator-system') ?? headers.get('sender') ?? '';
  await send(system, to, [
    ['From', system],
    ['Sender', system],
    ['To', to],
    ['X-Mms-3GPP-MMS-Version', '6.10.0'],
    ['X-Mms-Message-Type', type.replace('.REQ', '.RES')],
    ['X-Mms-Transaction-ID', headers.get('x-mms-transaction-id') ?? ''],
    ['X-Mms-Message-ID', headers.get('x-mms-message-id') ?? ''],
    ['X-Mms-Request-Status-Code', forward ? (script.status ?? 'Ok') : 'Ok'],
    ...(forward && script.statusText !== undefined
      ? [['X-Mms-Status-Text', script.statusText] as const]
      : []),
  ]);
}

async function report(headers: Headers, recipient: string, kind: 'delivery' | 'read'): Promise<void> {
  const sender = headers.get('from') ?? '';
  const delivery = kind === 'delivery';
  await send(system, sender, [
    ['From', recipient],
    ['Sender', system],
    ['To', sender],
    ['X-Mms-3GPP-MMS-Version', '6.10.0'],
    ['X-Mms-Message-Type', delivery ? 'MM4_delivery_report.REQ' : 'MM4_read_reply_report.REQ'],
    ['X-Mms-Transaction-ID', `"${script.name}-${kind}-${count}"`],
    ['X-Mms-Message-ID', headers.get('x-mms-message-id') ?? ''],
    ['X-Mms-Ack-Request', 'Yes'],
    delivery ? ['X-Mms-MM-Status-Code', 'Retrieved'] : ['X-Mms-Read-Status', 'Read'],
  ]);
}

/** One PDU, one connection: requests and answers never share one. */
async function send(
  from: string,
  to: string,
  headers: readonly (readonly [string, string])[],
): Promise<void> {
  const [host = '', port = '25'] = script.engine.split(':');
  count += 1;
  const lines = [
    `Message-ID: <${count}.${Date.now()}@${script.domain}>`,
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    '',
  ];
  const transport = createTransport({
    host,
    port: Number(port),
    localAddress: script.host,
    ignoreTLS: true,
    name: script.domain,
  });
  const info = await transport.sendMail({ envelope: { from, to }, raw: lines.join('\r\n') });
  const type = headers.find(([name]) => name === 'X-Mms-Message-Type')?.[1];
  print({ sent: type, to, reply: info.response });
}

function headersOf(mail: string): Headers {
  const end = mail.indexOf('\r\n\r\n');
  const block = (end < 0 ? mail : mail.slice(0, end)).replace(/\r\n[ \t]+/g, ' ');
  return new Map(
    block.split('\r\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}

function isYes(headers: Headers, name: string): boolean {
  return headers.get(name)?.toLowerCase() === 'yes';
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, script.delay ?? 0));
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify({ partner: script.name, ...line })}\n`);
}
