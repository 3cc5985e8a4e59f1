/** A Content-Type or Content-Disposition value: the type in lower case and its parameters by lower-case name. */
export interface Parameterised {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Parses `type/subtype; name=value; name="quoted value"`, in any case, folded or not, RFC 2231 continuations joined. */
export function parseParameterised(value: string): Parameterised {
  const type = (/^[^;\s]*/.exec(value)?.[0] ?? '').toLowerCase();
  const parameters = new Map<string, string>();
  const pattern = /;\s*([^=;\s]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))/g;
  for (const [, rawName = '', quoted, bare] of value.matchAll(pattern)) {
    const text = quoted === undefined ? (bare ?? '').trim() : quoted.replace(/\\(.)/g, '$1');
    const { name, part } = continuation(rawName.toLowerCase(), text);
    parameters.set(name, (parameters.get(name) ?? '') + part);
  }
  return { type, parameters };
}

/** RFC 2231: `name*`, `name*0`, `name*1*` carry pieces of one value, some of them percent-encoded with a charset in front. */
function continuation(rawName: string, text: string): { name: string; part: string } {
  const match = /^([^*]+)(?:\*\d+)?(\*)?$/.exec(rawName);
  if (match === null || !rawName.includes('*')) return { name: rawName, part: text };
  const encoded = match[2] === '*';
  const payload = encoded ? text.replace(/^[^']*'[^']*'/, '') : text;
  return { name: match[1] ?? rawName, part: encoded ? percentDecode(payload) : payload };
}

function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
