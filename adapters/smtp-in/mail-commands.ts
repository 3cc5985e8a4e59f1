import * as E from 'fp-ts/lib/Either.js';

import type { SmtpReply } from '../../domain/ports.ts';
import { badParameter, badRecipient, badSender, repeatedParameter, unknownParameter } from './replies.ts';

export interface MailCommand {
  /** What stands between the brackets, unchanged; empty for the null sender. */
  readonly address: string;
  /** Octets, as the SIZE parameter says. */
  readonly size: number | undefined;
}

/**
 * Between the brackets anything printable may stand, quoted parts with spaces and brackets too, with or without a domain: MM4
 * peers write `+447700900456/TYPE=PLMN` alone. What it means is for the reception to judge.
 */
const path = String.raw`<((?:"(?:[ !#-[\]-~]|\\[ -~])*"|[!#-;=?-~])*)>`;
const syntax = (verb: string): RegExp =>
  new RegExp(String.raw`^${verb}[ \t]*:[ \t]*${path}(?:[ \t]+(.*))?$`, 'i');
const mailSyntax = syntax(String.raw`MAIL[ \t]+FROM`);
const rcptSyntax = syntax(String.raw`RCPT[ \t]+TO`);

/** RFC 5321 4.5.3.1: 64 octets of local part, 255 of domain, and the @ between them. */
const longestAddress = 320;

/** These change how a mail must be treated, and we offer neither. Others that we do not know are passed over: old MMSCs send them unasked. */
const unsupported: readonly string[] = ['SMTPUTF8', 'REQUIRETLS'];

/** MAIL (RFC 5321 4.1.1.2; SIZE: RFC 1870; BODY: RFC 6152). Left: the reply that refuses it. */
export function parseMail(line: string): E.Either<SmtpReply, MailCommand> {
  const found = mailSyntax.exec(line);
  const address = found?.[1];
  if (address === undefined || address.length > longestAddress) return E.left(badSender);
  const parameters = parseParameters(found?.[2] ?? '');
  if (E.isLeft(parameters)) return parameters;
  return E.map((size: number | undefined) => ({ address, size }))(checked(parameters.right));
}

/** RCPT (RFC 5321 4.1.1.3). Parameters are passed over. Left: the reply that refuses it; right: what stands between the brackets. */
export function parseRcpt(line: string): E.Either<SmtpReply, string> {
  const address = rcptSyntax.exec(line)?.[1];
  return address === undefined || address === '' || address.length > longestAddress
    ? E.left(badRecipient)
    : E.right(address);
}

function parseParameters(text: string): E.Either<SmtpReply, ReadonlyMap<string, string>> {
  const parameters = new Map<string, string>();
  for (const parameter of text.split(/[ \t]+/)) {
    if (parameter === '') continue;
    const [name = '', ...value] = parameter.split('=');
    const keyword = name.toUpperCase();
    if (unsupported.includes(keyword)) return E.left(unknownParameter(keyword));
    if (parameters.has(keyword)) return E.left(repeatedParameter);
    parameters.set(keyword, value.join('='));
  }
  return E.right(parameters);
}

/** Right: SIZE. */
function checked(parameters: ReadonlyMap<string, string>): E.Either<SmtpReply, number | undefined> {
  const body = parameters.get('BODY')?.toUpperCase() ?? '7BIT';
  if (body !== '7BIT' && body !== '8BITMIME') return E.left(badParameter('BODY'));
  const size = parameters.get('SIZE');
  if (size !== undefined && !/^\d{1,20}$/.test(size)) return E.left(badParameter('SIZE'));
  return E.right(size === undefined ? undefined : Number(size));
}
