import { memoryStore as memoryContent } from '../../adapters/content-memory/store.ts';
import { memoryStore } from '../../adapters/store-memory/store.ts';
import type { OpenWork } from '../../engine/context.ts';
import { startEngine, type Engine } from '../../engine/engine.ts';
import { memoryContext, receiving, type IncomingPdu } from '../support/memory-engine.ts';
import { virtualTime } from '../support/virtual-time.ts';
import { auditor } from './auditor.ts';
import { chance as chanceOf, type Chance } from './chance.ts';
import { faults as faultsOf, type Fault } from './faults.ts';
import { faultyContent, faultyStore, staleOpenWork } from './faulty.ts';
import { incarnation, type Fate, type Life } from './life.ts';
import { simulatedTransport } from './network.ts';
import { answering, domainOf, type PartnerName } from './partners.ts';
import { forwardReq, readPdu, sha256 } from './pdu.ts';

export interface Outcome {
  readonly seed: number;
  /** Empty: every promise held. */
  readonly problems: readonly string[];
  readonly faults: ReadonlyMap<Fault, number>;
  readonly crashes: number;
  readonly messages: number;
  readonly events: number;
}

const start = Date.UTC(2026, 10, 24, 12);
const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const messageCount = 25;
const chaosFor = hour;
/** Longer than any deadline, expiry and wait for reports together. */
const liveliness = 40 * hour;

const addresses: Readonly<Record<PartnerName, string>> = {
  'op-a': '192.0.2.1',
  'op-b': '192.0.2.2',
  'op-c': '192.0.2.3',
};
const numbers = [
  '+447700900201',
  '+447700900202',
  '+447700900203',
  '+447700900301',
  '+447700900302',
] as const;

const configuration = `
node: { name: sim, domains: [mmsc.hub.example] }
subscribers: { masks: ["+4477009009*"] }
partners:${(['op-a', 'op-b', 'op-c'] as const)
  .map((name, index) => {
    const settings = ['retry: "10s, 30s, 1m*"', 'deadline: 1h', 'ackTimeout: 10m', 'maxRecipientsPerPdu: 3'];
    const transit = ['op-a', 'op-b', 'op-c'].filter((other) => other !== name).map((other) => `${other}-out`);
    const unknown = name === 'op-c' ? 'onAckTimeout: resend' : 'onAckTimeout: leave';
    return `
  - name: ${name}
    domains: [${domainOf(name)}]
    transit: [${transit.join(', ')}]
    limits: { connections: 1000 }
    vasps: [{ account: ${addresses[name]}, mm4AckRouting: ${name}-out }]
    routes: [{ account: ${name}-out, recipients: ["+447700900${index + 1}*"], server: ${addresses[name]}, domain: ${domainOf(name)}, ${settings.join(', ')}, ${unknown}, maxConnections: 2 }]`;
  })
  .join('')}
`;

/**
 * A world from one seed: production engine, domain and projections on stores in memory, in virtual time, with scripted partners. First an
 * hour of chaos, then everything is healed, and then everything has to come to its end.
 */
export async function simulate(seed: number, only?: ReadonlySet<Fault>): Promise<Outcome> {
  const chance = chanceOf(seed);
  const faults = faultsOf(chanceOf(seed + 1_000_003), only);
  const time = virtualTime(start);
  const store = memoryStore();
  const audit = auditor(store);
  const failures: string[] = [];
  let current: { readonly life: Life; readonly engine: Engine } | null = null;
  let lives = 0;
  const after = (milliseconds: number, action: () => void): void =>
    void time.timers.after(milliseconds, action);

  const fate = (): Fate => {
    if (faults.happens('crashAtPort')) return chance.pick(['die-before', 'die-after']);
    return faults.happens('freezeAtPort') ? 'freeze' : 'live';
  };

  const { context } = memoryContext({
    configuration,
    store: faultyStore(store, faults, chance, time.timers),
    content: faultyContent(memoryContent(time.clock), faults),
    time,
    log: {
      info: () => undefined,
      warn: () => undefined,
      error: (fields, message) => {
        // Faults are logged as errors; a program that failed says so with a stack.
        if ('error' in fields && String(fields.error).includes('at '))
          failures.push(`${message}: ${String(fields.error)}`);
      },
    },
  });

  const transport = simulatedTransport(faults, chance, time.timers, (route, mail, body) => {
    const partner = route.replace(/-out$/, '') as PartnerName;
    const pdu = readPdu(mail, body);
    audit.arrived(partner, pdu);
    answer(partner, pdu);
  });

  /** The next incarnation begins when the last one is gone, or believed to be. */
  const live = async (): Promise<void> => {
    lives += 1;
    const life = incarnation(
      { ...context, transport, openWork: staleOpenWork(context.openWork, faults) },
      `sim-${lives}`,
      fate,
    );
    const next = (): void => {
      current = null;
      after(chance.between(1, 60) * second, () => void live());
    };
    void life.death.then(next);
    life.onFreeze(() => {
      // Somebody thinks it dead and starts another one; later it wakes up and knows of nothing.
      next();
      after(chance.between(1, 40) * minute, () => {
        life.thaw();
        after(10 * minute, life.die);
      });
    });
    try {
      const engine = await startEngine(life.context);
      if (life.isAlive && !life.isFrozen) current = { life, engine };
    } catch (error) {
      // The store could not be used at the start: somebody starts it again.
      if (!String(error).includes('cannot be read')) failures.push(`the start failed: ${String(error)}`);
      life.die();
    }
  };

  const deliver = (partner: PartnerName, pdu: IncomingPdu, taken: () => void = () => undefined): void => {
    const again = (): void => after(chance.between(5, 60) * second, () => deliver(partner, pdu, taken));
    const running = current;
    if (running === null || faults.happens('inboundCutBeforeDot')) return again();
    const lost = Promise.race([
      running.life.death,
      new Promise((resolve) => after(10 * minute, () => resolve(undefined))),
    ]);
    void Promise.race([receiving(running.engine)(addresses[partner], pdu), lost.then(() => null)]).then(
      (code) => {
        if (code === 250) taken();
        if (code === null || code < 300 ? code === null || faults.happens('inboundReplyLost') : code < 500)
          again();
      },
    );
  };
  const answer = answering(faults, chance, time.timers, deliver);

  void live();
  for (let index = 0; index < messageCount; index += 1) {
    after(chance.between(0, chaosFor), () =>
      submit(index, chance, deliver, faults.happens('idReused'), audit.taken),
    );
  }
  await time.pass(chaosFor);
  faults.heal();
  for (let passed = 0; passed < liveliness && !(await isOver(context.openWork)); passed += hour)
    await time.pass(hour);
  const problems = [...failures, ...(await audit.verdict())];
  const page = await store.readFeed(null, { prefixes: [''], max: 1 })();
  const events = page._tag === 'Right' ? Number((await lastPosition(store)) ?? 0) : 0;
  return { seed, problems, faults: faults.counts, crashes: lives - 1, messages: messageCount, events };
}

/** One of op-a's users sends something to somebody. */
function submit(
  index: number,
  chance: Chance,
  deliver: (partner: PartnerName, pdu: IncomingPdu, taken: () => void) => void,
  reusesId: boolean,
  taken: ReturnType<typeof auditor>['taken'],
): void {
  const from = { domain: domainOf('op-a'), number: '+447700900101' };
  const to = numbers.filter(() => chance.happens(400));
  const recipients = to.length === 0 ? [chance.pick(numbers)] : to;
  const body = `Hello ${index}, ${'x'.repeat(chance.between(0, 2_000))}\r\n`;
  const id = `m-${reusesId ? Math.max(0, index - 1) : index}`;
  const [ack, delivery, read] = [chance.happens(800), chance.happens(600), chance.happens(400)];
  const pdu = forwardReq(from, { id, to: recipients, body, ack, delivery, read });
  const forward = { messageId: `${id}@${from.domain}`, recipients, bodySha256: sha256(body), ack, delivery };
  deliver('op-a', pdu, () => taken(forward));
}

/** Nobody owes or awaits anything any more. */
async function isOver(openWork: OpenWork): Promise<boolean> {
  await openWork.whenCaughtUp();
  return (await openWork.waiting()).length === 0;
}

async function lastPosition(store: ReturnType<typeof memoryStore>): Promise<string | null> {
  const page = await store.readFeed(null, { prefixes: [''], max: 10_000_000 })();
  return page._tag === 'Right' ? page.right.next : null;
}
