import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { fastify } from 'fastify';

import { entry, number, serve, uid } from './support.ts';

type Json = Readonly<Record<string, unknown>>;

interface Operation {
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly unknown[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: Json; readonly example?: unknown }>>;
  };
  readonly responses: Readonly<
    Record<
      string,
      { readonly description: string; readonly content?: Readonly<Record<string, { schema: Json }>> }
    >
  >;
}

const { call } = await serve();
const document = (await call('GET', '/openapi.json')).json;
const paths = document['paths'] as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
);

function operationOf(name: string): Operation {
  const found = operations.find((one) => one.name === name);
  assert.ok(found, name);
  return found.operation;
}

/** What a schema says of a value, by the same validator that checks requests. */
async function valid(schema: Json, value: unknown): Promise<boolean> {
  const app = fastify({
    ajv: { customOptions: { discriminator: true, allowUnionTypes: true, coerceTypes: false } },
  });
  app.get('/', (request) => ({ valid: request.validateInput(value, schema) }));
  const { statusCode, body } = await app.inject('/');
  assert.equal(statusCode, 200, body);
  return (JSON.parse(body) as { valid: boolean }).valid;
}

/** Each media type that has an example, however deep. */
function* examplesIn(value: unknown): Generator<{ readonly schema: Json; readonly example: unknown }> {
  if (typeof value !== 'object' || value === null) return;
  if ('schema' in value && 'example' in value) yield value as { schema: Json; example: unknown };
  for (const inner of Object.values(value)) yield* examplesIn(inner);
}

describe('/openapi.json', () => {
  it('is OpenAPI 3.1 with every route in it', () => {
    assert.equal(document['openapi'], '3.1.0');
    assert.deepEqual(operations.map(({ name }) => name).sort(), [
      'get /healthz',
      'get /mailbox/{number}/messages',
      'get /mailbox/{number}/messages/{uid}',
      'get /mailbox/{number}/messages/{uid}/content',
      'get /mailbox/{number}/messages/{uid}/parts/{n}',
      'get /mailbox/{number}/reports',
      'get /metrics',
      'get /operator/trace/{partner}',
      'get /operator/why',
      'get /partners',
      'get /readyz',
      'post /mailbox/{number}/messages',
      'post /mailbox/{number}/messages/{uid}/read',
      'post /mailbox/{number}/messages/{uid}/reject',
      'post /operator/orphans/{stream}/attach',
      'post /operator/partners/{name}/pause',
      'post /operator/partners/{name}/resume',
      'post /operator/perform',
      'post /operator/preview',
      'post /operator/reload',
    ]);
  });

  it('says of each route what it does, and to which family it belongs', () => {
    for (const { name, operation } of operations) {
      assert.match(operation.summary ?? '', /^[A-Z].*\.$/, name);
      assert.equal(operation.tags?.length, 1, name);
      for (const { description } of Object.values(operation.responses))
        assert.match(description, /^[A-Z].*\.$/, name);
    }
  });

  it('asks for the token but where none is needed', () => {
    assert.deepEqual(document['security'], [{ token: [] }]);
    const open = operations.filter(({ operation }) => operation.security?.length === 0);
    assert.deepEqual(
      open.map(({ name }) => name),
      ['get /healthz', 'get /readyz'],
    );
  });

  it('has examples that are valid', async () => {
    const examples = [...examplesIn(document)];
    assert.ok(examples.length > 20, `${examples.length} examples`);
    for (const { schema, example } of examples) {
      assert.ok(await valid(schema, example), JSON.stringify(example));
    }
  });

  it('has examples of requests that the server takes', async () => {
    const bodies = operations.flatMap(({ name, operation }) => {
      const body = operation.requestBody?.content['application/json'];
      return body === undefined ? [] : [{ name, example: body.example }];
    });
    assert.equal(bodies.length, 8);
    for (const { name, example } of bodies) {
      assert.ok(example !== undefined, name);
      const path = name
        .replace('post ', '')
        .replace('{number}', number)
        .replace('{uid}', uid)
        .replace('{name}', 'op-a')
        .replace('{stream}', 'orphan-1');
      const { status, text } = await call('POST', path, example);
      assert.ok(status >= 200 && status < 300, `${name}: ${status} ${text}`);
    }
  });

  it('describes what is answered', async () => {
    const gets: readonly (readonly [name: string, path: string])[] = [
      ['get /mailbox/{number}/messages', `/mailbox/${number}/messages`],
      ['get /mailbox/{number}/messages/{uid}', `/mailbox/${number}/messages/${entry.uid}`],
      ['get /mailbox/{number}/reports', `/mailbox/${number}/reports`],
      ['get /operator/why', '/operator/why?subject=x'],
      ['get /healthz', '/healthz'],
      ['get /readyz', '/readyz'],
    ];
    for (const [name, path] of gets) {
      const schema = operationOf(name).responses['200']?.content?.['application/json']?.schema;
      assert.ok(schema, name);
      assert.ok(await valid(schema, (await call('GET', path)).json), name);
      assert.equal(await valid(schema, {}), false, name);
    }
  });

  it('describes a message as JSON and as a form with files', () => {
    const content = operationOf('post /mailbox/{number}/messages').requestBody?.content ?? {};
    assert.deepEqual(Object.keys(content).sort(), ['application/json', 'multipart/form-data']);
    const form = content['multipart/form-data']?.schema as { properties: { parts: { items: Json } } };
    assert.equal(form.properties.parts.items['contentMediaType'], 'application/octet-stream');
  });
});
