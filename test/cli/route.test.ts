import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { positionOf } from '../../adapters/config/position.ts';
import { configurationFile, mm4, temporaryDirectory } from './support.ts';

const { file } = configurationFile(8080);
const route = (...args: string[]) => mm4(['route', ...args, '--config', file]);

describe('a dry run of routing', () => {
  it('tells every step and the outcome', async () => {
    const [allowed, refused, own, fixed, mine, none] = await Promise.all([
      route('+447700900201', '--from', 'op-a'),
      route('+447700900101', '--from', 'op-b'),
      route('+447700900401', '--from', 'op-b'),
      route('+447700900101', '--from', 'op-a', '--account', 'op-a-bulk'),
      route('+447700900101', '--sender', '+447700900401'),
      route('+15550001', '--from', 'op-a'),
    ]);
    assert.deepEqual(allowed, {
      status: 0,
      stderr: '',
      stdout: [
        '+447700900201 (plmn) from op-a (127.0.0.1)',
        '  mask +4477009002* -> op-b-out: taken',
        'it goes to op-b by op-b-out',
        '',
      ].join('\n'),
    });
    assert.equal(refused.status, 3);
    assert.match(
      refused.stdout,
      /mask \+4477009001\* -> op-a-out: the partner has no transit right to it\n.*grant it under `transit`.*\nit goes nowhere\n$/,
    );
    assert.match(own.stdout, /-> Direct: taken\nit is for an own subscriber/);
    assert.match(
      fixed.stdout,
      /from op-a \(op-a-bulk\)\n {2}fixed routing of the VASP entry -> op-b-out: taken\n/,
    );
    assert.match(mine.stdout, /from an own subscriber\n.*\nit goes to op-a by op-a-out\n$/);
    assert.match(none.stdout, /refused: no mask matches, and there is no default route\nit goes nowhere\n$/);
  });

  it('knows the sender that a VASP entry gives its messages', async () => {
    const shop = join(temporaryDirectory(), 'shop.yaml');
    const text = readFileSync(file, 'utf8')
      .replace('account: 127.0.0.1,', '$& senderAddress: "60300", allowSenderOverride: false,')
      .replace('- account: op-b-out', '$&\n        senderAddress: "60300"');
    writeFileSync(shop, text);
    const args = ['route', '+15550001', '--from', 'op-a', '--sender', '+447700900101', '--config', shop];
    const { stdout } = await mm4(args);
    assert.match(
      stdout,
      /Default Sender Address is the sender -> op-b-out: taken\nit goes to op-b by op-b-out\n$/,
    );
  });

  it('says who is not known', async () => {
    const [partner, account, number] = await Promise.all([
      route('+447700900201', '--from', 'op-x'),
      route('+447700900201', '--from', 'op-a', '--account', 'x'),
      route(),
    ]);
    assert.deepEqual(
      [partner.status, partner.stderr],
      [3, 'mm4: there is no partner op-x; there are op-a, op-b\n'],
    );
    assert.deepEqual(
      [account.status, account.stderr],
      [3, 'mm4: op-a has no VASP entry x; its entries: 127.0.0.1, op-a-bulk\n'],
    );
    assert.equal(number.status, 2);
  });
});

describe('the place of a key', () => {
  const text =
    'node: { name: a }\npartners:\n  - name: x\n  - name: y\n    routes:\n      - account: r\n        rate: 5/s\n';

  it('is its line, or that of what it belongs to', () => {
    assert.deepEqual(positionOf(text, 'partners[1].routes[0].rate'), { line: 7, isWritten: true });
    assert.deepEqual(positionOf(text, 'partners[1].routes[0].retry'), { line: 6, isWritten: false });
    assert.deepEqual(positionOf(text, 'partners[0].name'), { line: 3, isWritten: true });
    assert.deepEqual(positionOf(text, 'limits.expiry'), { line: 1, isWritten: false });
    assert.equal(positionOf('a: [', 'a').isWritten, false);
  });
});
