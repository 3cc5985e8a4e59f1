import fc from 'fast-check';

/** A party of a message: as a partner's MMSC writes it, and what must be read in that. */
export interface Party {
  readonly written: string;
  readonly kind: 'plmn' | 'email' | 'ipv4' | 'shortcode';
  readonly value: string;
}

const lettersOf = (alphabet: string, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from(alphabet)), maxLength });

const digits = fc.bigInt({ min: 10n ** 7n, max: 10n ** 15n - 1n }).map(String);
const domain = fc.constantFrom('mmsc.op-a.example', 'mms.mnc001.mcc234.gprs');
const typed = fc.constantFrom('/TYPE=PLMN', '/type=plmn', '');

/** The value, and the address without name and brackets. */
const plain: fc.Arbitrary<Party> = fc.oneof(
  fc
    .record({ digits, plus: fc.constantFrom('+', '00'), type: typed, at: fc.option(domain) })
    .map(({ digits: number, plus, type, at }) => ({
      kind: 'plmn' as const,
      value: `+${number}`,
      written: `${plus}${number}${type}${at === null ? '' : `@${at}`}`,
    })),
  fc
    .record({ code: fc.integer({ min: 100, max: 9_999_999 }), type: typed, at: fc.option(domain) })
    .map(({ code, type, at }) => ({
      kind: 'shortcode' as const,
      value: String(code),
      written: `${code}${type}${at === null ? '' : `@${at}`}`,
    })),
  fc.record({ name: lettersOf('abcXYZ019._+-', 20), at: domain }).map(({ name, at }) => ({
    kind: 'email' as const,
    value: `m${name}@${at}`,
    written: `m${name}@${at}`,
  })),
  fc.record({ ip: fc.ipV4(), at: domain }).map(({ ip, at }) => ({
    kind: 'ipv4' as const,
    value: ip,
    written: `${ip}/TYPE=IPv4@${at}`,
  })),
);

/** The same with all that may stand around an address. */
export const party: fc.Arbitrary<Party> = fc
  .record({
    plain,
    around: fc.constantFrom(
      (address: string) => address,
      (address: string) => `<${address}>`,
      (address: string) => `Anna <${address}>`,
      (address: string) => `"Builder, Bob" <${address}>`,
    ),
  })
  .map(({ plain: one, around }) => ({ ...one, written: around(one.written) }));

/** Different people. */
export const parties = (maxLength: number): fc.Arbitrary<readonly Party[]> =>
  fc.uniqueArray(party, { maxLength, selector: ({ value }) => value.toLowerCase() });

/** A short code with nothing around it, which looks like any number. */
export const bareCode: fc.Arbitrary<Party> = fc
  .integer({ min: 100, max: 9_999 })
  .map((code) => ({ kind: 'shortcode', value: String(code), written: String(code) }));
