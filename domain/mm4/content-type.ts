/** A Content-Type or Content-Disposition value: the type in lower case and its parameters by lower-case name. */
export interface Parameterised {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Parses `type/subtype; name=value; name="quoted value"`, in any case, folded or not, RFC 2231 continuations joined. Of a
 * parameter that comes twice the first counts.
 */
export function parseParameterised(value: string): Parameterised {
  const type = (/^[^;\s]*/.exec(value)?.[0] ?? '').toLowerCase();
  const parameters = new Map<string, string>();
  const pattern = /;\s*([^=;\s]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))/g;
  for (const [, rawName = '', quoted, bare] of value.matchAll(pattern)) {
    const text = quoted === undefined ? (bare ?? '').trim() : quoted.replace(/\\(.)/g, '$1');
    const { name, part, continues } = continuation(rawName.toLowerCase(), text);
    const before = parameters.get(name);
    if (before === undefined || continues) parameters.set(name, (before ?? '') + part);
  }
  return { type, parameters };
}

/** RFC 2231: `name*`, `name*0`, `name*1*` carry pieces of one value, some of them percent-encoded with a charset in front. */
function continuation(
  rawName: string,
  text: string,
): { readonly name: string; readonly part: string; readonly continues: boolean } {
  const match = /^([^*]+)(\*\d+)?(\*)?$/.exec(rawName);
  const name = match?.[1] ?? rawName;
  const continues = match?.[2] !== undefined;
  if (match?.[3] === undefined) return { name, part: text, continues };
  return { name, part: percentDecode(text.replace(/^[^']*'[^']*'/, '')), continues };
}

function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
