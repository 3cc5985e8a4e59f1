import * as E from 'fp-ts/lib/Either.js';

import { parseAddress } from '../../domain/mm4/address.ts';
import { canBeSaid } from '../../domain/mm4/render-address.ts';
import { parseDomain, parseListen, parseServer } from './endpoints.ts';
import { parseDuration, parseRate, parseRetry, parseSize } from './quantities.ts';
import { type Reader } from './readers.ts';
import { orNone, parsed, text } from './scalars.ts';

/** Readers of the values that several sections share. */

export const duration = parsed(parseDuration);
export const size = parsed(parseSize);
export const rate = parsed(parseRate);
export const retry = parsed(parseRetry);
export const domain = parsed(parseDomain);
export const domainOrNone = parsed(orNone(parseDomain));
export const listen = parsed(parseListen);
export const smtpServer = parsed(parseServer(25));
export const kafkaBroker = parsed(parseServer(9092));

/** Names appear in events, file names, URLs and log lines. */
export const name = text(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'write letters, digits, ".", "_" and "-" only');

export const mmsVersionOrNone = text(/^(\d+\.\d+\.\d+)?$/, 'write such as 6.10.0, or ""');

export const mailbox = text(/^(|[^\s@<>]+@[^\s@<>]+)$/, 'write such as system-user@mmsc.op-a.example');

/** A sender in normal form: a number with `+`, a short code or a mailbox; `/TYPE=PLMN` may be written and is dropped. */
export const senderOrNone: Reader<string> = parsed((written) => {
  const { kind, value } = parseAddress(written);
  return written === '' || ((kind === 'plmn' || kind === 'shortcode' || kind === 'email') && canBeSaid(value))
    ? E.right(value)
    : E.left(`"${written}" is not a sender; write +<number>, +<number>/TYPE=PLMN or an e-mail address`);
});

export const shortCode = text(/^\d{3,8}$/, 'write 3 to 8 digits');

/** A mask of numbers or e-mail addresses. */
export const mask: Reader<string> = (raw, path, context) => {
  const written = maskText(raw, path, context);
  if (written !== undefined && /^[1-9]\d*\*$/.test(written)) {
    context.report(
      path,
      `"${written}" matches short codes only; for international numbers write "+${written}"`,
      'warning',
    );
  }
  return written;
};

const maskText = text(
  /^(\+?[\d*?]+|[^\s,@]+@[^\s,@]+)$/,
  'a mask has "+", digits, "*" for any characters and "?" for one, or is an e-mail address with such; write such as "+4477*"',
);

/** An HTTP URL, or none. A password in it is a secret like any other. */
export const urlOrNone: Reader<string> = (raw, path, context) => {
  if (typeof raw === 'string' && /^[a-z]+:\/\/[^/@]*:(?!\$\{\w+\}@)[^/@]*@/i.test(raw)) {
    context.report(path, 'secrets are not written in this file; write such as http://user:${NAME}@host/path');
    return undefined;
  }
  return url(raw, path, context);
};

// Never repeats what was written: it may hold a password.
const url = parsed((written) =>
  written === '' || (/^https?:\/\//.test(written) && URL.canParse(written))
    ? E.right(written)
    : E.left('this is not a URL; write such as http://billing.example/path'),
);

export const timeZone: Reader<string> = parsed((written) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: written });
    return E.right(written);
  } catch {
    return E.left(`"${written}" is not a time zone; write an IANA name such as UTC or Europe/Paris`);
  }
});
