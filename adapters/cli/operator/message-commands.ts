import type { MessageCommand, Performed, Preview, Selection } from '../../../engine/operator/operator.ts';
import type { Command } from '../commands.ts';
import { readConfiguration } from '../configuration.ts';
import { CommandError, exitCodes } from '../exit.ts';
import { parseOptions } from '../options.ts';
import { confirmed } from './confirm.ts';
import { engineClient } from './engine-client.ts';
import { handOf, handOptions } from './hand.ts';
import { printable } from './printable.ts';

/** What an operator does to messages; one command for each `do`. */
interface Act {
  readonly name: MessageCommand['do'];
  readonly summary: string;
  readonly details: string;
  /** The arguments of the example. */
  readonly example: string;
  /** Options besides those that all have, as the usage shows them. */
  readonly own?: string;
}

const acts: readonly Act[] = [
  {
    name: 'hold',
    summary: 'Nothing of these messages is forwarded until they are released.',
    details: 'RES and reports that others are owed go on.',
    example: '--partner op-b --sender +4477009001 --why "suspected flood"',
  },
  {
    name: 'release',
    summary: 'Ends a hold or a parking.',
    details: 'Sends again, with the same ids, what waits for an operator because its outcome is unknown.',
    example: '--partner op-b --why "checked with op-b" --yes',
  },
  {
    name: 'reroute',
    summary: 'What is not yet acknowledged goes by another route.',
    details:
      'What may have got through stays as it is, unless --even-if-sent says that the recipient may have it twice.',
    example: '--route op-b-out --to op-c-out --why "op-b is down until Monday" --yes',
    own: '--to ROUTE [--even-if-sent]',
  },
  {
    name: 'resend',
    summary: 'Once more to the same partner: what failed or was not answered.',
    details: 'With --even-if-sent also what may have got through: the recipient may have it twice.',
    example: '148478240@mmsc.hub --why "op-b lost it"',
    own: '[--even-if-sent]',
  },
  {
    name: 'expire',
    summary: 'Ends messages as if their time were over.',
    details: 'The originator hears Expired, if it asked for a report.',
    example: '--route op-b-out --why "op-b has left" --yes',
  },
  {
    name: 'drop',
    summary: 'Ends messages without a word to the originator.',
    details: 'What was already sent is not called back.',
    example: '148478240@mmsc.hub --why "test message"',
  },
];

const selecting =
  'ID is a uid, a stream, a Message-ID or a transaction id; --partner and --route take what waits there, --sender what comes from\n' +
  'addresses that begin so; of several, messages that fit all. Shows first how many messages would change, and asks. More than one\n' +
  'message, and any without a terminal, needs --yes. Exit code 1: none was changed. 3: none fits.';

const commandFor = ({ name, summary, details, example, own }: Act): Command => {
  const selection = '[ID] [--partner P] [--route R] [--sender PREFIX]';
  const usage = `mm4 ${[name, selection, ...(own === undefined ? [] : [own])].join(' ')} --why TEXT [--by NAME] [--yes] [--config FILE]`;
  return {
    name,
    usage,
    summary,
    details: `${details}\n\n${selecting}`,
    example: `mm4 ${name} ${example}`,
    run: (args) => run(name, args, usage),
  };
};

export const messageCommands = Object.fromEntries(acts.map((act) => [act.name, commandFor(act)])) as Readonly<
  Record<Act['name'], Command>
>;

const options = {
  ...handOptions,
  partner: { type: 'string' },
  route: { type: 'string' },
  sender: { type: 'string' },
  to: { type: 'string' },
  'even-if-sent': { type: 'boolean' },
  yes: { type: 'boolean' },
  config: { type: 'string' },
} as const;

type Values = ReturnType<typeof parseOptions<typeof options>>['values'];

async function run(name: Act['name'], args: readonly string[], usage: string): Promise<number> {
  const { values, positionals } = parseOptions(args, options, usage);
  const command = commandOf(name, selectionOf(values, positionals, usage), values, usage);
  const hand = handOf(values, usage);
  const engine = engineClient(readConfiguration(values.config).http);

  const preview = (await engine.act('/operator/preview', command)) as Preview;
  process.stdout.write(previewText(name, preview));
  if (preview.changed === 0) return preview.selected === 0 ? exitCodes.notFound : exitCodes.failed;
  if (!(await confirmed(preview, values.yes === true))) {
    process.stdout.write('nothing was changed\n');
    return exitCodes.failed;
  }
  const performed = (await engine.act('/operator/perform', { ...command, ...hand })) as Performed;
  process.stdout.write(`done: ${counts(performed, 'changed')}`);
  return performed.changed === 0 ? exitCodes.failed : exitCodes.done;
}

function selectionOf(values: Values, positionals: readonly string[], usage: string): Selection {
  const { partner, route, sender } = values;
  const [id] = positionals;
  if (positionals.length > 1) {
    throw new CommandError(
      `name one ID, or select by --partner, --route or --sender\nusage: ${usage}`,
      exitCodes.usage,
    );
  }
  const selection = {
    ...(id === undefined ? {} : { id }),
    ...(partner === undefined ? {} : { partner }),
    ...(route === undefined ? {} : { route }),
    ...(sender === undefined ? {} : { senderPrefix: sender }),
  };
  if (Object.keys(selection).length === 0) {
    throw new CommandError(
      `say which messages: an ID, --partner, --route or --sender\nusage: ${usage}`,
      exitCodes.usage,
    );
  }
  return selection;
}

function commandOf(name: Act['name'], what: Selection, values: Values, usage: string): MessageCommand {
  const { to, 'even-if-sent': evenIfSent } = values;
  const takesEvenIfSent = name === 'reroute' || name === 'resend';
  if ((to !== undefined && name !== 'reroute') || (evenIfSent !== undefined && !takesEvenIfSent)) {
    throw new CommandError(
      `${name} takes no ${to === undefined ? '--even-if-sent' : '--to'}\nusage: ${usage}`,
      exitCodes.usage,
    );
  }
  if (name === 'resend') return { do: name, what, evenIfSent: evenIfSent === true };
  if (name !== 'reroute') return { do: name, what };
  if (to === undefined) {
    throw new CommandError(`say by which route with --to ROUTE\nusage: ${usage}`, exitCodes.usage);
  }
  return { do: name, what, to, evenIfSent: evenIfSent === true };
}

function previewText(name: string, preview: Preview): string {
  const { changed, sample } = preview;
  const examples = sample.map((stream) => `  ${stream}\n`).join('');
  const more = changed > sample.length && sample.length > 0 ? `  and ${changed - sample.length} more\n` : '';
  return `${name}: ${counts(preview, 'would change')}${examples}${more}`;
}

/** `3 messages fit, 2 changed, 1 not: it is closed`. */
function counts({ selected, changed, unchanged }: Performed, verb: string): string {
  const others = unchanged.map(({ why, count }) => `  ${count} not: ${printable(why)}\n`);
  return `${selected} ${selected === 1 ? 'message fits' : 'messages fit'}, ${changed} ${verb}\n${others.join('')}`;
}
