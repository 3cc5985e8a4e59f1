import * as E from 'fp-ts/lib/Either.js';

import { ask } from '../ask.ts';
import type { Context } from '../context.ts';
import type { Messages } from '../messages.ts';
import type { Pauses } from '../pauses.ts';
import { attachOrphan, type Attachment, type NotAttached } from '../receive/attach.ts';
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

  const attach = async (orphan: string, attachment: Attachment): Promise<E.Either<string, string>> =>
    E.mapLeft(({ why }: NotAttached) => why)(await attachOrphan(desk, orphan, attachment));

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
      if (message === null) return attach(orphan, { by });
      const uid = await ask(() => uidMeant(context, messages, message));
      if (E.isLeft(uid)) return uid;
      return uid.right === null
        ? E.left(`there is no message ${message}`)
        : attach(orphan, { by, uid: uid.right });
    },
    why: async (subject) => {
      const facts = { context, line: lines.find, paused: (partner: string) => pauses.stateOf(partner) };
      return E.flatten(await ask(() => why(facts, subject)));
    },
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
