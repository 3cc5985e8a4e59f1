/**
 * Two engines with subscribers of their own, and a scripted third partner. A subscriber of A sends a picture to two subscribers of B,
 * who fetch and read it, and to one at C, which answers late and says no. Then A's operator pauses B: three messages wait, `why`
 * explains, one is rerouted, B resumes. Prints the timelines of both sides; exits 1 if something expected is missing.
 */
import { conclude, mm4, openStage, picture, storedEvents, wrongEvents, type Stage } from './stage.ts';

const smtpPort = 25_261;
const apiOf = { a: 25_262, b: 25_263 } as const;
/** Both engines run on this machine, so that each sees the other come from here. */
const here = '127.0.0.1';

const anna = '+447700900101';
const [bob, beth] = ['+447700900201', '+447700900202'];
const carol = '+447700900301';

const engineA = (directory: string): string => `
node: { name: a, domains: [mmsc.a.example], dataDir: "${directory}/a" }
smtp: { listen: "127.0.0.2:${smtpPort}" }
http: { listen: "${here}:${apiOf.a}" }
subscribers: { masks: ["+4477009001*"] }
partners:
  - name: op-b
    domains: [mmsc.b.example]
    vasps: [{ account: ${here}, mm4AckRouting: op-b-out }]
    routes: [{ account: op-b-out, recipients: ["+4477009002*"], server: "127.0.0.3:${smtpPort}", domain: mmsc.b.example, maxRecipientsPerPdu: 10 }]
  - name: op-c
    domains: [mmsc.c.example]
    vasps: [{ account: 127.0.0.4, mm4AckRouting: op-c-out }]
    routes: [{ account: op-c-out, recipients: ["+4477009003*"], server: "127.0.0.4:${smtpPort}", domain: mmsc.c.example }]
`;

const engineB = (directory: string): string => `
node: { name: b, domains: [mmsc.b.example], dataDir: "${directory}/b" }
smtp: { listen: "127.0.0.3:${smtpPort}" }
http: { listen: "${here}:${apiOf.b}" }
subscribers: { masks: ["+4477009002*"] }
partners:
  - name: op-a
    domains: [mmsc.a.example]
    vasps: [{ account: ${here}, mm4AckRouting: op-a-out }]
    routes: [{ account: op-a-out, recipients: ["+4477009001*"], server: "127.0.0.2:${smtpPort}", domain: mmsc.a.example }]
`;

/** C refuses Carol's messages, late; what is rerouted to it it takes. */
const partnerC = {
  name: 'op-c',
  host: '127.0.0.4',
  port: smtpPort,
  engine: `127.0.0.2:${smtpPort}`,
  domain: 'mmsc.c.example',
  delay: 800,
  status: 'Error-content-not-accepted',
  statusText: 'no pictures for Carol',
  onlyFor: carol,
} as const;

const expectedAtA = [
  ['Received', 1],
  ['Routed', 3],
  ['ForwardSent', 2],
  ['AckReceived', 2],
  ['Delivered', 2],
  ['ReadReported', 2],
  ['DeliveryFailed', 1],
] as const;

const expectedAtB = [
  ['Received', 1],
  ['Routed', 2],
  ['Notified', 2],
  ['Delivered', 2],
  ['ReadReported', 2],
  ['ReportRelayed', 4],
  ['AckSent', 1],
  ['Closed', 1],
] as const;

interface Entry {
  readonly uid: string;
  readonly messageId: string;
  readonly state: string;
}

const mailbox = (side: keyof typeof apiOf, number: string): string =>
  `http://${here}:${apiOf[side]}/mailbox/${number.slice(1)}/messages`;

async function submit(to: readonly string[], subject: string): Promise<Entry> {
  const form = new FormData();
  for (const number of to) form.append('to', number);
  form.append('subject', subject);
  form.append('deliveryReport', 'true');
  form.append('readReply', 'true');
  form.append('parts', new Blob([picture], { type: 'image/png' }), 'harbour.png');
  form.append('parts', new Blob(['Greetings from the harbour\n'], { type: 'text/plain' }), 'greeting.txt');
  const response = await fetch(mailbox('a', anna), { method: 'POST', body: form });
  if (response.status !== 201) throw new Error(`submit: ${response.status} ${await response.text()}`);
  return (await response.json()) as Entry;
}

async function inbox(number: string): Promise<readonly Entry[]> {
  const { messages } = (await (await fetch(mailbox('b', number))).json()) as { messages: readonly Entry[] };
  return messages;
}

/** A subscriber of B fetches the picture and reads it. */
async function fetchAndRead(stage: Stage, number: string): Promise<void> {
  await stage.until(`a message for ${number}`, async () => (await inbox(number)).length > 0);
  const [entry] = await inbox(number);
  const at = `${mailbox('b', number)}/${entry?.uid ?? ''}`;
  const part = await fetch(`${at}/parts/2`);
  if (!Buffer.from(await part.arrayBuffer()).equals(picture)) throw new Error('another picture arrived');
  await fetch(`${at}/read`, { method: 'POST' });
}

function say(text: string): void {
  process.stdout.write(`\n--- ${text}\n`);
}

async function firstAct(stage: Stage, a: string, b: string): Promise<readonly string[]> {
  say('a subscriber of A sends a picture to two subscribers of B and to one at C');
  const { messageId } = await submit([bob, beth, carol], 'Harbour');
  await Promise.all([bob, beth].map((number) => fetchAndRead(stage, number)));
  const settled = (): boolean => wrongEvents(storedEvents(messageId, a), expectedAtA).length === 0;
  const tell = (error: unknown): void => void process.stderr.write(`${String(error)}\n`);
  await stage.until('everything at A', settled).catch(tell);
  const closed = (): boolean => wrongEvents(storedEvents(messageId, b), expectedAtB).length === 0;
  await stage.until('everything at B', closed).catch(tell);
  say('as A tells it');
  process.stdout.write(mm4('show', messageId, '--config', a));
  say('as B tells it');
  process.stdout.write(mm4('show', messageId, '--config', b));
  return [
    ...wrongEvents(storedEvents(messageId, a), expectedAtA),
    ...wrongEvents(storedEvents(messageId, b), expectedAtB),
  ];
}

async function secondAct(stage: Stage, a: string): Promise<readonly string[]> {
  say("A's operator pauses B; three messages wait");
  const inA = ['--config', a, '--by', 'ann'];
  process.stdout.write(mm4('pause', 'op-b', '--why', 'maintenance at B', ...inA));
  const sent: Entry[] = [];
  for (const subject of ['one', 'two', 'three']) sent.push(await submit([bob], subject));
  const [first, ...others] = sent;
  if (first === undefined) throw new Error('nothing was sent');
  say(`mm4 why ${first.messageId}`);
  const explained = mm4('why', first.messageId, '--config', a);
  process.stdout.write(explained);
  say('one is rerouted, then B resumes');
  process.stdout.write(
    mm4('reroute', first.messageId, '--to', 'op-c-out', '--why', 'B asked for it', '--yes', ...inA),
  );
  const before = (await inbox(bob)).length;
  process.stdout.write(mm4('resume', 'op-b', '--why', 'B is back', ...inA));
  await stage.until('the two others at B', async () => (await inbox(bob)).length === before + 2);
  await stage.until('the rerouted one at C', () =>
    storedEvents(first.messageId, a).some(({ type }) => type === 'AckReceived'),
  );
  say('the rerouted one, as A tells it');
  process.stdout.write(mm4('show', first.messageId, '--config', a));
  return [
    ...(explained.includes('op-b is paused by ann: maintenance at B') ? [] : ['why does not name the pause']),
    ...wrongEvents(storedEvents(first.messageId, a), [
      ['Rerouted', 1],
      ['ForwardSent', 1],
    ]),
    ...others.flatMap(({ messageId }) => wrongEvents(storedEvents(messageId, a), [['ForwardSent', 1]])),
  ];
}

async function play(stage: Stage): Promise<readonly string[]> {
  const a = stage.file('a.yaml', engineA(stage.directory));
  const b = stage.file('b.yaml', engineB(stage.directory));
  stage.engine(a);
  stage.engine(b);
  stage.partner(partnerC);
  await stage.until(
    'the start of engines and partner',
    () => stage.seen.filter(({ listening, msg }) => listening ?? msg === 'listening').length === 3,
  );
  return [...(await firstAct(stage, a, b)), ...(await secondAct(stage, a))];
}

const stage = openStage();
try {
  conclude(await play(stage), '\nboth sides tell the same story, and nothing expected is missing');
} finally {
  await stage.close();
}
