import { messagesIn, ofType, type Books, type Committed, type Problem } from './books.ts';

const promise = 'waiting costs no events';

/** A message that waits gets no events: each that says "not now" stands for a try that really was made, on a session that was open. */
export function waitingProblems(books: Books): readonly Problem[] {
  return messagesIn(books).flatMap((stream) => [
    ...tooMany(stream, 'deferrals', deferrals(stream), failedForwards(books, stream)),
    ...tooMany(stream, 'put off answers', ofType(stream, 'AckDeferred').length, failedAnswers(books, stream)),
    ...tooMany(
      stream,
      'put off reports',
      ofType(stream, 'ReportDeferred').length,
      failedReports(books, stream),
    ),
  ]);
}

function tooMany(
  stream: readonly Committed[],
  what: string,
  count: number,
  tries: number,
): readonly Problem[] {
  return count <= tries
    ? []
    : [{ promise, what: `${stream[0]?.stream ?? ''} has ${count} ${what}, and ${tries} tries were made` }];
}

/** Those that a try on the wire ended in: our own disk may fail one before, and a RES may start a new transaction besides. */
function deferrals(stream: readonly Committed[]): number {
  return ofType(stream, 'ForwardDeferred').filter(
    ({ newTransaction, newLeg, why }) =>
      newTransaction !== true && newLeg === undefined && why.by === 'partner',
  ).length;
}

function failedForwards(books: Books, stream: readonly Committed[]): number {
  return failures(
    books,
    ofType(stream, 'ForwardStarted').map(({ transactionId }) => transactionId),
  );
}

function failedAnswers(books: Books, stream: readonly Committed[]): number {
  const plans = stream.flatMap(({ event }) =>
    'answer' in event && typeof event.answer === 'object' && event.answer !== null ? [event.answer] : [],
  );
  return failures(
    books,
    plans.map(({ transactionId }) => transactionId.replace(/^"|"$/g, '')),
  );
}

function failedReports(books: Books, stream: readonly Committed[]): number {
  const plans = stream.flatMap(({ event }) =>
    'relay' in event && event.relay !== null ? [event.relay] : [],
  );
  return failures(
    books,
    plans.map(({ transactionId }) => transactionId),
  );
}

function failures({ outcomes }: Books, transactions: readonly string[]): number {
  const tries = [...new Set(transactions)].flatMap((transaction) => outcomes.get(transaction) ?? []);
  return tries.filter(({ kind }) => kind !== 'sent').length;
}
