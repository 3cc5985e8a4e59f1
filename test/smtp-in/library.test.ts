import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SMTPServer } from 'smtp-server';
import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js';
import { SMTPStream } from 'smtp-server/lib/smtp-stream.js';

import { PartnerConnection } from '../../adapters/smtp-in/connection.ts';
import { DataParser } from '../../adapters/smtp-in/data-parser.ts';

/** What we rely on of smtp-server beyond its documentation. If one of these fails after an upgrade, read connection.ts anew. */

const methodsOf = (type: { readonly prototype: object }): string[] =>
  Object.getOwnPropertyNames(type.prototype).filter((name) => name !== 'constructor');

test('each method that ours replace is still there to be replaced', () => {
  const ownToConnection = ['login', 'partner', 'stop', 'cut'];
  for (const name of methodsOf(PartnerConnection))
    assert.equal(ownToConnection.includes(name), !(name in SMTPConnection.prototype), name);
  for (const name of methodsOf(DataParser))
    assert.equal(name === 'startData', !(name in SMTPStream.prototype), name);
});

test('each inner member that ours call is still there to be called', () => {
  for (const name of ['_setListeners', 'connectionReady', '_armTimeout'])
    assert.ok(name in SMTPConnection.prototype, name);
  const stream = new SMTPStream();
  for (const name of ['_dataMode', '_remainder']) assert.ok(name in stream, name);
  for (const name of ['connections', 'logger', 'server'])
    assert.ok(name in new SMTPServer({ disabledCommands: ['STARTTLS'] }), name);
});

test('the library gives data to _feedDataStream, in data mode, and takes commands up again through _write', () => {
  const seen: string[] = [];
  class Probe extends SMTPStream {
    override oncommand(command: Buffer, next?: () => void): void {
      seen.push(`command ${command.toString()}`);
      if (command.toString() === 'DATA') this._dataMode = true;
      next?.();
    }

    override _feedDataStream(chunk: Buffer, done: () => void): void {
      seen.push(`data ${chunk.toString()}`);
      this._dataMode = false;
      this._write(Buffer.from('RSET\r\nQUIT'), 'buffer', done);
    }
  }
  const probe = new Probe();
  probe.write('NOOP\r\nDATA\r\ncontent');
  probe.write('\r\n');
  assert.deepEqual(seen, ['command NOOP', 'command DATA', 'data content', 'command RSET', 'command QUIT']);
});

test('why DATA is read by ourselves: the library takes a dot away after a bare LF', async () => {
  const stream = new SMTPStream();
  stream.oncommand = (_command, next) => next?.();
  const content = stream.startDataMode().setEncoding('latin1');
  stream.write('a\n..b\r\n.\r\n');
  const pieces: unknown[] = await content.toArray();
  assert.equal(pieces.join(''), 'a\n.b\r\n');
});
