import assert from 'node:assert/strict';
import { test } from 'node:test';

import { blockContains, blocksOverlap, isLoopback, parseIp, parseIpBlock } from '../../domain/routing/ip.ts';

test('addresses are read in every form they come in', () => {
  const cases: [text: string, octets: number[] | null][] = [
    ['192.0.2.10', [192, 0, 2, 10]],
    ['::ffff:10.1.2.3', [10, 1, 2, 3]],
    ['::FFFF:0a01:0203', [10, 1, 2, 3]],
    ['::1', [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
    ['2001:db8::7', [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7]],
    ['fe80::1%eth0', [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
    ['1:2:3:4:5:6:7:8', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
    ['::', new Array<number>(16).fill(0)],
    ['192.0.2', null],
    ['192.0.2.256', null],
    ['192.0.2.010', null],
    ['1:2:3:4:5:6:7', null],
    ['1::2::3', null],
    ['1:2:3:4:5:6:7::8', null],
    ['12345::', null],
    ['10.1.2.3::', null],
    ['op-a', null],
    ['', null],
  ];
  for (const [text, octets] of cases) assert.deepEqual(parseIp(text), octets, text);
});

test('blocks contain the addresses they should', () => {
  const cases: [block: string, address: string, contained: boolean][] = [
    ['192.0.2.10', '192.0.2.10', true],
    ['192.0.2.10', '192.0.2.11', false],
    ['192.0.2.16/28', '192.0.2.31', true],
    ['192.0.2.16/28', '192.0.2.32', false],
    ['192.0.2.20/28', '192.0.2.17', true],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['198.51.100.*', '198.51.100.200', true],
    ['198.51.*', '198.51.7.7', true],
    ['198.51.*.*', '198.52.7.7', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['::ffff:10.0.0.0/104', '10.1.2.3', true],
    ['::ffff:10.0.0.0/104', '11.1.2.3', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/33', '2001:db8:ffff::1', false],
    ['2001:db8:*', '2001:db8:1::', true],
  ];
  for (const [text, address, contained] of cases) {
    const block = parseIpBlock(text);
    const ip = parseIp(address);
    assert.ok(block !== null && ip !== null, text);
    assert.equal(blockContains(block, ip), contained, `${address} in ${text}`);
  }
});

test('what is not a block is refused', () => {
  const wrong = [
    '192.0.2.0/33',
    '192.0.2.0/',
    '192.0.2.0/2/3',
    '192.0.2',
    '*',
    '198.*.100.*',
    '198.51.10*',
    '::/129',
    '::ffff:1.2.3.4/95',
    '2001::*',
    '1.2.3.4.*',
    'x/8',
  ];
  for (const text of wrong) assert.equal(parseIpBlock(text), null, text);
});

test('blocks overlap when one contains the other', () => {
  const cases: [a: string, b: string, overlap: boolean][] = [
    ['192.0.2.16/28', '192.0.2.20', true],
    ['192.0.2.20', '192.0.2.*', true],
    ['192.0.2.16/28', '192.0.2.32/28', false],
    ['10.0.0.0/8', '2001:db8::/32', false],
  ];
  for (const [a, b, overlap] of cases) {
    const [blockA, blockB] = [parseIpBlock(a), parseIpBlock(b)];
    assert.ok(blockA !== null && blockB !== null);
    assert.equal(blocksOverlap(blockA, blockB), overlap, `${a} and ${b}`);
    assert.equal(blocksOverlap(blockB, blockA), overlap, `${b} and ${a}`);
  }
});

test('loopback addresses', () => {
  for (const text of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])
    assert.ok(isLoopback(parseIp(text)!), text);
  for (const text of ['0.0.0.0', '::', '128.0.0.1', '::2']) assert.ok(!isLoopback(parseIp(text)!), text);
});
