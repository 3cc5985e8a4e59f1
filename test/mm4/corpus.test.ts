import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { parseAddress } from '../../domain/mm4/address.ts';
import { decodePdu } from '../../domain/mm4/decode.ts';
import { expectationOf, type Expectation } from '../../domain/mm4/expectation.ts';
import { pduReader } from '../../domain/mm4/pdu-reader.ts';
import { judge } from '../../domain/mm4/verdict.ts';

interface CorpusFile {
  readonly file: string;
  readonly role?: string;
  readonly precondition?: string;
  readonly envelope: { mailFrom: string; rcptTo: string[]; mailParams?: { SIZE?: number } };
  readonly expect: Record<string, unknown>;
  readonly strict?: Record<string, unknown>;
}

const corpus = new URL('../corpus/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('manifest.json', corpus), 'utf8')) as {
  files: CorpusFile[];
};

/** Not a matter of the PDU alone: they need a stored message. */
const needsStore = ['matches', 'duplicateOf', 'refusedAt', 'note'];
const storeErrors = new Set(['duplicate', 'unknown-message']);

function decodeFile({ file, envelope, precondition }: CorpusFile, strict: boolean): Expectation {
  const reader = pduReader({ headerBytes: 65_536 });
  reader.push(readFileSync(new URL(file, corpus)));
  const read = reader.end();
  const clock = /arrival clock (\S+)/.exec(precondition ?? '')?.[1] ?? '2026-11-23T12:00:10Z';
  const arrivedAt = Date.parse(clock);
  const pdu = decodePdu({
    fields: read.fields,
    mime: read.mime,
    envelope,
    arrivedAt,
    strict,
  });
  const refusal = judge(pdu, {
    limits: { decodedContent: 307_200, wireSize: 446_464, forwardCounter: 10 },
    declaredSize: envelope.mailParams?.SIZE,
    wireSize: read.wireSize,
    decodedSize: read.mime.decodedSize,
    headTooLong: read.headTooLong,
    ownDomains: new Set(['mmsc.op-b.example', 'mms.mnc001.mcc001.gprs']),
  });
  const deliverTo = envelope.rcptTo.map((rcpt) => parseAddress(rcpt).value).filter(isSubscriber);
  return expectationOf({ pdu, rcptTo: envelope.rcptTo, arrivedAt, refusal, rcptReplies: [], deliverTo });
}

/** Ours by the context of the manifest. */
function isSubscriber(value: string): boolean {
  return /^\+4477009004\d\d$|^60300$/.test(value);
}

/** The keys that follow from the PDU, sets as sorted lists. */
function comparable(expectation: Expectation, withOutcome: boolean): Expectation {
  const entries = Object.entries(expectation)
    .filter(([key]) => !needsStore.includes(key))
    .filter(([key]) => withOutcome || !['outcome', 'response', 'errors', 'deliverTo'].includes(key))
    .map(([key, value]): [string, unknown] => {
      if (key === 'warnings' || key === 'errors') {
        return [key, (value as string[]).filter((word) => !storeErrors.has(word)).sort()];
      }
      if (key === 'response') {
        const { note: _note, ...response } = value as Record<string, unknown>;
        return [key, response];
      }
      return [key, value];
    });
  return JSON.parse(JSON.stringify(Object.fromEntries(entries))) as Expectation;
}

for (const entry of manifest.files) {
  const needsNoStore = !(entry.expect['errors'] as string[]).some((error) => storeErrors.has(error));

  test(`${entry.file} decodes to what its manifest entry expects`, () => {
    const expected = comparable(entry.expect, needsNoStore);
    const actual = comparable(decodeFile(entry, false), needsNoStore);
    for (const key of Object.keys(expected)) assert.deepEqual(actual[key], expected[key], key);
  });

  test(`${entry.file} decodes strictly to what its manifest entry expects`, () => {
    const expected = comparable({ ...entry.expect, ...entry.strict }, needsNoStore);
    const actual = comparable(decodeFile(entry, true), needsNoStore);
    for (const key of Object.keys(expected)) assert.deepEqual(actual[key], expected[key], key);
  });
}

test('the corpus is there', () => {
  assert.ok(manifest.files.length >= 24);
});
