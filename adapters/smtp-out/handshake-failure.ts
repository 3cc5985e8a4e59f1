import type { Route } from '../../domain/partner.ts';
import type { SessionFailure, SmtpReply, SmtpStep } from '../../domain/ports.ts';
import { readable, replyIn, replyText } from './reply-parser.ts';

/** An error of nodemailer's handshake, as far as it is read here. */
export interface HandshakeError extends Error {
  /** The reply that was the reason, its lines joined by LF. */
  response?: string | undefined;
  code?: string | undefined;
}

/** Replies that mean the login itself is wrong (protocol reference, section 5.6). 454 is not among them: it passes. */
const loginRefused = [530, 534, 535, 538];

/** nodemailer's messages repeat what the peer said, however long. */
const maxWhyCharacters = 300;

/** Says what went wrong, and what the operator can do about it where it will not pass by itself. */
export function sessionFailure(route: Route, at: SmtpStep, error: HandshakeError): SessionFailure {
  const reply = error.response === undefined ? undefined : replyIn(error.response);
  const credentials = at === 'auth' && (reply ? loginRefused.includes(reply.code) : error.code === 'EAUTH');
  const server = `${route.server.host}:${route.server.port}`;
  const why = [
    `${server}: ${reply ? answered(at, reply) : readable(error.message).slice(0, maxWhyCharacters)}`,
    advice(route, at, credentials),
  ]
    .filter(Boolean)
    .join('; ');
  return { at, why, ...(reply && { reply }), ...(credentials && { credentials }) };
}

function answered(at: SmtpStep, reply: SmtpReply): string {
  return `answered ${replyText(reply)} at ${at}`;
}

function advice(route: Route, at: SmtpStep, credentials: boolean): string {
  if (credentials) return `check login and password of route ${route.account}`;
  if (at === 'starttls' && route.tls === 'required') {
    return `route ${route.account} requires TLS with a valid certificate: have the partner mend it, trust its CA, or set tls: opportunistic`;
  }
  return '';
}
