import { handProperties } from './hand.ts';

const selection = {
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  description: 'Messages that fit all that is said.',
  properties: {
    id: { type: 'string', minLength: 1, description: 'A uid, a stream, a Message-ID or a transaction id.' },
    partner: { type: 'string', minLength: 1, description: 'With something waiting for this partner.' },
    route: { type: 'string', minLength: 1, description: 'With something waiting for this route.' },
    senderPrefix: { type: 'string', minLength: 1, description: 'Of senders whose address begins so.' },
  },
} as const;

const evenIfSent = {
  type: 'boolean',
  default: false,
  description: 'Also what may have got through.',
} as const;

const to = { type: 'string', minLength: 1, description: 'A route.' } as const;

type Properties = Readonly<Record<string, object>>;

/** What each command takes besides `what`. */
const commands: readonly (readonly [name: string, takes: Properties, needs: readonly string[]])[] = [
  ['hold', {}, []],
  ['release', {}, []],
  ['reroute', { to, evenIfSent }, ['to']],
  ['resend', { evenIfSent }, []],
  ['expire', {}, []],
  ['drop', {}, []],
];

function commandSchema(also: Properties, example: object): object {
  return {
    type: 'object',
    required: ['do'],
    discriminator: { propertyName: 'do' },
    oneOf: commands.map(([name, takes, needs]) => ({
      type: 'object',
      additionalProperties: false,
      required: ['do', 'what', ...needs, ...Object.keys(also)],
      properties: { do: { type: 'string', enum: [name] }, what: selection, ...takes, ...also },
    })),
    examples: [example],
  };
}

const example = { do: 'reroute', what: { route: 'op-b-out' }, to: 'op-c-out', evenIfSent: false };

export const previewBody = commandSchema({}, example);
export const performBody = commandSchema(handProperties, { ...example, by: 'ann', why: 'op-b is down' });

const count = { type: 'integer' } as const;

const performedProperties = {
  selected: { ...count, description: 'Messages that fit the selection.' },
  changed: { ...count, description: 'Those that the command changes.' },
  unchanged: {
    type: 'array',
    description: 'Why the others stay as they are.',
    items: {
      type: 'object',
      required: ['why', 'count'],
      properties: { why: { type: 'string' }, count },
    },
  },
} as const;

const performedExample = {
  selected: 3,
  changed: 2,
  unchanged: [{ why: 'it may have got through', count: 1 }],
};

export const performedSchema = {
  type: 'object',
  required: ['selected', 'changed', 'unchanged'],
  properties: performedProperties,
  examples: [performedExample],
} as const;

export const previewSchema = {
  type: 'object',
  required: ['selected', 'changed', 'unchanged', 'sample'],
  properties: {
    ...performedProperties,
    sample: { type: 'array', items: { type: 'string' }, description: 'A few streams that would change.' },
  },
  examples: [{ ...performedExample, sample: ['mms-6ba7b810-9dad-51d1-80b4-00c04fd430c8'] }],
} as const;
