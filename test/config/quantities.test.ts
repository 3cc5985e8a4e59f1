import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import { parseListen, parseServer } from '../../adapters/config/endpoints.ts';
import {
  parseDuration,
  parseRate,
  parseRetry,
  parseSize,
  type Parse,
} from '../../adapters/config/quantities.ts';

function check<T>(parse: Parse<T>, right: readonly (readonly [string, T])[], wrong: readonly string[]): void {
  for (const [text, value] of right) assert.deepEqual(parse(text), E.right(value), text);
  for (const text of wrong) assert.ok(E.isLeft(parse(text)), `"${text}" was accepted`);
}

test('durations are milliseconds', () => {
  check(
    parseDuration,
    [
      ['500ms', 500],
      ['30s', 30_000],
      ['10m', 600_000],
      ['72h', 259_200_000],
      ['7d', 604_800_000],
      ['0s', 0],
      ['0', 0],
    ],
    [
      '',
      '5',
      '5 s',
      '-5s',
      '1.5h',
      '5M',
      '5w',
      '1h30m',
      '4000d',
      '999999999999999d',
      'constructor',
      '1constructor',
    ],
  );
});

test('sizes are octets', () => {
  check(
    parseSize,
    [
      ['300KiB', 307_200],
      ['2GiB', 2_147_483_648],
      ['1MB', 1_000_000],
      ['1kB', 1_000],
      ['17B', 17],
    ],
    ['', '300', '300K', '300 KiB', '-1MB', '999999999999999GiB'],
  );
});

test('rates are messages a second', () => {
  check(
    parseRate,
    [
      ['50/s', 50],
      ['30/m', 0.5],
      ['7200/h', 2],
      ['', null],
    ],
    ['50', '0/s', '/s', '50/d', '50 / s'],
  );
});

test('the last wait of a retry schedule repeats, others are counted', () => {
  const [m, h] = [60_000, 3_600_000];
  check(
    parseRetry,
    [
      ['1m, 2m, 5m*3, 1h*', { waits: [m, 2 * m, 5 * m, 5 * m, 5 * m, h] }],
      ['10s*', { waits: [10_000] }],
      ['1m,1h*', { waits: [m, h] }],
    ],
    ['', '1m', '1m, 1h', '1m*, 1h*', '1m, 1h*3', '1m*0, 1h*', '0s*', '1m,, 1h*', '1m**', '*', '1m*2000, 1h*'],
  );
});

test('a server has port 25 unless it says otherwise', () => {
  check(
    parseServer(25),
    [
      ['mmsc.op-a.example', { host: 'mmsc.op-a.example', port: 25 }],
      ['192.0.2.10:2525', { host: '192.0.2.10', port: 2525 }],
      ['[2001:db8::1]:2525', { host: '2001:db8::1', port: 2525 }],
      ['[2001:db8::1]', { host: '2001:db8::1', port: 25 }],
    ],
    [
      '',
      '2001:db8::1',
      '192.0.2.300',
      'host:0',
      'host:65536',
      'host:smtp',
      '[192.0.2.1]',
      'a b',
      'host.',
      'smtp://host',
    ],
  );
});

test('one listens on an address and a port', () => {
  check(
    parseListen,
    [
      ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
      ['[::]:25', { host: '::', port: 25 }],
      ['localhost:8080', { host: 'localhost', port: 8080 }],
    ],
    ['127.0.0.1', 'mmsc.example:25', ':25', '8080'],
  );
});
