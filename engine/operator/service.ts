import * as E from 'fp-ts/lib/Either.js';

import type { Context } from '../context.ts';
import type { Messages } from '../messages.ts';
import type { Pauses } from '../pauses.ts';
import { attachOrphan } from '../receive/attach.ts';
import type { Desk } from '../receive/desk.ts';
import type { Lines } from '../serve/lines.ts';
import { perform, preview } from './act.ts';
import type { Operator } from './operator.ts';
import { streamsMeant, type Sources } from './select.ts';
import { why } from './why.ts';

/** `Operator` over the running engine. */
export function operator(desk: Desk, messages: Messages, lines: Lines, pauses: Pauses): Operator {
  const { context } = desk;
  const sources: Sources = {
    openWork: context.openWork,
    index: context.index,
    routesOf: (partner) => context.routes.partners.get(partner)?.routes.map(({ account }) => account),
  };
  const known = (partner: string): E.Either<string, void> =>
    context.routes.partners.has(partner)
      ? E.right(undefined)
      : E.left(`there is no partner ${partner}: "mm4 partners" lists them`);

  return {
    preview: (command) => preview(context, messages, sources, command),
    perform: (command, hand) => perform(context, messages, sources, command, hand),
    pause: async (partner, until, hand) => {
      const found = known(partner);
      return E.isLeft(found) ? found : pauses.pause(partner, until, hand);
    },
    resume: async (partner, hand) => {
      const found = known(partner);
      return E.isLeft(found) ? found : pauses.resume(partner, hand);
    },
    attach: async (orphan, message, hand) => {
      const by = `${hand.by}: ${hand.why}`;
      if (message === null) return attachOrphan(desk, orphan, { by });
      const uid = await uidMeant(context, messages, message);
      return uid === null
        ? E.left(`there is no message ${message}`)
        : attachOrphan(desk, orphan, { by, uid });
    },
    why: (subject) =>
      why({ context, line: lines.find, paused: (partner) => pauses.stateOf(partner) }, subject),
  };
}

/** The message that an id means; null: none is known. */
async function uidMeant(context: Context, messages: Messages, id: string): Promise<string | null> {
  for (const stream of await streamsMeant(context.index, id)) {
    const loaded = await messages.load(stream);
    if (E.isRight(loaded) && loaded.right.state.intakes.length > 0) return stream.slice('mms-'.length);
  }
  return null;
}
