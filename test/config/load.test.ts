import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Route } from '../../domain/partner.ts';
import { fileText, load, problemsOf, smallest, smallestWith } from './support.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

test('a whole configuration loads as it is written', () => {
  const { configuration, warnings } = load(fileText('whole.yaml'));
  assert.deepEqual(configuration, JSON.parse(fileText('whole.json')));
  assert.deepEqual(
    warnings.map(({ path }) => path),
    [],
  );
});

test('a file full of mistakes is refused with all of them at once', () => {
  assert.equal(
    problemsOf(fileText('mistakes.yaml'), { OP_A_PASSWORD: 'pw' }),
    fileText('mistakes.txt').trimEnd(),
  );
});

test('the example shipped with the engine loads without a word, whatever the environment', () => {
  const { configuration, warnings } = load(fileText('../../config/example.yaml'));
  assert.deepEqual(warnings, []);
  assert.deepEqual(configuration.smtp.listen, { host: '127.0.0.1', port: 2525 });
  assert.deepEqual(configuration.http, { listen: { host: '127.0.0.1', port: 8080 }, token: '' });
  assert.equal(configuration.node.dataDir, './data');
  const withToken = load(fileText('../../config/example.yaml'), { MM4_HTTP_TOKEN: 't' });
  assert.equal(withToken.configuration.http.token, 't');
});

test('the smallest useful file has node, subscribers and one partner', () => {
  const { configuration, warnings } = load(smallest);
  assert.deepEqual(warnings, []);
  assert.equal(configuration.node.systemAddress, 'system-user@mmsc.own.example');
  assert.equal(configuration.kafka.clientId, 'b1');
  assert.equal(configuration.limits.expiry, 7 * day);
  const [partner] = configuration.partners;
  assert.deepEqual(partner?.limits, { rate: null, connections: 20, orphansPerHour: 1000 });
  const route: Partial<Route> | undefined = partner.routes[0];
  assert.equal(route?.deadline, 72 * hour);
  assert.deepEqual(
    route.retry?.waits,
    [1, 2, 5, 15, 30, 60].map((n) => n * minute),
  );
  assert.deepEqual(route.server, { host: 'mmsc.op-a.example', port: 25 });
});

test('an empty file says what is missing', () => {
  assert.equal(
    problemsOf('# nothing\n'),
    [
      'configuration:1: error: node.name: "name" is missing; it has no default',
      'configuration:1: error: node.domains: "domains" is missing; it has no default',
      'configuration:1: warning: partners: there is no partner, so nobody may connect',
    ].join('\n'),
  );
});

test('a sender address has the form that senders are compared in, however it is written', () => {
  const written = {
    '447700900499/TYPE=PLMN': '+447700900499',
    '60300': '60300',
    'shop@Own.example': 'shop@own.example',
  };
  for (const [text, address] of Object.entries(written)) {
    const { configuration } = load(
      smallest.replace('{ account: op-a-out', `{ account: op-a-out, senderAddress: "${text}"`),
    );
    assert.equal(configuration.partners[0]?.routes[0]?.senderAddress, address);
  }
});

test('values come from the environment by name', () => {
  const text = smallestWith({ smtp: '{ listen: "${HOST}:${PORT}", maxConnections: "${MAX}" }' });
  const { configuration } = load(text, { HOST: '127.0.0.1', PORT: '2600', MAX: '7' });
  assert.deepEqual(configuration.smtp.listen, { host: '127.0.0.1', port: 2600 });
  assert.equal(configuration.smtp.maxConnections, 7);
  assert.match(
    problemsOf(text, { PORT: '1', MAX: '7' }),
    /smtp\.listen: "HOST" is not set in the environment/,
  );
  // What the environment says is a value, never another name.
  assert.match(
    problemsOf(text, { HOST: '${PORT}', PORT: '1', MAX: '7' }),
    /"\$\{PORT\}:1" is not an address/,
  );
});

test('no message repeats a secret', () => {
  const text = smallestWith({
    http: '{ token: hunter2 }',
    accounting: '{ preAuth: { url: "http://me:hunter2@billing.example" }, report: { url: "${URL}" } }',
  });
  const problems = problemsOf(text, { URL: 'ftp://me:hunter2@billing.example' });
  assert.doesNotMatch(problems, /hunter2/);
  for (const path of ['http.token', 'accounting.preAuth.url', 'accounting.report.url']) {
    assert.ok(problems.includes(`error: ${path}: `), path);
  }
});

test('a token must be set where others than this machine are served', () => {
  const text = smallestWith({ http: '{ listen: "[::]:8080", token: "${TOKEN}" }' });
  assert.match(problemsOf(text), /http\.listen: without http\.token only loopback addresses are served/);
  assert.equal(load(text, { TOKEN: 't' }).configuration.http.token, 't');
});

test('what is not built yet is accepted with a warning when it is set', () => {
  const text = smallestWith({
    routing: '{ callback: { url: "http://mnp.example/" } }',
    accounting: '{ preAuth: { url: "http://a.example/" }, report: { url: "http://b.example/" } }',
    flood: '[{ of: sender, count: 100, within: 1m, same: content, do: hold }]',
    answers: '[{ reply: "421|4.7.*", count: 5, within: 10m, do: pause, for: 15m }]',
    kafka: '{ brokers: [localhost:9092, kafka2] }',
  });
  const { configuration, warnings } = load(text);
  assert.deepEqual(
    warnings.map(({ path, severity }) => `${severity} ${path}`),
    ['routing.callback.url', 'accounting.preAuth.url', 'accounting.report.url', 'kafka.brokers'].map(
      (path) => `warning ${path}`,
    ),
  );
  assert.deepEqual(configuration.kafka.brokers, [
    { host: 'localhost', port: 9092 },
    { host: 'kafka2', port: 9092 },
  ]);
  assert.deepEqual(configuration.answers[0]?.reply, ['421', '4.7.*']);
});

test('YAML: texts are taken as written, anchors and merged keys work', () => {
  const { configuration } = load(`
node: &node { name: b1, domains: [MMSC.Own.example] }
subscribers: { masks: [+447700900401], shortCodes: [60300] }
limits: { recipients: 007 }
partners:
  - name: op-a
    dialect: &dialect { strict: true }
    vasps: [{ account: 192.0.2.10, mm4AckRouting: op-a-out }]
    routes:
      - &route
        account: op-a-out
        server: op-a.example
        domain: op-a.example
        mmsVersion: 6.10.0
      - { <<: *route, account: op-a-two, recipients: }
  - { name: op-b, dialect: *dialect }
`);
  assert.deepEqual(configuration.node.domains, ['mmsc.own.example']);
  assert.deepEqual(configuration.subscribers, { masks: ['+447700900401'], shortCodes: ['60300'] });
  assert.equal(configuration.limits.recipients, 7);
  assert.equal(configuration.partners[1]?.dialect.strict, true);
  assert.equal(configuration.partners[0]?.routes[1]?.server.host, 'op-a.example');
});

test('YAML that is broken is reported where it breaks, and alone', () => {
  assert.match(problemsOf('node: [b1\npartners: 5\n'), /^configuration:\d: error: [^\n]*$/);
  assert.equal(
    problemsOf(`${smallest}---\nnode: {}\n`),
    'configuration:8: error: a second document begins here; one file is one document',
  );
  assert.equal(
    problemsOf('node: *nowhere\n'),
    'configuration:1: error: no anchor &nowhere stands before this alias',
  );
  assert.match(problemsOf('- 1\n'), /^configuration:1: error: this must be a map; write keys such as node/);
});

const partner = (name: string, vasp: string) =>
  `{ name: ${name}, vasps: [${vasp}], routes: [{ account: ${name}-out, server: "h", domain: "h" }] }`;

test('an address belongs to one partner, unless AUTH tells them apart', () => {
  const two = (a: string, b: string) =>
    smallestWith({ partners: `[${partner('a', a)}, ${partner('b', b)}]` });
  const site = '{ account: site, ipRestrictions: ["10.0.0.0/8"], mm4AckRouting: a-out }';
  const known = '{ account: 10.1.2.3, mm4AckRouting: b-out }';
  assert.match(problemsOf(two(site, known)), /10\.1\.2\.3 is an address of a too \(10\.0\.0\.0\/8\)/);
  const login = '{ account: site, password: "${PW}", ipRestrictions: ["10.0.0.0/8"], mm4AckRouting: a-out }';
  assert.equal(load(two(login, known), { PW: 'x' }).configuration.partners.length, 2);
});

test('the ways that are named must exist, and need no mm4AckRouting where there are no routes', () => {
  assert.match(
    problemsOf(smallestWith({ routing: '{ defaultRoute: op-a-aut }' })),
    /did you mean "op-a-out"\?/,
  );
  for (const way of ['Direct', 'WAPPush', 'op-a-out', '""'])
    load(smallestWith({ routing: `{ defaultRoute: ${way} }` }));
  load(smallestWith({ partners: '[{ name: listener, vasps: [{ account: 192.0.2.1 }] }]' }));
});

test('two routes may have the very same mask', () => {
  const route = (name: string) => `{ account: ${name}, server: h, domain: h, recipients: ["+44*"] }`;
  load(smallestWith({ partners: `[{ name: hub, routes: [${route('one')}, ${route('two')}] }]` }));
});
