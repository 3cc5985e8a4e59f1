/**
 * One engine and three partners, processes of their own, with real SMTP. A sends a picture to two recipients at B, which answers late
 * and reports retrieval and reading, and to one at C, which refuses. Prints the message's timeline; exits 1 if an event or PDU is missing.
 */
import type { PartnerScript } from './partner.ts';
import { conclude, mm4, openStage, picture, storedEvents, wrongEvents, type Stage } from './stage.ts';

const enginePort = 25_250;
const partnerPort = 25_251;
const id = 'harbour-1@mmsc.op-a.example';

const partner = (name: string, host: string, recipients: string): string => `
  - name: ${name}
    domains: [mmsc.${name}.example]
    transit: ${name === 'op-a' ? '[op-b-out, op-c-out]' : '[op-a-out]'}
    vasps: [{ account: ${host}, mm4AckRouting: ${name}-out }]
    routes: [{ account: ${name}-out, recipients: ["${recipients}"], server: "${host}:${partnerPort}", domain: mmsc.${name}.example }]`;

const configuration = (directory: string): string => `
node: { name: hub, domains: [mmsc.hub.example], dataDir: "${directory}/data" }
smtp: { listen: "127.0.0.1:${enginePort}" }
http: { listen: "127.0.0.1:${enginePort + 10}" }
subscribers: { masks: ["+4477009009*"] }
partners:${partner('op-a', '127.0.0.2', '+4477009001*')}${partner('op-b', '127.0.0.3', '+4477009002*')}${partner('op-c', '127.0.0.4', '+4477009003*')}
`;

const scripts: readonly Omit<PartnerScript, 'port' | 'engine'>[] = [
  { name: 'op-a', host: '127.0.0.2', domain: 'mmsc.op-a.example' },
  { name: 'op-b', host: '127.0.0.3', domain: 'mmsc.op-b.example', delay: 400, reports: true },
  {
    name: 'op-c',
    host: '127.0.0.4',
    domain: 'mmsc.op-c.example',
    status: 'Error-content-not-accepted',
    statusText: 'no pictures here',
  },
];

/** Each PDU as it must have crossed the wire: who saw it come or sent it, which, how often. */
const expectedPdus: readonly [partner: string, way: 'received' | 'sent', type: string, times: number][] = [
  ['op-b', 'received', 'MM4_forward.REQ', 2],
  ['op-c', 'received', 'MM4_forward.REQ', 1],
  ['op-a', 'received', 'MM4_forward.RES', 1],
  ['op-b', 'sent', 'MM4_forward.RES', 2],
  ['op-c', 'sent', 'MM4_forward.RES', 1],
  ['op-b', 'sent', 'MM4_delivery_report.REQ', 2],
  ['op-b', 'received', 'MM4_delivery_report.RES', 2],
  ['op-a', 'received', 'MM4_delivery_report.REQ', 3],
  ['op-a', 'sent', 'MM4_delivery_report.RES', 3],
  ['op-b', 'sent', 'MM4_read_reply_report.REQ', 2],
  ['op-b', 'received', 'MM4_read_reply_report.RES', 2],
  ['op-a', 'received', 'MM4_read_reply_report.REQ', 2],
  ['op-a', 'sent', 'MM4_read_reply_report.RES', 2],
];

const expectedEvents = [
  ['Received', 1],
  ['Routed', 3],
  ['ForwardStarted', 3],
  ['ForwardSent', 3],
  ['AckReceived', 3],
  ['Delivered', 2],
  ['DeliveryFailed', 1],
  ['ReadReported', 2],
  ['ReportRelayed', 5],
  ['ReportAckReceived', 5],
  ['AckSent', 5],
  ['Closed', 1],
] as const;

function countPdus({ seen }: Stage, [name, way, type]: (typeof expectedPdus)[number]): number {
  return seen.filter((line) => line.partner === name && line[way] === type).length;
}

function wrongPdus(stage: Stage): readonly string[] {
  return expectedPdus
    .filter((expected) => countPdus(stage, expected) !== expected[3])
    .map(
      (expected) =>
        `${expected[0]} ${expected[1]} ${countPdus(stage, expected)} ${expected[2]}, expected ${expected[3]}`,
    );
}

/** A partner's user sends it, through `mm4 send`. */
function send(stage: Stage): string {
  const files = [
    stage.file('harbour.png', picture),
    stage.file('greeting.txt', 'Greetings from the harbour\n'),
  ];
  const numbers = ['+447700900201', '+447700900202', '+447700900301'];
  const recipients = numbers.flatMap((number) => ['--to', `${number}@mmsc.hub.example`]);
  const wishes = ['--id', id, '--subject', 'Harbour', '--ack', '--delivery-report', '--read-reply'];
  const where = ['--server', `127.0.0.1:${enginePort}`, '--bind', '127.0.0.2'];
  return mm4(
    'send',
    ...files,
    ...where,
    '--from',
    '+447700900101@mmsc.op-a.example',
    ...recipients,
    ...wishes,
  );
}

async function play(stage: Stage): Promise<readonly string[]> {
  const configFile = stage.file('config.yaml', configuration(stage.directory));
  stage.engine(configFile);
  for (const script of scripts) {
    stage.partner({ ...script, port: partnerPort, engine: `127.0.0.1:${enginePort}` });
  }
  await stage.until(
    'the start of engine and partners',
    () => stage.seen.filter(({ listening, msg }) => listening ?? msg === 'listening').length === 4,
  );
  process.stdout.write(send(stage));
  const tell = (error: unknown): void => void process.stderr.write(`${String(error)}\n`);
  await stage.until('every PDU', () => wrongPdus(stage).length === 0).catch(tell);
  // The last RES is recorded a moment after its sender saw the 250.
  const isClosed = (): boolean => storedEvents(id, configFile).some(({ type }) => type === 'Closed');
  await stage.until('the close', isClosed).catch(tell);
  process.stdout.write(`\n${mm4('show', id, '--config', configFile)}`);
  return [...wrongPdus(stage), ...wrongEvents(storedEvents(id, configFile), expectedEvents)];
}

const stage = openStage();
try {
  conclude(await play(stage), 'all six PDU types crossed the wire, and every expected event is there');
} finally {
  await stage.close();
}
