import type { Version } from './pdu.ts';

/** X-Mms-3GPP-MMS-Version: the TS 23.140 version of the sender (reference 3.7). Null: unparseable. */
export function parseVersion(raw: string): Version | null {
  const match = /^(?:mm4-)?v?(\d{1,4})(?:\.(\d{1,4}))?(?:\.(\d{1,4}))?$/i.exec(
    raw.trim().replace(/^(["'])(.*)\1$/, '$2'),
  );
  if (match === null) return null;
  const [, major = '0', minor = '0', patch = '0'] = match;
  return { raw, major: Number(major), minor: Number(minor), patch: Number(patch) };
}

/** Releases 4 to 6 differ only by additional optional headers. */
export function isKnownMajor(version: Version): boolean {
  return version.major >= 4 && version.major <= 6;
}
