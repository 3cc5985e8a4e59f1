import type { Id } from './pdu.ts';

/**
 * The normal form of an id, for comparison (protocol reference 3.2): trimmed, up to two matching pairs of "…", <…> or '…' taken
 * off. Case matters.
 */
export function normaliseId(raw: string): string {
  let text = raw.trim();
  for (let pair = 0; pair < 2; pair += 1) {
    const inner = unwrap(text);
    if (inner === text) break;
    text = inner;
  }
  return text.trim();
}

function unwrap(text: string): string {
  if (text.length < 2) return text;
  const ends = `${text.charAt(0)}${text.charAt(text.length - 1)}`;
  const inner = text.slice(1, -1);
  if (ends === '""') return inner.replace(/\\(["\\])/g, '$1');
  return ends === '<>' || ends === "''" ? inner : text;
}

/** A line of mail holds no more (RFC 5322 2.1.1), so nothing longer could be echoed. */
const maxId = 998;

/** An id as it stood; null when missing, empty, or nothing that could be echoed: too long, or with control characters in it. */
export function idOf(raw: string | undefined): Id | null {
  if (raw === undefined || raw.length > maxId || /[\x00-\x08\x0a-\x1f\x7f]/.test(raw)) return null;
  const normal = normaliseId(raw);
  return normal === '' ? null : { raw, normal };
}

/** Neither a quoted-string nor a bare token: pointed brackets, single quotes, quotes within quotes, quotes left open. */
export function isNonstandardQuoting(raw: string): boolean {
  return !/^"(?![<'"])(?:[^"\\]|\\.)*"$|^[^\s"'<>]+$/.test(raw.trim());
}

export type IdQuoting = 'quoted' | 'bare' | 'angle';

/** An id of ours as this partner likes it written. */
export function renderId(normal: string, quoting: IdQuoting): string {
  switch (quoting) {
    case 'quoted':
      return `"${normal.replace(/["\\]/g, '\\$&')}"`;
    case 'bare':
      return normal;
    case 'angle':
      return `<${normal}>`;
  }
}
