import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { RawClient } from '../smtp-in/raw-client.ts';
import type { PeerStep, Script } from '../support/scripted-peer.ts';
import { until } from '../support/until.ts';
import { interconnect, onTheWire, partners, type Interconnect, type Sendable } from './interconnect.ts';
import { bodyOf, forward, header, numberOf, typeOf } from './pdus.ts';

const endings = ['end', 'reset'] as const;

// ---------------------------------------------------------------- the sender's line drops

type Approach = (client: RawClient, pdu: Sendable) => Promise<void>;

const command =
  (upTo: number): Approach =>
  async (client, { mailFrom, rcptTo: [rcptTo = ''] }) => {
    const lines = [`EHLO ${partners.a.domain}`, `MAIL FROM:<${mailFrom}>`, `RCPT TO:<${rcptTo}>`, 'DATA'];
    for (const line of lines.slice(0, upTo)) assert.match(await client.say(line), /^[23]/);
  };

const content =
  (share: (wire: Buffer) => number): Approach =>
  async (client, pdu) => {
    await command(4)(client, pdu);
    const wire = onTheWire(pdu.content);
    client.send(wire.subarray(0, share(wire)));
  };

const beforeTheDot: Readonly<Record<string, Approach>> = {
  connect: command(0),
  EHLO: command(1),
  MAIL: command(2),
  RCPT: command(3),
  DATA: command(4),
  'the middle of the head': content(() => 200),
  'the middle of the body': content((wire) => wire.length - 1_000),
  'all but the dot': content((wire) => wire.length - 3),
  'the dot without its line end': content((wire) => wire.length - 2),
  'half of its line end': content((wire) => wire.length - 1),
};

test('a line that drops before the final dot leaves nothing behind, and the repeat is the message', async (context) => {
  const hub = await interconnect(context);
  let count = 0;
  for (const [step, approach] of Object.entries(beforeTheDot)) {
    for (const ending of endings) {
      const messageId = `in-${(count += 1)}@mmsc.op-a.example`;
      const pdu = big(messageId);
      const client = await hub.connect('a');
      await approach(client, pdu);
      client[ending]();
      await client.closed();
      // Another mail goes through, so that what the drop left would be in the store by now.
      await sendForward(hub, `${messageId}.other`);
      assert.deepEqual(await hub.events(messageId), [], `after ${step}, ${ending}`);
      assert.match(await hub.send('a', pdu), /^250 /);
      await hub.eventually(messageId, 'ForwardSent');
      assert.equal(mailsOf(hub, messageId).length, 1, `after ${step}, ${ending}`);
    }
  }
  assert.deepEqual(await hub.all('refused-'), []);
  assert.ok(hub.engine.running);
});

test('a line that drops right after the final dot loses nothing, and the repeat is a duplicate', async (context) => {
  const hub = await interconnect(context);
  for (const ending of endings) {
    for (let count = 0; count < 5; count += 1) {
      const messageId = `after-dot-${ending}-${count}@mmsc.op-a.example`;
      const pdu = big(messageId);
      const client = await hub.connect('a');
      await content((wire) => wire.length)(client, pdu);
      // A reset overtakes what the other side has not read yet; wait for that.
      if (ending === 'reset') await until('it being read', () => client.waiting === 0);
      client[ending]();
      if (ending === 'end') await hub.eventually(messageId, 'Received');
      assert.match(await hub.send('a', pdu), /^250 /);
      const events = await hub.eventually(messageId, 'ForwardSent');
      assert.equal(events.filter(({ type }) => type === 'Received').length, 1);
      if (ending === 'end') assert.ok(events.some(({ type }) => type === 'DuplicateReceived'));
      assert.equal(mailsOf(hub, messageId).length, 1);
    }
  }
});

// ---------------------------------------------------------------- the partner's line drops

/** Drops the line once at the step that is set, and does as usual otherwise. */
interface Saboteur {
  readonly script: Script;
  at(step: PeerStep, how: 'close' | 'reset'): void;
}

function saboteur(): Saboteur {
  let planned: { readonly step: PeerStep; readonly how: 'close' | 'reset' } | null = null;
  const steps: readonly PeerStep[] = ['greeting', 'ehlo', 'mail', 'rcpt', 'data', 'body', 'dot'];
  const play = (step: PeerStep): { readonly then: 'close' | 'reset' } | undefined => {
    if (planned?.step !== step) return undefined;
    const { how } = planned;
    planned = null;
    return { then: how };
  };
  return {
    script: Object.fromEntries(steps.map((step) => [step, () => play(step)])),
    at: (step, how) => {
      planned = { step, how };
    },
  };
}

/** What a drop at the step leaves in the message's stream before the attempt that succeeds. */
const consequences: Partial<Record<PeerStep, RegExp>> = {
  // Facts about the line: the message has no part in it.
  greeting: /^Received Routed ForwardStarted ForwardSent$/,
  ehlo: /^Received Routed ForwardStarted ForwardSent$/,
  mail: /^Received Routed ForwardStarted ForwardDeferred ForwardStarted ForwardSent$/,
  rcpt: /^Received Routed ForwardStarted ForwardDeferred ForwardStarted ForwardSent$/,
  data: /^Received Routed ForwardStarted ForwardDeferred ForwardStarted ForwardSent$/,
  // The dot was written before the drop was seen, or not.
  body: /^Received Routed ForwardStarted Forward(Deferred|OutcomeUnknown) ForwardStarted ForwardSent$/,
  dot: /^Received Routed ForwardStarted ForwardOutcomeUnknown ForwardStarted ForwardSent$/,
};

test('a partner that drops the line gets the message later, with the same ids', async (context) => {
  const b = saboteur();
  const hub = await interconnect(context, { scripts: { b: b.script } });
  for (const [step, expected] of Object.entries(consequences) as [PeerStep, RegExp][]) {
    for (const how of ['close', 'reset'] as const) {
      await withoutSessions(hub, 'b');
      b.at(step, how);
      const messageId = `out-${step}-${how}@mmsc.op-a.example`;
      assert.match(await hub.send('a', big(messageId)), /^250 /);
      const events = await hub.eventually(messageId, 'ForwardSent');
      assert.match(events.map(({ type }) => type).join(' '), expected, `${step}, ${how}`);
      const claims = events.filter((event) => event.type === 'ForwardStarted');
      assert.equal(new Set(claims.map((claim) => claim.transactionId)).size, 1);
      assert.equal(new Set(claims.map((claim) => claim.rfcMessageId)).size, 1);
      const mails = mailsOf(hub, messageId);
      assert.equal(mails.length, step === 'dot' ? 2 : 1, `${step}, ${how}`);
      for (const mail of mails) assert.ok(mail.equals(mails[0] ?? mail), 'the same octets, ids and all');
    }
  }
});

test('a partner whose policy is to hold is not sent a message again when its outcome is unknown', async (context) => {
  const b = saboteur();
  const hub = await interconnect(context, { scripts: { b: b.script }, route: ', onUnknownOutcome: hold' });
  b.at('dot', 'close');
  const messageId = 'held@mmsc.op-a.example';
  assert.match(await hub.send('a', big(messageId)), /^250 /);
  const events = await hub.eventually(messageId, 'ForwardOutcomeUnknown');
  assert.ok(events.some((event) => event.type === 'ForwardOutcomeUnknown' && event.then === 'hold'));
  await sendForward(hub, 'after-held@mmsc.op-a.example');
  assert.equal(mailsOf(hub, messageId).length, 1);
});

test('a RES for which the line dropped is sent again, the same octets', async (context) => {
  const a = saboteur();
  const hub = await interconnect(context, { scripts: { a: a.script } });
  for (const step of ['greeting', 'ehlo', 'mail', 'rcpt', 'data', 'dot'] as const) {
    await withoutSessions(hub, 'a');
    a.at(step, 'close');
    const messageId = `res-${step}@mmsc.op-a.example`;
    await sendForward(hub, messageId, true);
    await hub.eventually(messageId, 'AckSent');
    const answers = hub.peers.a.mails.filter(
      ({ content: mail }) => header(mail, 'X-Mms-Message-ID') === `"${messageId}"`,
    );
    assert.equal(answers.length, step === 'dot' ? 2 : 1, step);
    for (const { content: answer } of answers) {
      assert.equal(typeOf(answer), 'MM4_forward.RES');
      assert.deepEqual(answer, answers[0]?.content);
    }
  }
});

/** So that the next message needs a new session, from the greeting on. */
async function withoutSessions(hub: Interconnect, name: 'a' | 'b'): Promise<void> {
  hub.peers[name].drop('close');
  await hub.peers[name].idle();
}

async function sendForward(hub: Interconnect, messageId: string, ack = false): Promise<void> {
  assert.match(await hub.send('a', forward({ from: 'a', to: [numberOf.b], messageId, ack })), /^250 /);
  await hub.eventually(messageId, 'ForwardSent');
}

/** Of more than one packet. */
function big(messageId: string): Sendable {
  const body = `\r\n${'All work and no play makes a dull picture.\r\n'.repeat(4_000)}`;
  return forward({ from: 'a', to: [numberOf.b], messageId, body });
}

/** The mails with this message that the partner saw to their end. */
function mailsOf(hub: Interconnect, messageId: string): readonly Buffer[] {
  return hub.peers.b.mails
    .map(({ content: mail }) => mail)
    .filter((mail) => header(mail, 'X-Mms-Message-ID') === `"${messageId}"` && bodyOf(mail).length > 0);
}
