import { runningSha256 } from '../hash.ts';

/** Decodes one part's transfer encoding as it streams by, and keeps only its size and digest. */
export interface TransferDecoder {
  push(chunk: Buffer): void;
  end(): { readonly size: number; readonly sha256: string };
}

/** The encodings that MIME knows (RFC 2045); anything else cannot be decoded. */
export function isKnownEncoding(encoding: string): boolean {
  return ['7bit', '8bit', 'binary', 'base64', 'quoted-printable'].includes(encoding);
}

/** @param keep gets the decoded octets too */
export function transferDecoder(encoding: string, keep?: (bytes: Uint8Array) => void): TransferDecoder {
  const hash = runningSha256();
  let size = 0;
  const take = (bytes: Buffer): void => {
    size += bytes.length;
    hash.update(bytes);
    keep?.(bytes);
  };
  const decoder = decoderOf(encoding, take);
  return {
    push: decoder.push,
    end: () => {
      decoder.flush();
      return { size, sha256: hash.digest('hex') };
    },
  };
}

interface Decoder {
  push(chunk: Buffer): void;
  flush(): void;
}

function decoderOf(encoding: string, take: (bytes: Buffer) => void): Decoder {
  switch (encoding) {
    case 'base64':
      return base64Decoder(take);
    case 'quoted-printable':
      return quotedPrintableDecoder(take);
    default:
      return { push: take, flush: () => undefined };
  }
}

/**
 * Skips everything that is not base64, and does without padding. Clean lines are the rule and must be fast: they decode to three
 * octets for every four characters, and only where that does not hold is the junk looked for. (The decoder takes `-` and `_` for `+` and `/`, so they are no junk.)
 */
function base64Decoder(take: (bytes: Buffer) => void): Decoder {
  let carry = '';
  return {
    push: (chunk) => {
      let text = withoutPadding(carry + chunk.toString('latin1').replaceAll('\r\n', ''));
      let whole = text.length - (text.length % 4);
      let decoded = Buffer.from(text.slice(0, whole), 'base64');
      if (decoded.length !== (whole / 4) * 3) {
        text = text.replace(/[^A-Za-z0-9+/_-]+/g, '');
        whole = text.length - (text.length % 4);
        decoded = Buffer.from(text.slice(0, whole), 'base64');
      }
      carry = text.slice(whole);
      take(decoded);
    },
    flush: () => {
      const text = carry.replace(/[^A-Za-z0-9+/_-]+/g, '');
      if (text.length > 1) take(Buffer.from(text, 'base64'));
      carry = '';
    },
  };
}

function withoutPadding(text: string): string {
  let end = text.length;
  while (text.charAt(end - 1) === '=') end -= 1;
  return end === text.length ? text : text.slice(0, end);
}

/**
 * RFC 2045 6.7: soft breaks go, trailing blanks of a line go, an `=` that escapes nothing stays. The look behind each pattern lets a run
 * of blanks be tried once, from its first: a line of nothing else would take quadratic time.
 */
function quotedPrintableDecoder(take: (bytes: Buffer) => void): Decoder {
  let carry = '';
  const decode = (text: string): void => {
    const decoded = text
      .replace(/(?<![ \t])[ \t]+(\r?\n)/g, '$1')
      .replace(/=\r?\n/g, '')
      .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
    take(Buffer.from(decoded, 'latin1'));
  };
  return {
    push: (chunk) => {
      const text = carry + chunk.toString('latin1');
      const end = text.lastIndexOf('\n') + 1;
      carry = text.slice(end);
      if (end > 0) decode(text.slice(0, end));
      // A line without end, however long, is decoded in pieces that split no escape.
      if (carry.length > 8_192) {
        const cut = carry.length - (/=[0-9A-Fa-f]?\r?$|(?<![ \t])[ \t]+\r?$/.exec(carry)?.[0].length ?? 0);
        decode(carry.slice(0, cut));
        carry = carry.slice(cut);
      }
    },
    flush: () => {
      decode(carry.replace(/(?<![ \t])[ \t]+$|=$/, ''));
      carry = '';
    },
  };
}
