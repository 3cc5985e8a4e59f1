import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { controlMail, forwardMail } from '../mm4/support.ts';
import { configurationFile, mm4, temporaryDirectory } from './support.ts';

const { file: config } = configurationFile(8080);
const directory = temporaryDirectory();

function pduFile(name: string, mail: string): string {
  const file = join(directory, name);
  writeFileSync(file, mail, 'latin1');
  return file;
}

const body = '--b\r\n\r\nhello\r\n--b--\r\n';
const forward = pduFile('forward.eml', forwardMail({}, body));
const unversioned = pduFile('unversioned.eml', forwardMail({ 'X-Mms-3GPP-MMS-Version': null }, body));
const res = pduFile('res.eml', controlMail('MM4_forward.RES', { 'X-Mms-Request-Status-Code': 'Ok' }));

/** What `mm4 decode` prints of a file that came from this partner's domain for these recipients. */
async function decoded(file: string, partner: string, rcptTo: readonly string[]): Promise<Seen> {
  const envelope = ['--mail-from', `+447700900123/TYPE=PLMN@mmsc.${partner}.example`];
  for (const rcpt of rcptTo) envelope.push('--rcpt-to', rcpt);
  const { status, stdout } = await mm4(['decode', file, ...envelope, '--config', config]);
  assert.equal(status, 0);
  return JSON.parse(stdout) as Seen;
}

interface Seen {
  readonly outcome: string;
  readonly errors: readonly string[];
  readonly rcptReplies?: unknown;
  readonly deliverTo?: readonly string[];
  readonly response: { readonly channel: string; readonly smtpCode: number; readonly status?: string };
}

const own = '+447700900401/TYPE=PLMN@mmsc.own.example';
const ofOpB = '+447700900201/TYPE=PLMN@mmsc.op-b.example';
const ofOpA = '+447700900101/TYPE=PLMN@mmsc.op-a.example';

describe('decode with a configuration', () => {
  it('serves each recipient once, by the rights of the partner whose domain MAIL FROM has', async () => {
    const seen = await decoded(forward, 'op-a', [own, ofOpB, own, ofOpA]);
    assert.deepEqual(seen.deliverTo, ['+447700900401', '+447700900201']);
    assert.equal(seen.response.status, 'Ok');
    const refused = await decoded(forward, 'op-b', [ofOpA]);
    assert.deepEqual([refused.outcome, refused.response.status], ['reject', 'Error-service-denied']);
  });

  it('says what each refused RCPT is told', async () => {
    const malformed = '+44x/TYPE=PLMN@mmsc.own.example';
    const stranger = '+447700900401/TYPE=PLMN@elsewhere.example';
    const seen = await decoded(forward, 'op-a', [malformed, own, stranger]);
    assert.deepEqual(seen.rcptReplies, [
      { rcptTo: malformed, smtpCode: 553, enhanced: '5.1.3' },
      { rcptTo: stranger, smtpCode: 550, enhanced: '5.1.2' },
    ]);
    assert.deepEqual(seen.errors, ['malformed-recipient']);
    assert.deepEqual(seen.deliverTo, ['+447700900401']);
    const all = await decoded(forward, 'op-a', [malformed]);
    assert.deepEqual(all.response, { channel: 'SMTP', smtpCode: 553, enhanced: '5.1.3' });
  });

  it('tells the RCPT that is one too many to come again', async () => {
    const all = Array.from({ length: 101 }, (_, n) => `+44770090040${n}/TYPE=PLMN@mmsc.own.example`);
    const seen = await decoded(forward, 'op-a', all);
    assert.deepEqual(seen.rcptReplies, [{ rcptTo: all[100], smtpCode: 452, enhanced: '4.5.3' }]);
    assert.deepEqual([seen.outcome, seen.deliverTo?.length], ['accept', 100]);
  });

  it('reads strictly what a strict partner sends', async () => {
    const [lenient, strict] = [
      await decoded(unversioned, 'op-a', [own]),
      await decoded(unversioned, 'op-b', [own]),
    ];
    assert.deepEqual([lenient.outcome, lenient.errors], ['accept-with-warnings', []]);
    assert.deepEqual([strict.outcome, strict.errors], ['reject', ['missing-mandatory:version']]);
  });

  it('takes a RES for whomever it was mailed to', async () => {
    const seen = await decoded(res, 'op-b', ['system-user@mmsc.op-a.example']);
    assert.deepEqual([seen.outcome, seen.response], ['accept', { channel: 'none', smtpCode: 250 }]);
  });
});

describe('a preview', () => {
  it('says so where a mail is too much for the library', async () => {
    const file = pduFile('parts.eml', forwardMail({}, `${'--b\r\n\r\nx\r\n'.repeat(10_000)}--b--\r\n`));
    const { status, stdout, stderr } = await mm4(['decode', file, '--preview']);
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, /^mm4: no preview: .*; without --preview you see what the engine makes of it\n$/);
  });
});

describe('decode used wrongly', () => {
  it('says what is wrong, and its exit code is 2', async () => {
    const cases: readonly [readonly string[], RegExp][] = [
      [[], /name one FILE\nusage: mm4 decode/],
      [[forward, res], /name one FILE/],
      [[join(directory, 'nowhere.eml')], /ENOENT.*nowhere\.eml/],
      [[directory], /EISDIR/],
      [[forward, '--size', '1k'], /--size 1k: give a number of octets/],
      [[forward, '--arrived-at', 'soon'], /--arrived-at soon: give a date such as/],
      [[forward, '--config', join(directory, 'nowhere.yaml')], /the configuration cannot be read/],
      [[forward, '--odd'], /'--odd'.*\nusage: mm4 decode/s],
    ];
    for (const [args, complaint] of cases) {
      const { status, stdout, stderr } = await mm4(['decode', ...args]);
      assert.deepEqual([status, stdout], [2, ''], args.join(' '));
      assert.match(stderr, complaint);
    }
  });
});
