import * as E from 'fp-ts/lib/Either.js';

import type { Configuration } from '../../domain/configuration.ts';
import { partner } from './partner-shape.ts';
import { list, notYet, optional, record, required, type Reader } from './readers.ts';
import { count, flag, oneOf, parsed, secret, text } from './scalars.ts';
import * as value from './values.ts';

/** What may stand in a configuration, and every default. Texts stand for values as one would write them in the file. */

const node = record({
  name: required(value.name, ''),
  domains: required(list(value.domain), []),
  /** Completed from the first domain. */
  systemAddress: optional(value.mailbox, ''),
  dataDir: optional(text(/./, 'write a directory'), './data'),
  language: optional(text(/^[a-z]{2,3}(-[A-Za-z0-9]+)*$/, 'write a language such as en'), 'en'),
});

const store = kinds('sqlite', ['eventstoredb'], { kind: optional(oneOf('sqlite'), 'sqlite') });

const content = kinds('segments', ['s3'], {
  kind: optional(oneOf('segments'), 'segments'),
  bodies: optional(value.duration, '15d'),
  heads: optional(value.duration, '400d'),
});

const retention = record({
  messages: optional(value.duration, '400d'),
  orphans: optional(value.duration, '90d'),
});

const smtp = record({
  listen: optional(value.listen, '127.0.0.1:2525'),
  tls: optional(record({ cert: optional(text(), ''), key: optional(text(), '') }), {}),
  maxConnections: optional(count(1, 100_000), '500'),
  idleTimeout: optional(value.duration, '5m'),
});

const http = record({
  listen: optional(value.listen, '127.0.0.1:8080'),
  // Unset is as good as none: without a token only loopback addresses are served.
  token: optional(secret('empty'), ''),
});

const limits = record({
  decodedContent: optional(value.size, '300KiB'),
  wireSize: optional(value.size, '436KiB'),
  expiry: optional(value.duration, '7d'),
  headerBytes: optional(value.size, '64KiB'),
  recipients: optional(count(1, 1_000), '100'),
  forwardCounter: optional(count(1, 1_000), '10'),
  bytesInFlight: optional(value.size, '256MiB'),
  diskFloor: optional(value.size, '2GiB'),
});

const subscribers = record({
  masks: optional(list(value.mask), []),
  shortCodes: optional(list(value.shortCode), []),
});

const routing = record({
  defaultRoute: optional(text(), ''),
  callback: optional(
    record({
      url: optional(notYet(value.urlOrNone, 'the routing callback is not called yet, masks decide'), ''),
      timeout: optional(value.duration, '2s'),
      onFailure: optional(oneOf('masks', 'refuse'), 'masks'),
      force: optional(flag, 'false'),
      cache: optional(value.duration, '0s'),
    }),
    {},
  ),
});

const notCalled = 'accounting callbacks are not called yet';
const profile = oneOf('nowsms', 'extended');

const accounting = record({
  preAuth: optional(
    record({
      url: optional(notYet(value.urlOrNone, notCalled), ''),
      profile: optional(profile, 'nowsms'),
      timeout: optional(value.duration, '5s'),
      onFailure: optional(oneOf('451', 'deny', 'allow'), '451'),
    }),
    {},
  ),
  report: optional(
    record({
      url: optional(notYet(value.urlOrNone, notCalled), ''),
      profile: optional(profile, 'nowsms'),
      timeout: optional(value.duration, '10s'),
      when: optional(oneOf('acceptance', 'res', 'delivery'), 'acceptance'),
    }),
    {},
  ),
});

const floodRule = record({
  of: required(oneOf('sender', 'recipient', 'partner'), 'sender'),
  count: required(count(1), 1),
  within: required(value.duration, 0),
  same: optional(oneOf('any', 'content'), 'any'),
  do: required(oneOf('log', 'hold', 'refuse'), 'log'),
});

const replyMasks = parsed((written) => {
  const masks = written.split('|');
  return masks.every((mask) => /^([245][\d.*?]*|Error-[a-z*?-]*)$/.test(mask))
    ? E.right(masks)
    : E.left(
        `"${written}" does not name replies; write codes, masks and statuses such as "421|4.7.*|Error-network-problem"`,
      );
});

const answerRule = record({
  reply: required<readonly string[]>(replyMasks, []),
  count: required(count(1), 1),
  within: required(value.duration, 0),
  do: required(oneOf('pause', 'slow', 'alarm'), 'alarm'),
  for: optional(value.duration, '15m'),
});

const topic = text(/^[a-zA-Z0-9._-]{1,249}$/, 'write letters, digits, ".", "_" and "-" only');

const kafka = record({
  brokers: optional(notYet(list(value.kafkaBroker), 'nothing is published to Kafka yet'), []),
  /** Completed from the node's name. */
  clientId: optional(text(), ''),
  topics: optional(
    record({ messages: optional(topic, 'mm4.messages'), charges: optional(topic, 'mm4.charges') }),
    {},
  ),
});

export const configurationShape: Reader<Configuration> = record({
  node: optional(node, {}),
  store: optional(store, {}),
  content: optional(content, {}),
  retention: optional(retention, {}),
  smtp: optional(smtp, {}),
  http: optional(http, {}),
  limits: optional(limits, {}),
  subscribers: optional(subscribers, {}),
  routing: optional(routing, {}),
  accounting: optional(accounting, {}),
  flood: optional(list(floodRule), []),
  answers: optional(list(answerRule), []),
  kafka: optional(kafka, {}),
  partners: optional(list(partner), []),
});

/** A record of a kind; of kinds that are planned it says so, and looks no further at their keys. */
function kinds<F extends Parameters<typeof record>[0]>(ready: string, planned: readonly string[], fields: F) {
  const reader = record(fields);
  const guarded: typeof reader = (raw, path, context) => {
    const kind = typeof raw === 'object' && 'kind' in raw ? raw.kind : ready;
    if (typeof kind !== 'string' || !planned.includes(kind)) return reader(raw, path, context);
    context.report([...path, 'kind'], `${kind} is not available yet; write ${ready}`);
    return undefined;
  };
  return guarded;
}
