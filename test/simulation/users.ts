import { createHash } from 'node:crypto';

import * as E from 'fp-ts/lib/Either.js';

import type { Timers } from '../../domain/ports.ts';
import type { Submission } from '../../engine/handsets/handsets.ts';
import type { Auditor } from './audit/auditor.ts';
import type { Chance } from '../support/chance.ts';
import type { Living } from './inbound.ts';
import { numbers } from './places.ts';

const minute = 60_000;
const gateway = 'simulated';
const at = '192.0.2.77';

/** People with a mailbox here: they send, look into their mailbox now and then, fetch, read, and refuse. */
export interface Users {
  /** Submits once, and again under the same key until the engine has taken it. */
  submit(from: string, to: readonly string[], name: string): void;
  /** They look into their mailboxes from now on. */
  begin(): void;
  /** They do nothing any more. */
  rest(): void;
}

export function mailboxUsers(
  living: () => Living | null,
  chance: Chance,
  timers: Timers,
  audit: Auditor,
): Users {
  const submit = (submission: Submission): void => {
    const again = (): void => void timers.after(chance.between(5_000, minute), () => submit(submission));
    const running = living();
    if (running === null) return again();
    const { life, engine } = running;
    // Whoever hears nothing for long asks again.
    let answered = false;
    timers.after(10 * minute, () => {
      if (!answered) again();
      answered = true;
    });
    void life
      .run(() => engine.handsets.submit(submission))
      .then((submitted) => {
        if (E.isRight(submitted)) {
          const { deliveryReport: delivery, readReply: read } = submission;
          audit.books.submitted.set(submitted.right.messageId, { delivery, read });
          checkSubmitted(audit, submission, submitted.right.messageId);
        } else if (submitted.left.kind === 'conflict')
          audit.found('submission is idempotent', submitted.left.message);
        if (!answered && E.isLeft(submitted)) again();
        answered = true;
      });
  };

  /** Looks at everything in a mailbox, and does something about some of it. */
  const look = async ({ life, engine }: Living, number: string): Promise<void> => {
    const handset = { number, gateway, address: at };
    const listed = await life.run(() => engine.handsets.list({ number, box: 'in', max: 50 }));
    if (E.isLeft(listed)) return;
    for (const { uid, state } of listed.right) {
      if (state === 'waiting' && chance.happens(100))
        await life.run(() => engine.handsets.reject(handset, uid));
      else if (state === 'waiting' && chance.happens(400)) {
        const fetched = await life.run(() => engine.handsets.retrieve(handset, uid));
        if (E.isRight(fetched)) checkFetched(audit, number, uid, fetched.right.body);
      } else if (state === 'retrieved' && chance.happens(400))
        await life.run(() =>
          engine.handsets.read(handset, uid, chance.pick(['Read', 'Deleted without being read'])),
        );
    }
  };

  let resting = false;
  const everyNowAndThen = (number: string): void => {
    if (resting) return;
    timers.after(chance.between(2 * minute, 20 * minute), () => {
      const running = living();
      if (running !== null && !resting) void look(running, number);
      everyNowAndThen(number);
    });
  };

  return {
    submit: (from, to, name) => {
      submit({
        from: { number: from, gateway, address: at },
        to,
        subject: name,
        parts: [
          {
            type: 'text/plain',
            name: 'text.txt',
            bytes: Buffer.from(`${name} ${'y'.repeat(chance.between(0, 500))}`),
          },
        ],
        deliveryReport: chance.happens(600),
        readReply: chance.happens(400),
        priority: 'Normal',
        messageClass: 'Personal',
        expiresIn: chance.between(30, 120) * minute,
        key: name,
      });
    },
    begin: () => {
      for (const number of numbers.own) everyNowAndThen(number);
    },
    rest: () => (resting = true),
  };
}

/** What was taken is in the store, with the parts that were given. */
function checkSubmitted(audit: Auditor, submission: Submission, messageId: string): void {
  const [part] = submission.parts;
  const digest = createHash('sha256')
    .update(part?.bytes ?? '')
    .digest('hex');
  const isThere = [...audit.books.streams.values()].some((stream) =>
    stream.some(
      ({ event }) =>
        event.type === 'Received' &&
        event.messageId.normal === messageId &&
        event.parts.some(({ sha256 }) => sha256 === digest),
    ),
  );
  if (!isThere)
    audit.found('250 means durable', `the submission ${submission.subject} was taken and is not stored`);
}

/** What is fetched is what came in, and counts as delivered from then on. */
function checkFetched(audit: Auditor, number: string, uid: string, body: Uint8Array): void {
  const stream = audit.books.streams.get(`mms-${uid}`) ?? [];
  const digest = createHash('sha256').update(body).digest('hex');
  if (!stream.some(({ event }) => event.type === 'Received' && event.bodySha256 === digest))
    audit.found('bytes out are bytes in', `${number} fetched another body than ${uid} came with`);
  if (!stream.some(({ event }) => event.type === 'Delivered' && event.recipient === number))
    audit.found('what is recorded happened', `${number} fetched ${uid}, and it is not recorded`);
}
