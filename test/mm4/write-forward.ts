import { shownIn, type Line, type PartnerForward, type Said } from './partner-forward.ts';

/** Writes a partner's forward.REQ with none of the engine's code. */

const httpDate = (at: number): string => new Date(at).toUTCString();
const mailDate = (at: number): string => httpDate(at).replace('GMT', '+0000');

/** A charset word for each few characters where there is need for one (RFC 2047), in its other encoding than ours. */
function encodedWords(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && !text.includes('=?')) return text;
  const pieces = Array.from(text).map((character) =>
    Array.from(
      Buffer.from(character),
      (octet) => `=${octet.toString(16).toUpperCase().padStart(2, '0')}`,
    ).join(''),
  );
  return pieces.map((octets) => `=?utf-8?q?${octets}?=`).join(' ');
}

function linesOf(wish: PartnerForward): readonly Line[] {
  const { listed } = wish.style;
  const list = (name: string, values: readonly string[]): readonly Line[] => {
    if (listed) return values.length === 0 ? [] : [[name, values.join(', ')]];
    return values.map((value) => [name, value]);
  };
  const one = (name: string, value: string | null): readonly Line[] =>
    value === null ? [] : [[name, value]];
  const idLine = (name: string, { lines }: Said<string>): Line => [name, lines[0]?.[1] ?? ''];
  const { expiry: over } = wish;
  const expiryText = (): string | null => {
    if (over === null) return null;
    if ('seconds' in over) return String(over.seconds);
    return over.written === 'http' ? httpDate(over.at) : mailDate(over.at);
  };
  return [
    ['Message-ID', '<1@mmsc.op-a.example>'],
    ['From', wish.from.written],
    ['X-Mms-Message-Type', 'MM4_forward.REQ'],
    ['X-Mms-Originator-System', 'system-user@mmsc.op-a.example'],
    [wish.versionHeader, '6.7.0'],
    idLine('X-Mms-Transaction-ID', wish.transactionId),
    idLine('X-Mms-Message-ID', wish.messageId),
    ['Content-Type', wish.contentType],
    ...Object.values(wish.flags).flatMap(({ lines }) => lines),
    ...list(
      'To',
      shownIn(wish, 'to').map(({ written }) => written),
    ),
    ...list(
      'Cc',
      shownIn(wish, 'cc').map(({ written }) => written),
    ),
    ...one('Bcc', wish.bccHeader?.written ?? null),
    ...one('Date', wish.date === null ? null : mailDate(wish.date)),
    ...one('X-Mms-Expiry', expiryText()),
    ...one('Subject', wish.subject === null ? null : encodedWords(wish.subject)),
    ...one('X-Mms-Content-Class', wish.contentClass),
    ...list(
      'X-Mms-Previously-Sent-By',
      wish.hops.map(({ index, by }) => `${index}, ${by.written}`),
    ),
    ...list(
      'X-Mms-Previously-Sent-Date-and-Time',
      wish.hops.map(({ index, at }) => `${index}, ${mailDate(at)}`),
    ),
    ...wish.unknown.map(({ name, value }): Line => [name, value]),
  ];
}

/** The mail. A line is broken only before a blank, which stays, and after which something comes. */
export function written(wish: PartnerForward): Buffer {
  const { order, folds, name: cased, ends } = wish.style;
  // What repeats keeps its own order, as an address list does.
  const places = new Map<string, number>();
  const lines = linesOf(wish).map((line, index) => {
    const place = places.get(line[0]) ?? order[index] ?? 0;
    places.set(line[0], place);
    return { line, place };
  });
  let at = 0;
  const end = (): string => ends[(at += 1) % ends.length] ?? '\r\n';
  const text = lines
    .toSorted((a, b) => a.place - b.place)
    .map(({ line: [name, value] }) => {
      const folded = ` ${value}`.replace(/ (?=\S)/g, (blank) =>
        folds[(at += 1) % folds.length] === 0 ? `${end()}${blank}` : blank,
      );
      return `${cased(name)}:${folded}${end()}`;
    });
  return Buffer.concat([Buffer.from(`${text.join('')}\r\n`, 'latin1'), wish.body]);
}
