/** JSON Schemas shared by the routes. They check requests, shape answers, and are what `/openapi.json` tells. */

export const problemSchema = {
  type: 'object',
  description: 'A problem.',
  required: ['error'],
  properties: { error: { type: 'string', description: 'What is wrong, and what to do.' } },
  examples: [{ error: 'this number has no such message' }],
} as const;

export const instantSchema = { type: 'string', format: 'date-time' } as const;
export const maybeInstantSchema = { type: ['string', 'null'], format: 'date-time' } as const;
export const maybeTextSchema = { type: ['string', 'null'] } as const;

/** The answers of a route: those that went well, and the problem of all others. */
export function responses(good: Readonly<Record<string, object>>): Readonly<Record<string, object>> {
  const described = Object.entries(good).map(
    ([code, schema]) => [code, { description: 'Done.', ...schema }] as const,
  );
  return { ...Object.fromEntries<object>(described), '4xx': problemSchema, '5xx': problemSchema };
}

/** Milliseconds since 1970 UTC as ISO 8601. */
export function instant(at: number): string {
  return new Date(at).toISOString();
}

/** Null stays null. */
export function maybeInstant(at: number | null): string | null {
  return at === null ? null : instant(at);
}
