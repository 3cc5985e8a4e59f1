/** RFC 2047 encoded words, both ways. */
const word = /=\?([^?\s]+)\?([bBqQ])\?([^?]*)\?=/g;

/** Decodes encoded words in an unfolded header value. Space between two of them goes; what cannot be decoded stays as it is. */
export function decodeWords(value: string): string {
  if (!value.includes('=?')) return value;
  const joined = value.replace(/(\?=)\s+(?==\?[^?\s]+\?[bBqQ]\?)/g, '$1');
  // Adjacent words of one charset may split a character between them: their bytes are decoded together.
  const runs = joined.replace(/(?:=\?[^?\s]+\?[bBqQ]\?[^?]*\?=)+/g, (run) => decodeRun(run));
  return runs;
}

function decodeRun(run: string): string {
  let text = '';
  let pending: { charset: string; bytes: Buffer[] } | null = null;
  const flush = (): void => {
    if (pending !== null) text += decodeBytes(Buffer.concat(pending.bytes), pending.charset);
    pending = null;
  };
  for (const [, charsetTag = '', encoding = '', payload = ''] of run.matchAll(word)) {
    const charset = (charsetTag.split('*')[0] ?? '').toLowerCase();
    const bytes = encoding.toLowerCase() === 'b' ? Buffer.from(payload, 'base64') : decodeQ(payload);
    if (pending !== null && pending.charset !== charset) flush();
    pending ??= { charset, bytes: [] };
    pending.bytes.push(bytes);
  }
  flush();
  return text;
}

function decodeQ(payload: string): Buffer {
  const text = payload
    .replaceAll('_', ' ')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(text, 'latin1');
}

/** Bytes of a named charset as text; an unknown charset reads as latin-1. */
export function decodeBytes(bytes: Uint8Array, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('latin1');
  }
}

/** A header value in 7-bit: as it is if ASCII, else in encoded words of at most 75 characters, separated for folding. */
export function encodeWords(value: string): string {
  if (/^[\x20-\x7e]*$/.test(value) && !value.includes('=?')) return value;
  const words: string[] = [];
  let chunk = '';
  for (const character of value) {
    if (Buffer.byteLength(chunk + character) > 42) {
      words.push(chunk);
      chunk = '';
    }
    chunk += character;
  }
  words.push(chunk);
  return words.map((text) => `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`).join(' ');
}
