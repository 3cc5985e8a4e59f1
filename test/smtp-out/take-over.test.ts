import assert from 'node:assert/strict';
import { once } from 'node:events';
import { it } from 'node:test';
import SMTPConnection from 'nodemailer/lib/smtp-connection/index.js';

import { takeOver } from '../../adapters/smtp-out/take-over.ts';
import { scriptedPeer } from '../support/scripted-peer.ts';
import { certificate } from './support.ts';

/** What the take-over assumes of nodemailer. If one of these fails after an update, read take-over.ts again. */
for (const tls of [undefined, certificate]) {
  it(`nodemailer lets go of its ${tls ? 'TLS' : 'plain'} socket`, async (t) => {
    const peer = await scriptedPeer(tls ? { tls } : {});
    t.after(() => peer.stop());
    const errors: Error[] = [];
    const connection = new SMTPConnection({
      host: peer.host,
      port: peer.port,
      tls: { rejectUnauthorized: false },
      socketTimeout: 60_000,
    });
    connection.on('error', (error: Error) => errors.push(error));
    await new Promise<void>((resolve, reject) =>
      connection.connect((error) => (error ? reject(error) : resolve())),
    );

    const before = connection._socket;
    assert.ok(before);
    assert.equal(before.listenerCount('data'), 1, 'it reads by one data listener');
    assert.ok(before.timeout, 'it supervises idleness');

    const socket = takeOver(connection);
    assert.equal(socket, before);
    assert.deepEqual([socket.listenerCount('data'), socket.listenerCount('timeout')], [0, 0]);
    assert.ok(!socket.timeout);

    socket.write('NOOP\r\n');
    const [reply] = (await once(socket, 'data')) as [Buffer];
    assert.match(reply.toString(), /^500 /);
    await new Promise(setImmediate);
    assert.deepEqual(errors, [], 'it does not hear the replies any more');
    assert.equal(socket.destroyed, false);

    const closed = once(socket, 'close');
    peer.drop('reset');
    await closed.catch(() => undefined);
    assert.ok(socket.destroyed, 'a reset reaches its error listener, not the process');
  });
}

it('a connection without socket is a mistake', () => {
  assert.throws(() => takeOver(new SMTPConnection({})), /no socket/);
});
