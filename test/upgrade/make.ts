/**
 * Makes a fixture: `npm run fixtures:upgrade -- NAME`. The production engine on the stores of a new data directory, in virtual time, is
 * killed when its messages are in all states of states.ts. Needed whenever an event gets a new version or the store another schema;
 * the older fixtures stay as they are.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { SendOutcome } from '../../domain/ports.ts';
import { configuration, domainOf, numberOf, ownNumber, type PartnerName } from './configuration.ts';
import { fixtureFiles, fixturesIn } from './fixtures.ts';
import { forwardFrom, reportFrom, resFrom, type Wishes } from './pdus.ts';
import { ann, stage, type Stage } from './stage.ts';
import { stateOf, type OnWire } from './wire.ts';

const start = Date.UTC(2026, 10, 24, 12);
const second = 1_000;
const minute = 60 * second;

const refused = (code: number): SendOutcome => ({
  kind: 'refused',
  at: 'final-dot',
  reply: { code, text: code < 500 ? 'later' : 'never' },
  refused: [],
});
const unknown: SendOutcome = { kind: 'unknown', why: 'line lost after the final dot' };
const [toB, toC, toE, toF, toG] = (['op-b', 'op-c', 'op-e', 'op-f', 'op-g'] as const).map((partner) => [
  numberOf(partner),
]) as [string[], string[], string[], string[], string[]];

/** What becomes of a PDU the first time it is sent, the second time, and so on; taken, where nothing is said. */
const outcomes: Readonly<Record<string, readonly (() => SendOutcome | Promise<SendOutcome>)[]>> = {
  'MM4_forward.REQ claimed-and-in-hand': [() => new Promise(() => undefined)],
  'MM4_forward.REQ refused-for-now': [() => refused(451)],
  'MM4_forward.REQ outcome-unknown': [() => unknown],
  'MM4_forward.REQ outcome-unknown-and-held': [() => unknown],
  'MM4_forward.REQ rejected-by-SMTP': [() => refused(554)],
  'MM4_forward.REQ resent': [() => refused(554), () => refused(451)],
  'MM4_forward.REQ rerouted': [() => refused(451)],
  'MM4_forward.REQ refused-for-one-of-two': [
    () => ({
      kind: 'sent',
      reply: { code: 250, text: 'taken' },
      refused: [
        {
          address: `${numberOf('op-b', 2)}/TYPE=PLMN@mmsc.op-b.example`,
          reply: { code: 450, text: 'later' },
        },
      ],
    }),
  ],
  'MM4_forward.RES parked': [poison, poison, poison],
  'MM4_forward.RES closed': [() => refused(550)],
  'MM4_forward.RES answer-refused-for-now': [() => refused(451)],
  'MM4_delivery_report.REQ report-refused-for-now': [() => refused(451)],
  'MM4_read_reply_report.REQ closed': [() => refused(550)],
};

function poison(): never {
  throw new Error('a mistake of the programmer');
}

/** Of these, op-a does not answer the report. */
const unanswered = ['report-relayed', 'deferred-by-recipient'];

/** Plays until every message is where it has to be. */
async function play(directory: string): Promise<{ readonly stage: Stage; readonly stoppedAt: number }> {
  const downRoutes = new Set(['op-c-out', 'op-g-out']);
  const tries = new Map<string, number>();
  const world = await stage({
    directory,
    configuration,
    startsAt: start,
    run: 1,
    isDown: (route) => downRoutes.has(route),
    outcome: (pdu) => {
      const key = `${pdu.type} ${stateOf(pdu.messageId)}`;
      const tried = tries.get(key) ?? 0;
      tries.set(key, tried + 1);
      return outcomes[key]?.[tried]?.();
    },
    onTaken: (pdu) => {
      if (!pdu.type.endsWith('report.REQ') || unanswered.includes(stateOf(pdu.messageId))) return;
      world.time.timers.after(second, () => void res(pdu));
    },
  });
  const { time, engine } = world;

  const send = (partner: PartnerName, id: string, to: readonly string[], more: Partial<Wishes> = {}) =>
    world.mail(partner, forwardFrom(partner, { id, to, ...more }));
  const res = ({ to, type, transactionId, messageId }: OnWire, status = 'Ok', name = messageId) =>
    world.mail(to, resFrom(to, type.replace('.REQ', '.RES'), transactionId, name, status));
  /** The forward of this message that its partner has. */
  const forwardOf = (id: string): OnWire => {
    const sent = world.wire.find(
      ({ type, messageId }) => type === 'MM4_forward.REQ' && stateOf(messageId) === id,
    );
    assert.ok(sent !== undefined, `${id} was not sent`);
    return sent;
  };
  const report = (id: string, status: string, name = forwardOf(id).messageId) => {
    const { to, messageId, recipients } = forwardOf(id);
    const sender = numberOf(messageId.endsWith(domainOf('op-a')) ? 'op-a' : 'op-d');
    return world.mail(
      to,
      reportFrom(to, { messageId: name, recipient: recipients[0] ?? '', sender }, status),
    );
  };
  const operate = async (act: 'hold' | 'release' | 'drop', id: string): Promise<void> => {
    await engine.operator.perform({ do: act, what: { id: `${id}@${domainOf('op-a')}` } }, ann);
  };

  // What needs time to come where it should.
  await send('op-a', 'closed', toB, { read: true });
  await send('op-a', 'closed-without-a-word', toC);
  await send('op-a', 'attached', toE);
  await send('op-d', 'reopened', toB, { report: false });
  await send('op-a', 'RES-timed-out', toB);
  await send('op-d', 'expired', toG);
  await send('op-a', 'parked', toC);
  await time.pass(10 * second);
  for (const id of ['closed', 'reopened']) await res(forwardOf(id));
  await report('attached', 'Retrieved', `attached-there@${domainOf('op-e')}`);
  await time.pass(second);
  await res(forwardOf('attached'), 'Ok', `attached-there@${domainOf('op-e')}`);
  await report('closed', 'Retrieved');
  await time.pass(10 * second);
  await report('closed', 'Read');
  await operate('drop', 'closed-without-a-word');
  await time.pass(2 * minute);
  downRoutes.add('op-d-out');
  await time.pass(13 * minute);

  // The rest, within the minute that an orphan of op-e's waits for its name.
  await send('op-a', 'accepted', toC);
  for (const id of ['claimed-and-in-hand', 'refused-for-now', 'outcome-unknown', 'refused-for-now-by-RES'])
    await send('op-a', id, toB);
  await send('op-a', 'outcome-unknown-and-held', toF);
  await send('op-a', 'refused-for-one-of-two', [...toB, numberOf('op-b', 2)], { report: false });
  await send('op-a', 'held-by-operator', toC);
  await send('op-a', 'released', toC);
  await send('op-a', 'rerouted', toC);
  await send('op-a', 'resent', toB);
  for (const id of [
    'sent',
    'acknowledged',
    'deferred-by-recipient',
    'report-refused-for-now',
    'report-relayed',
  ])
    await send('op-a', id, toB);
  await send('op-a', 'answer-refused-for-now', toB, { report: false });
  await send('op-d', 'answer-owed', toB, { report: false });
  for (const id of ['report-owed', 'rejected-by-RES', 'rejected-by-SMTP']) await send('op-d', id, toB);
  await send('op-a', 'notified', [ownNumber]);
  await send('op-d', 'fetched', [ownNumber]);
  await send('op-a', 'variant', toB);
  await send('op-a', 'variant', toC, { body: 'Something else' });
  await send('op-a', 'renamed', toE);
  await send('op-d', 'refused', toB, { counter: 11 });
  await send('op-d', 'reopened', toB, { report: false });
  const nobody = {
    messageId: `orphan@${domainOf('op-d')}`,
    recipient: numberOf('op-d'),
    sender: numberOf('op-a'),
  };
  await world.mail('op-d', reportFrom('op-d', nobody, 'Retrieved'));
  await time.pass(5 * second);

  await engine.operator.pause('op-f', time.clock.now() + 60 * minute, ann);
  await send('op-a', 'partner-paused', toF);
  for (const id of ['acknowledged', 'deferred-by-recipient', 'report-refused-for-now', 'report-relayed'])
    await res(forwardOf(id));
  for (const id of ['answer-owed', 'report-owed']) await res(forwardOf(id));
  await res(forwardOf('refused-for-now-by-RES'), 'Error-network-problem');
  await res(forwardOf('rejected-by-RES'), 'Error-service-denied');
  for (const id of ['report-refused-for-now', 'report-relayed', 'report-owed']) await report(id, 'Retrieved');
  await report('deferred-by-recipient', 'Deferred');
  await report('renamed', 'Retrieved', `renamed-there@${domainOf('op-e')}`);
  await world.fetch(`fetched@${domainOf('op-d')}`);
  for (const id of ['held-by-operator', 'released']) await operate('hold', id);
  await operate('release', 'released');
  const toRoute = { do: 'reroute', to: 'op-b-out', evenIfSent: false } as const;
  await engine.operator.perform({ ...toRoute, what: { id: `rerouted@${domainOf('op-a')}` } }, ann);
  const again = { do: 'resend', evenIfSent: false } as const;
  await engine.operator.perform({ ...again, what: { id: `resent@${domainOf('op-a')}` } }, ann);
  await time.pass(15 * second);
  return { stage: world, stoppedAt: time.clock.now() };
}

async function make(name: string): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'mm4-upgrade-'));
  const { stage: world, stoppedAt } = await play(directory);
  await world.kill();
  const target = join(fixturesIn, name);
  mkdirSync(target);
  writeFileSync(join(target, 'configuration.yaml'), configuration);
  writeFileSync(join(target, 'fixture.json'), `${JSON.stringify({ stoppedAt }, null, 2)}\n`);
  for (const file of fixtureFiles)
    cpSync(join(directory, file), join(target, 'store', file), { recursive: true });
  rmSync(directory, { recursive: true });
  process.stdout.write(`${target}\n`);
}

const [, , name] = process.argv;
if (name === undefined || !/^[\w-]+$/.test(name)) {
  process.stderr.write('usage: npm run fixtures:upgrade -- NAME\n');
  process.exitCode = 2;
} else {
  await make(name);
}
