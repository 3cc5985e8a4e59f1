import * as E from 'fp-ts/lib/Either.js';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
  currentVersion,
  decodeEvent,
  decodeMetadata,
  decodeWith,
  encodeEvent,
  eventTypes,
  upcasters,
} from '../../domain/mms/codec.ts';
import type { MmsEvent } from '../../domain/mms/events.ts';
import type { Position, StoredEvent } from '../../domain/ports.ts';
import { goldenEvents } from './golden-events.ts';
import { digestOf, digests, goldenFiles, readGolden } from './golden.ts';

function stored(type: string, data: string, metadata = '{"v":1}'): StoredEvent {
  return { stream: 'mms-1', revision: 4, position: '1' as Position, id: 'e-1', type, data, metadata };
}

function read(event: StoredEvent, decode = decodeEvent): MmsEvent | string {
  return E.match(
    ({ message }: { readonly message: string }): MmsEvent | string => message,
    (decoded: MmsEvent) => decoded,
  )(decode(event));
}

function unreadable(event: StoredEvent, message: RegExp, decode = decodeEvent): void {
  const result = read(event, decode);
  assert.ok(typeof result === 'string', 'it was decoded');
  assert.match(result, message);
}

describe('golden events', () => {
  test('exist for every event type and each of its versions', () => {
    const expected = eventTypes.flatMap((type) =>
      Array.from({ length: currentVersion(type) }, (_, index) => `${type}.v${index + 1}.json`),
    );
    assert.deepEqual(goldenFiles(), expected.sort());
  });

  test('are as they were first written', () => {
    assert.deepEqual(Object.fromEntries(goldenFiles().map((name) => [name, digestOf(name)])), digests());
  });

  for (const name of goldenFiles()) {
    test(`${name} decodes`, () => {
      const { type, data, metadata } = readGolden(name);
      const event = stored(type, JSON.stringify(data), JSON.stringify(metadata));
      const decoded = read(event);
      assert.ok(typeof decoded !== 'string', `not read: ${JSON.stringify(decoded)}`);
      assert.deepEqual(decoded, goldenEvents[decoded.type]);
      assert.deepEqual(decodeMetadata(event), metadata);
      if (metadata.v === currentVersion(decoded.type))
        assert.equal(encodeEvent(decoded), JSON.stringify(data));
    });
  }
});

describe('an event that this program does not know', () => {
  test('by its type', () => {
    unreadable(
      stored('Teleported', '{}'),
      /^mms-1, revision 4: unknown event type Teleported; a newer version/,
    );
    unreadable(stored('toString', '{}'), /unknown event type/);
  });

  test('by its version', () => {
    unreadable(stored('Closed', '{}', '{"v":2}'), /Closed has version 2, this program knows 1; upgrade it/);
  });

  test('by nonsense in its data or metadata', () => {
    for (const data of ['', '{', 'null', '[]', '7']) unreadable(stored('Closed', data), /is damaged/);
    for (const metadata of ['', '{}', '{"v":0}', '{"v":1.5}', '{"v":"1"}', 'null']) {
      unreadable(stored('Closed', '{}', metadata), /is damaged/);
    }
  });
});

describe('upcasters', () => {
  /** A made-up history of `Attached`: version 1 said `who`, version 2 `by`, version 3 writes it in full. */
  const table = {
    ...upcasters,
    Attached: [
      ({ who, ...rest }: Readonly<Record<string, unknown>>) => ({ ...rest, by: who }),
      (data: Readonly<Record<string, unknown>>) => ({ ...data, by: `operator ${String(data['by'])}` }),
    ],
  };
  const decode = (event: StoredEvent) => decodeWith(table, event);
  const expected = { type: 'Attached', uid: 'u', by: 'operator ann' } as const;

  test('lead from any version to the current one, in steps', () => {
    assert.deepEqual(read(stored('Attached', '{"uid":"u","who":"ann"}', '{"v":1}'), decode), expected);
    assert.deepEqual(read(stored('Attached', '{"uid":"u","by":"ann"}', '{"v":2}'), decode), expected);
    assert.deepEqual(
      read(stored('Attached', '{"uid":"u","by":"operator ann"}', '{"v":3}'), decode),
      expected,
    );
  });

  test('do not lead from a version nobody knows', () => {
    unreadable(stored('Attached', '{}', '{\"v\":4}'), /has version 4, this program knows 3/, decode);
  });
});

test('the type is not in the data: it has a place of its own, and data cannot say another', () => {
  assert.equal(encodeEvent({ type: 'Closed' }), '{}');
  assert.deepEqual(read(stored('Closed', '{"type":"Delivered"}')), { type: 'Closed' });
});
