/** A Content-Type as it stood in a mail, fit for HTTP: unfolded, and without what no header may hold. */
export function contentTypeHeader(value: string): string {
  const line = value.replace(/\s+/g, ' ').trim();
  return /^[!-~]+\/[ -~]+$/.test(line) ? line : 'application/octet-stream';
}

/**
 * Content-Disposition for a name that a stranger gave (RFC 6266): no folders, no control characters, nothing hidden. The second
 * form is for names beyond ASCII.
 */
export function attachmentNamed(name: string): string {
  const safe = name
    .toWellFormed()
    .replace(/[\p{C}\p{Zl}\p{Zp}<>:"/\\|?*]/gu, '_')
    .replace(/^[. ]+|[. ]+$/g, '')
    .slice(0, 100)
    .toWellFormed();
  const full = safe === '' ? 'content' : safe;
  const ascii = full.replace(/[^ -~]|%/g, '_');
  const encoded = encodeURIComponent(full).replace(/['()]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
  return ascii === full
    ? `attachment; filename="${ascii}"`
    : `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
