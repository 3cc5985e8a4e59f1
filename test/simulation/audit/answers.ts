import { bare, key, type Books, type Problem } from './books.ts';

const promise = 'one RES for each REQ that asked';

/** Each REQ that asked for a RES and got a 250 gets one, with its own ids, and all copies of it say the same; no other gets any. */
export function answerProblems(books: Books): readonly Problem[] {
  const given = new Map<string, { readonly status: string; readonly name: string }[]>();
  const problems: Problem[] = [];
  const wrong = (what: string): void => void problems.push({ promise, what });
  for (const { partner, pdu } of books.arrivals) {
    if (!pdu.type.endsWith('.RES')) continue;
    const name = key(partner, pdu.transactionId);
    const request = books.requests.get(name);
    if (request === undefined) wrong(`${partner} got a RES to ${pdu.transactionId}, which it never sent`);
    else if (!request.wantsRes) wrong(`${name} asked for no RES and got one`);
    else if (request.messageId !== pdu.messageId) wrong(`the RES to ${name} names ${pdu.messageId}`);
    const status = pdu.header('X-Mms-Request-Status-Code');
    given.set(name, [...(given.get(name) ?? []), { status, name: pdu.header('Message-ID') }]);
  }
  const abandoned = abandonedAnswers(books);
  for (const [name, request] of books.requests) {
    const answers = given.get(name) ?? [];
    if (request.wantsRes && request.said250 > 0 && answers.length === 0 && !abandoned.has(name))
      wrong(`${name} got a 250 and no RES`);
    const statuses = new Set(answers.map(({ status }) => status));
    if (statuses.size > 1 && !request.transactionId.includes('-r'))
      wrong(`${name} got RES that contradict: ${[...statuses].join(', ')}`);
  }
  return problems;
}

/** RES that were rightly given up: the partner refused them for good, or time was set and their deadline came early. */
function abandonedAnswers(books: Books): ReadonlySet<string> {
  const names = new Set<string>();
  for (const committed of books.streams.values()) {
    for (const { event } of committed) {
      if (event.type !== 'AckAbandoned') continue;
      for (const { event: owing } of committed) {
        const plan = 'answer' in owing && typeof owing.answer === 'object' ? owing.answer : null;
        if (plan?.answer !== event.answer) continue;
        const transaction = bare(plan.transactionId);
        const refused = (books.outcomes.get(transaction) ?? []).some(
          (outcome) => outcome.kind === 'refused' && outcome.reply.code >= 500,
        );
        const partner = plan.route.replace(/-out$/, '');
        if (refused || books.timeJumped) names.add(key(partner, transaction));
      }
    }
  }
  return names;
}
