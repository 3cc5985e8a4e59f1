import fc from 'fast-check';

/** Histories of a schema that never were: what each new version changed in the data of an event. */
export type Change =
  | { readonly kind: 'rename'; readonly field: string; readonly name: string }
  | { readonly kind: 'default'; readonly name: string; readonly value: unknown }
  /** What stood under the field stands in a record there. */
  | { readonly kind: 'wrap'; readonly field: string; readonly name: string };

export type Data = Readonly<Record<string, unknown>>;
export type Upcaster = (data: Data) => Data;

/** As JSON has it: no -0. */
export const anyValue: fc.Arbitrary<unknown> = fc
  .jsonValue({ maxDepth: 2 })
  .map((value): unknown => JSON.parse(JSON.stringify(value)));

/** Changes to a schema of these fields, each to a field that is there by then. A new name is used once. */
export function changesOf(fields: readonly string[]): fc.Arbitrary<readonly Change[]> {
  const wish = fc.record({
    kind: fc.constantFrom('rename' as const, 'default' as const, 'wrap' as const),
    pick: fc.nat(),
    value: anyValue,
  });
  return fc.array(wish, { maxLength: 6, size: 'max' }).map((wishes) => {
    const names = [...fields];
    return wishes.map(({ kind, pick, value }, index): Change => {
      const at = pick % Math.max(1, names.length);
      const field = names[at];
      const name = `since-${index + 2}`;
      if (kind === 'default' || field === undefined) {
        names.push(name);
        return { kind: 'default', name, value };
      }
      if (kind === 'rename') names[at] = name;
      return { kind, field, name };
    });
  });
}

/** The step that a programmer would write for a change. A field that an event does not have stays away. */
export function upcasterFor(change: Change): Upcaster {
  if (change.kind === 'default') return (data) => ({ [change.name]: change.value, ...data });
  const { kind, field, name } = change;
  return (data) => {
    if (!Object.hasOwn(data, field)) return data;
    const { [field]: value, ...rest } = data;
    return kind === 'rename' ? { ...rest, [name]: value } : { ...rest, [field]: { [name]: value } };
  };
}

/** The step that takes a change back. */
export function undoing(change: Change): Upcaster {
  return (data) => {
    if (change.kind === 'wrap') {
      const record = data[change.field] as Data | undefined;
      return record === undefined ? data : { ...data, [change.field]: record[change.name] };
    }
    const { [change.name]: value, ...rest } = data;
    return change.kind === 'default' || value === undefined ? rest : { ...rest, [change.field]: value };
  };
}

/**
 * The same facts as a program of the version after these changes writes them at once: it knows where each fact stands and no older
 * form.
 */
export function writtenAfter(changes: readonly Change[], facts: Data): Data {
  const places = new Map(Object.keys(facts).map((fact) => [fact, [fact]]));
  const values = new Map(Object.entries(facts));
  for (const change of changes) {
    if (change.kind === 'default') {
      places.set(change.name, [change.name]);
      values.set(change.name, change.value);
      continue;
    }
    for (const [fact, [top, ...below]] of places) {
      if (top !== change.field) continue;
      places.set(fact, change.kind === 'rename' ? [change.name, ...below] : [top, change.name, ...below]);
    }
  }
  return Object.fromEntries(
    [...places].map(([fact, [top = '', ...below]]) => [
      top,
      below.reduceRight<unknown>((value, name) => ({ [name]: value }), values.get(fact)),
    ]),
  );
}
