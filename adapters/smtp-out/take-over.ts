import type { Socket } from 'node:net';
import type SMTPConnection from 'nodemailer/lib/smtp-connection/index.js';

/**
 * Takes the socket away from a nodemailer SMTPConnection whose handshake is over. From here on we speak ourselves, because
 * its `send` turns bare CR and LF into CRLF (a relayed body must pass byte for byte), reports a lost final reply like a
 * connection that was never made, and costs eight times as much.
 *
 * This is the one place that relies on the inside of nodemailer 10, namely on this:
 *
 * - `_socket` (public in its types) is the socket in use, after STARTTLS the TLS socket.
 * - It reads by a `data` listener, the only one there is, and supervises idleness by a `timeout` listener.
 * - Its `error`, `end` and `close` listeners stay; they only close what is closing anyway, and emit `error` on the connection,
 *   which must keep a listener for as long as the socket lives.
 * - Bytes that came behind the last reply of the handshake are judged by nodemailer in a later turn, as unasked: it destroys the socket.
 *
 * The caller must listen for data in this same turn.
 */
export function takeOver(connection: SMTPConnection): Socket {
  const socket = connection._socket;
  if (socket === false || socket === null) throw new Error('this SMTPConnection has no socket to take over');
  socket.removeAllListeners('data');
  socket.removeAllListeners('timeout');
  socket.setTimeout(0);
  return socket;
}
