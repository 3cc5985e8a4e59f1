import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { ContentError, type ContentRef, type SendOutcome, type SmtpStep } from '../../domain/ports.ts';
import type { PeerStep, Play, Script } from '../support/scripted-peer.ts';
import { budget, dialogueOf, mailOf, recipient, send, setting, timeouts, until } from './support.ts';

/** What of an outcome a table can state. */
function gist(outcome: SendOutcome): string {
  switch (outcome.kind) {
    case 'sent':
      return `sent ${outcome.reply.code}`;
    case 'refused':
      return `refused at ${outcome.at} ${outcome.reply.code}`;
    case 'not-sent':
      return `not-sent at ${outcome.at}`;
    case 'unknown':
      return 'unknown';
  }
}

const oneByOne = ['8BITMIME', 'SIZE'];
const pipelined = ['PIPELINING', ...oneByOne];
const second = (play: Play) => (visit: number) => (visit === 1 ? play : undefined);
const others = ['+447700900457/TYPE=PLMN@mmsc.op-a.example', '+447700900458/TYPE=PLMN@mmsc.op-a.example'];
const twoRecipients = [recipient, ...others.slice(0, 1)];

interface Case {
  readonly script: Script;
  readonly rcptTo?: readonly string[];
  readonly expected: string;
  /** The line is still good. */
  readonly usable?: true;
}

const close: Play = { then: 'close' };
const reset: Play = { then: 'reset' };

const table: Record<string, Case> = {
  'all well': { script: {}, expected: 'sent 250', usable: true },
  'closed at MAIL': { script: { mail: close }, expected: 'not-sent at mail' },
  'reset at MAIL': { script: { mail: reset }, expected: 'not-sent at mail' },
  'half a reply to MAIL, then closed': {
    script: { mail: { say: '250-2.1.0 al', ...close } },
    expected: 'not-sent at mail',
  },
  'garbage at MAIL': {
    script: { mail: { say: 'HTTP/1.1 400 Bad Request\r\n' } },
    expected: 'not-sent at mail',
  },
  '354 at MAIL': { script: { mail: { say: '354 go on\r\n' } }, expected: 'not-sent at mail' },
  '451 at MAIL': {
    script: { mail: { say: '451 4.3.0 later\r\n' } },
    expected: 'refused at mail 451',
    usable: true,
  },
  '550 at MAIL': {
    script: { mail: { say: '550-5.7.1 you\r\n550 5.7.1 not\r\n' } },
    expected: 'refused at mail 550',
    usable: true,
  },
  '550 at MAIL, then closed': {
    script: { mail: { say: '550 5.7.1 no\r\n', ...close } },
    expected: 'refused at mail 550',
  },
  '421 at MAIL, but not closed': {
    script: { mail: { say: '421 4.3.2 bye\r\n' } },
    expected: 'refused at mail 421',
  },
  '501 at MAIL, then closed': {
    script: { mail: { say: '501 5.5.4 what?\r\n', ...close } },
    expected: 'refused at mail 501',
  },
  '421 at MAIL': {
    script: { mail: { say: '421 4.3.2 bye\r\n', ...close } },
    expected: 'refused at mail 421',
  },
  'closed at RCPT': { script: { rcpt: close }, expected: 'not-sent at rcpt' },
  'reset at RCPT': { script: { rcpt: reset }, expected: 'not-sent at rcpt' },
  '550 at RCPT': {
    script: { rcpt: { say: '550 5.1.1 no such\r\n' } },
    expected: 'refused at rcpt 550',
    usable: true,
  },
  'closed at the second RCPT': {
    script: { rcpt: second(close) },
    rcptTo: twoRecipients,
    expected: 'not-sent at rcpt',
  },
  '550 at the second RCPT': {
    script: { rcpt: second({ say: '550 5.1.1 no such\r\n' }) },
    rcptTo: twoRecipients,
    expected: 'sent 250',
    usable: true,
  },
  '421 at the second RCPT': {
    script: { rcpt: second({ say: '421 4.3.2 bye\r\n', ...close }) },
    rcptTo: twoRecipients,
    expected: 'refused at rcpt 421',
  },
  '550 and 450 at RCPT': {
    script: { rcpt: (visit) => ({ say: visit === 0 ? '550 5.1.1 no such\r\n' : '450 4.2.1 busy\r\n' }) },
    rcptTo: twoRecipients,
    expected: 'refused at rcpt 450',
    usable: true,
  },
  'closed at DATA': { script: { data: close }, expected: 'not-sent at data' },
  'reset at DATA': { script: { data: reset }, expected: 'not-sent at data' },
  '250 at DATA': { script: { data: { say: '250 what?\r\n' } }, expected: 'not-sent at data' },
  '451 at DATA': {
    script: { data: { say: '451 4.3.0 later\r\n' } },
    expected: 'refused at data 451',
    usable: true,
  },
  'closed after the final dot': { script: { dot: close }, expected: 'unknown' },
  'reset after the final dot': { script: { dot: reset }, expected: 'unknown' },
  'half a reply to the mail, then closed': {
    script: { dot: { say: '250 2.0.0 sto', ...close } },
    expected: 'unknown',
  },
  'half a refusal of the mail, then closed': {
    script: { dot: { say: '554-5.6.0 no\r\n', ...close } },
    expected: 'unknown',
  },
  'garbage after the final dot': { script: { dot: { say: '\x00\x01\r\n' } }, expected: 'unknown' },
  '354 after the final dot': { script: { dot: { say: '354 more\r\n' } }, expected: 'unknown' },
  '451 after the final dot': {
    script: { dot: { say: '451 4.3.0 later\r\n' } },
    expected: 'refused at final-dot 451',
    usable: true,
  },
  '554 after the final dot': {
    script: { dot: { say: '554 5.6.0 no\r\n' } },
    expected: 'refused at final-dot 554',
    usable: true,
  },
  '421 after the final dot': {
    script: { dot: { say: '421 4.3.2 bye\r\n', ...close } },
    expected: 'refused at final-dot 421',
  },
  '250 after the final dot, then closed': {
    script: { dot: { say: '250 2.0.0 ok\r\n', ...close } },
    expected: 'sent 250',
  },
};

for (const [offer, offers] of Object.entries({ 'one by one': oneByOne, pipelined })) {
  describe(`what became of a mail, ${offer}`, () => {
    for (const [name, { script, rcptTo, expected, usable }] of Object.entries(table)) {
      it(`${name}: ${expected}`, async (t) => {
        const { timers, session: open } = await setting(t, { script, offers });
        const session = await open();
        const outcome = await send(session, mailOf('hello\r\n', rcptTo && { rcptTo }));
        assert.equal(gist(outcome), expected);
        assert.deepEqual(timers.running, []);
        if (usable) assert.ok(session.usable);
        else await until(() => !session.usable);
      });
    }
  });
}

describe('time-outs', () => {
  const stalls: readonly (readonly [PeerStep, SmtpStep, string])[] = [
    ['mail', 'mail', 'not-sent at mail'],
    ['rcpt', 'rcpt', 'not-sent at rcpt'],
    ['data', 'data', 'not-sent at data'],
    ['dot', 'final-dot', 'unknown'],
  ];
  for (const [at, step, expected] of stalls) {
    for (const [name, milliseconds] of Object.entries({
      [`the time of ${step}`]: timeouts[step],
      'the budget': budget,
    })) {
      it(`${name} ends while the peer is silent at ${at}: ${expected}`, async (t) => {
        const { peer, timers, session: open } = await setting(t, { script: { [at]: { then: 'stall' } } });
        const session = await open();
        const outcome = send(session, mailOf('hello\r\n'));
        await peer.reached(at);
        await timers.armed(timeouts[step]);
        timers.fire(milliseconds);
        assert.equal(gist(await outcome), expected);
        assert.equal(session.usable, false);
        assert.deepEqual(timers.running, []);
      });
    }
  }

  it('a peer that reads no more lets the time of a block run out', async (t) => {
    const { timers, session: open } = await setting(t, {
      script: { body: { then: 'stall' } },
      offers: ['SIZE'],
    });
    const session = await open();
    const block = Buffer.alloc(1 << 20, 'x');
    let released = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield await Promise.resolve(block);
      } finally {
        released = true;
      }
    }
    const outcome = send(session, mailOf(null, { body: endless(), size: 1 << 30 }));
    await timers.armed(timeouts.body);
    timers.fire(timeouts.body);
    assert.equal(gist(await outcome), 'not-sent at body');
    assert.ok(released);
  });

  it('a body that never comes ends with the budget', async (t) => {
    const { peer, timers, session: open } = await setting(t);
    const session = await open();
    const never: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
    };
    const outcome = send(session, mailOf(null, { body: never }));
    await peer.reached('data');
    timers.fire(budget);
    assert.equal((await outcome).kind, 'not-sent');
    await peer.idle();
    assert.deepEqual(peer.mails, []);
  });
});

describe('before the final dot', () => {
  /** A first block that certainly leaves before the end, and then nothing. */
  async function* halfABody(): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(200_000, 'x');
    await new Promise(() => undefined);
  }
  const half = () => mailOf(null, { body: halfABody(), size: 1_000_000 });

  for (const how of ['close', 'reset'] as const) {
    it(`a ${how} within the body: not sent`, async (t) => {
      const { peer, session: open } = await setting(t, { script: { body: { then: how } } });
      const outcome = await send(await open(), half());
      assert.equal(gist(outcome), 'not-sent at body');
      assert.deepEqual(peer.mails, []);
    });
  }

  it('a refusal within the body is a refusal', async (t) => {
    const script: Script = {
      body: { say: '552 5.3.4 enough\r\n' },
      rcpt: second({ say: '550 5.1.1 no\r\n' }),
    };
    const { session: open } = await setting(t, { script });
    const session = await open();
    const outcome = await send(session, { ...half(), rcptTo: twoRecipients });
    assert.equal(gist(outcome), 'refused at body 552');
    assert.ok(outcome.kind === 'refused' && outcome.refused.length === 1);
    assert.equal(session.usable, false);
  });

  it('a 421 within the body is a reply', async (t) => {
    const { session: open } = await setting(t, {
      script: { body: { say: '421 4.3.2 bye\r\n', then: 'close' } },
    });
    assert.equal(gist(await send(await open(), half())), 'refused at body 421');
  });

  it('an acceptance before the end is not believed', async (t) => {
    const { session: open } = await setting(t, { script: { body: { say: '250 2.0.0 stored\r\n' } } });
    assert.equal(gist(await send(await open(), half())), 'not-sent at body');
  });

  it('is the last moment in which the caller may say no', async (t) => {
    const { peer, session: open } = await setting(t);
    const session = await open();
    let asked = 0;
    const outcome = await send(session, mailOf('hello\r\n'), () => ++asked === 0);
    assert.equal(gist(outcome), 'not-sent at final-dot');
    assert.equal(asked, 1);
    await peer.idle();
    assert.deepEqual(peer.mails, []);
    assert.match(dialogueOf(session).at(-1) ?? '', /header block \d+ octets, body 7 octets/);
  });

  it('a line that is broken in that very moment gets no dot', async (t) => {
    const { session: open } = await setting(t);
    const session = await open();
    const outcome = await send(session, mailOf('hello\r\n'), () => {
      session.quit();
      return true;
    });
    assert.equal(gist(outcome), 'not-sent at final-dot');
  });

  it('a caller that throws there is a mistake, and gets no dot either', async (t) => {
    const { peer, session: open } = await setting(t);
    const session = await open();
    const mistake = (): boolean => {
      throw new Error('a mistake');
    };
    await assert.rejects(send(session, mailOf('hello\r\n'), mistake), /a mistake/);
    await peer.idle();
    assert.deepEqual([peer.mails, session.usable], [[], false]);
  });

  it('a body that fails is never ended', async (t) => {
    const { peer, session: open } = await setting(t);
    const failure = { kind: 'damaged', ref: 'c1' as ContentRef, message: 'the seal is broken' } as const;
    async function* damaged(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('hello\r\n');
      await Promise.resolve();
      throw new ContentError(failure);
    }
    const session = await open();
    const outcome = await send(session, mailOf(null, { body: damaged(), size: 100 }));
    assert.ok(outcome.kind === 'not-sent');
    assert.deepEqual(outcome.content, failure);
    await peer.idle();
    assert.deepEqual(peer.mails, []);
    assert.equal(session.usable, false);
    assert.match(dialogueOf(session).at(-1) ?? '', /body 7 octets, broken off/);
  });

  it('a body that is shorter than announced is never ended', async (t) => {
    const { peer, session: open } = await setting(t);
    const outcome = await send(await open(), mailOf('hello\r\n', { size: 1_000 }));
    assert.equal(gist(outcome), 'not-sent at body');
    await peer.idle();
    assert.deepEqual(peer.mails, []);
  });
});

describe('recipients', () => {
  it('those that are accepted get the mail, the others are named with their replies', async (t) => {
    const script: Script = { rcpt: (visit) => (visit === 1 ? { say: '452 4.5.3 too many\r\n' } : undefined) };
    const { peer, session: open } = await setting(t, { script });
    const outcome = await send(await open(), mailOf('hello\r\n', { rcptTo: [recipient, ...others] }));
    assert.ok(outcome.kind === 'sent');
    assert.deepEqual(outcome.refused, [
      { address: others[0], reply: { code: 452, enhanced: '4.5.3', text: 'too many' } },
    ]);
    assert.deepEqual(outcome.reply, { code: 250, enhanced: '2.0.0', text: 'stored' });
    assert.equal(peer.mails.length, 1);
  });

  it('a refusal of DATA names the recipients that were refused before', async (t) => {
    const script: Script = {
      rcpt: second({ say: '550 5.1.1 no\r\n' }),
      data: { say: '451 4.3.0 later\r\n' },
    };
    const { session: open } = await setting(t, { script });
    const outcome = await send(await open(), mailOf('hello\r\n', { rcptTo: twoRecipients }));
    assert.ok(outcome.kind === 'refused');
    assert.deepEqual(
      outcome.refused.map(({ address }) => address),
      [others[0]],
    );
  });
});
