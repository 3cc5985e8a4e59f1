import type { SmtpReply } from '../../domain/ports.ts';

/** What comes after the code. */
export const textOf = ({ enhanced, text }: SmtpReply): string =>
  enhanced === undefined ? text : `${enhanced} ${text}`;

/** The replies that the server gives by itself; all others are the reception's (protocol reference, section 5.6). */
const reply = (code: number, enhanced: string, text: string): SmtpReply => ({ code, enhanced, text });

export const senderTaken = reply(250, '2.1.0', 'Ok');
export const recipientTaken = reply(250, '2.1.5', 'Ok');

export const tooManyConnections = reply(421, '4.3.2', 'Too many connections, try again later');
export const shuttingDown = reply(421, '4.3.2', 'Shutting down, try again later');
export const tooManyLogins = reply(421, '4.7.0', 'Too many failed logins');
export const tooManyCommands = reply(421, '4.7.0', 'Too many commands without authentication');
export const ourMistake = reply(451, '4.3.0', 'Local error, try again later');
export const lineLost = reply(451, '4.4.2', 'The connection was lost before the final dot');

/** Of an address, whatever is wrong with it: 553 (protocol reference 4.3). */
export const badSender = reply(553, '5.1.7', 'Syntax: MAIL FROM:<address> [SIZE=octets] [BODY=8BITMIME]');
export const badRecipient = reply(553, '5.1.3', 'Syntax: RCPT TO:<address>');
export const badParameter = (name: string): SmtpReply =>
  reply(501, '5.5.4', `Bad value of parameter ${name}`);
export const repeatedParameter = reply(501, '5.5.4', 'A parameter was given twice');
export const unknownParameter = (name: string): SmtpReply =>
  reply(555, '5.5.4', `Parameter ${name} not supported`);

export const nestedMail = reply(503, '5.5.1', 'A MAIL command was given already');
export const mailFirst = reply(503, '5.5.1', 'MAIL first');
export const noRecipients = reply(554, '5.5.1', 'No valid recipients');
export const loginFirst = reply(530, '5.7.0', 'Authentication required');
export const tlsBeforeLogin = reply(503, '5.5.1', 'STARTTLS comes before AUTH');
export const tooBig = (limit: number): SmtpReply =>
  reply(552, '5.3.4', `Mail exceeds the limit of ${limit} octets`);
