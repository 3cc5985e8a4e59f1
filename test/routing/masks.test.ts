import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { findMasks, indexMasks, matchesMask } from '../../domain/routing/masks.ts';

test('a mask matches the whole value', () => {
  const cases: [mask: string, value: string, matches: boolean][] = [
    ['+4477*', '+447700900123', true],
    ['+4477*', '+4477', true],
    ['+4477*', '+4478', false],
    ['+4477*', '0+4477', false],
    ['60300', '60300', true],
    ['60300', '603001', false],
    ['60300', '6030', false],
    ['+44?7', '+4477', true],
    ['+44?7', '+447', false],
    ['+44??900*', '+4477900', true],
    ['*', '', true],
    ['?', '', false],
    ['*99', '+99199', true],
    ['+*0*1', '+00021', true],
    ['+*0*1', '+00020', false],
    ['*@op-a.example', 'anna@op-a.example', true],
    ['', '', true],
    ['', '1', false],
  ];
  for (const [mask, value, matches] of cases) {
    assert.equal(matchesMask(mask, value), matches, `${mask} on ${value}`);
  }
});

test('letters compare without case', () => {
  const index = indexMasks([{ mask: '*@Op-A.example', target: 1 }]);
  assert.equal(findMasks(index, 'Anna@op-a.EXAMPLE').length, 1);
});

test('the longest mask comes first, then the one with more literal characters, then the first given', () => {
  const masks = ['*', '+44*', '+447*', '+44??*', '+447700900123', '+44*3', '+4?*3', '+44770090012?'];
  const index = indexMasks(masks.map((mask, target) => ({ mask, target })));
  assert.deepEqual(
    findMasks(index, '+447700900123').map((entry) => entry.mask),
    ['+447700900123', '+44770090012?', '+44??*', '+447*', '+44*3', '+4?*3', '+44*', '*'],
  );
});

/** The definition itself, slow and plain. */
function obviouslyMatches(mask: string, value: string): boolean {
  if (mask === '') return value === '';
  const rest = mask.slice(1);
  if (mask.startsWith('*')) {
    return Array.from({ length: value.length + 1 }, (_, skip) => value.slice(skip)).some((tail) =>
      obviouslyMatches(rest, tail),
    );
  }
  return (
    value !== '' && (mask.startsWith('?') || mask[0] === value[0]) && obviouslyMatches(rest, value.slice(1))
  );
}

const mask = fc.string({ unit: fc.constantFrom('+', '4', '7', '*', '?'), maxLength: 8 });
const value = fc.string({ unit: fc.constantFrom('+', '4', '7'), maxLength: 10 });

test('matching agrees with the definition', () => {
  fc.assert(
    fc.property(mask, value, (m, v) => matchesMask(m, v) === obviouslyMatches(m, v)),
    { numRuns: 2000 },
  );
});

/** The documented order, slow and plain: the longest first, then the one with more literal characters, then the first given. */
function bestFirst<T extends { readonly mask: string }>(given: readonly T[]): readonly T[] {
  const rest = [...given];
  const ordered: T[] = [];
  while (rest.length > 0) {
    const longest = rest.filter(
      ({ mask: m }) => m.length === Math.max(...rest.map((other) => other.mask.length)),
    );
    const literal = (m: string): number => m.replace(/[*?]/g, '').length;
    const most = Math.max(...longest.map(({ mask: m }) => literal(m)));
    const [best] = longest.filter(({ mask: m }) => literal(m) === most);
    if (best !== undefined) ordered.push(...rest.splice(rest.indexOf(best), 1));
  }
  return ordered;
}

/** A value, and masks that mostly are it with wildcards here and there, so that many match and some are equally good. */
const search = value.chain((v) => {
  const near = fc
    .tuple(...Array.from(v, (character) => fc.constantFrom(character, character, '?', '*', '')))
    .map((characters) => characters.join(''));
  return fc.record({ v: fc.constant(v), masks: fc.array(fc.oneof(near, mask), { maxLength: 30 }) });
});

test('the index finds what a look at every mask finds, the best first and equally good ones as given', () => {
  let ties = 0;
  fc.assert(
    fc.property(search, ({ masks, v }) => {
      const entries = masks.map((m, target) => ({ mask: m, target }));
      const expected = bestFirst(entries.filter((entry) => obviouslyMatches(entry.mask, v)));
      assert.deepEqual(findMasks(indexMasks(entries), v), expected);
      const kinds = new Set(expected.map(({ mask: m }) => `${m.length} ${m.replace(/[*?]/g, '').length}`));
      if (kinds.size < new Set(expected.map(({ mask: m }) => m)).size) ties += 1;
    }),
    { numRuns: 2000 },
  );
  assert.ok(ties > 100, `only ${ties} searches found different masks that are equally good`);
});

test('a search looks only at masks filed under prefixes of the value', () => {
  const entries = Array.from({ length: 50_000 }, (_, n) => ({
    mask: `+44${String(n).padStart(5, '0')}*`,
    target: n,
  }));
  const index = indexMasks([...entries, { mask: '+44*', target: -1 }]);
  assert.equal(index.byPrefix.size, 50_001);
  assert.deepEqual(
    findMasks(index, '+44123456789').map(({ target }) => target),
    [12345, -1],
  );
});
