/** A bug put into a copy of the sources, to see whether the auditor finds it. */
export interface PlantedBug {
  readonly name: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly right: string;
  readonly wrong: string;
  /** The promise that it breaks, as the auditor calls it. */
  readonly breaks: string;
  /** The seed that showed it last: the first to be tried. Others may show it once the code has changed. */
  readonly seed: number;
}

/** Each is found within so many seeds. */
export const seedsAtMost = 40;

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: '250 before the append',
    file: 'engine/receive/forward.ts',
    right: 'const placed = await place(messages, id, commandFor);',
    wrong:
      "void place(messages, id, commandFor);\n  const placed = E.right('intake') as E.Either<TransactFailure, Placed>;",
    breaks: '250 means durable',
    seed: 1,
  },
  {
    name: 'an append that may not have been taken for one that was',
    file: 'engine/append.ts',
    right: '  return answer;\n',
    wrong:
      "  return isUnknown(answer) || E.isLeft(answer) ? E.right({ revision: 0, position: '' as never }) : answer;\n",
    breaks: '250 means durable',
    seed: 1,
  },
  {
    name: 'lease ignored',
    file: 'engine/serve/forward.ts',
    right: 'mayFinish: () => context.clock.now() < until,',
    wrong: 'mayFinish: () => until > 0,',
    breaks: 'no send without a claim',
    seed: 2,
  },
  {
    name: 'a conflict taken for a success',
    file: 'engine/messages.ts',
    right: "    return appended.left.kind === 'conflict' ? 'conflict' : E.left(appended.left);",
    wrong:
      "    return appended.left.kind === 'conflict' ? E.right({ state, events }) : E.left(appended.left);",
    breaks: 'no send without a claim',
    seed: 1,
  },
  {
    name: 'retry with fresh ids',
    file: 'domain/mms/decide/forward.ts',
    right: 'const ids = leg.ids ?? newIds(leg, moment);',
    wrong: 'const ids = newIds(leg, moment);',
    breaks: 'ids before effects',
    seed: 1,
  },
  {
    name: 'duplicate delivered',
    file: 'domain/mms/decide/receive.ts',
    right: 'command.recipients.filter((recipient) => !state.recipients.has(recipient.address));',
    wrong: 'command.recipients.filter(() => state.duplicates >= 0);',
    breaks: 'nothing twice',
    seed: 3,
  },
  {
    name: 'variant taken for a duplicate',
    file: 'domain/mms/variant.ts',
    right: '(one.bodySha256 === other.bodySha256 || one.partsSha256 === other.partsSha256)',
    wrong: 'one.partsSha256.length === other.partsSha256.length',
    breaks: '250 means durable',
    seed: 3,
  },
  {
    name: 'checkpoint before rows',
    file: 'adapters/store-sqlite/projections/tables.ts',
    right: '      if (next <= before) return;\n',
    wrong:
      "      if (next <= before) return;\n      remember.run(next, projection.name);\n      db.exec('commit; begin');\n",
    breaks: 'projections equal a fresh fold',
    seed: 4,
  },
  {
    name: 'alias believed from a stranger',
    file: 'engine/receive/res.ts',
    right: "  if ('orphan' in found) {\n",
    wrong:
      "  if ('orphan' in found) {\n    if (found.concerns !== null) await aliasIn(desk, incoming, streamOf(found.concerns));\n",
    breaks: 'nothing from a forger',
    seed: 1,
  },
  {
    name: 'RES believed from a stranger',
    file: 'engine/receive/evidence.ts',
    right: 'return owner === from || routes.partners.get(owner)?.peers.includes(from) === true;',
    wrong: "return owner !== '' && routes.partners.has(from);",
    breaks: 'nothing from a forger',
    seed: 1,
  },
  {
    name: 'RES lost on restart',
    file: 'engine/messages.ts',
    right: 'JSON.stringify(owed(dues))',
    wrong: "JSON.stringify(owed(dues.filter((item) => item.do !== 'answer')))",
    breaks: 'one RES for each REQ that asked',
    seed: 1,
  },
  {
    name: 'digest unchecked',
    file: 'engine/serve/sealed-body.ts',
    right: "if (hash.digest('hex') !== bodySha256) {",
    wrong: "if (hash.digest('hex') === bodySha256.slice(1)) {",
    breaks: 'bytes out are bytes in',
    seed: 2,
  },
  {
    name: 'clock read in a decision',
    file: 'domain/mms/decide/fail.ts',
    right: '        happenedAt: moment.now,\n        stands: true,',
    wrong: '        happenedAt: Date.now(),\n        stands: true,',
    breaks: 'a run is a function of its seed',
    seed: 1,
  },
  {
    name: 'event dropped by an upcaster',
    file: 'domain/mms/codec.ts',
    right: 'E.right({ ...current.right, type: stored.type } as MmsEvent);',
    wrong:
      "E.right({ ...current.right, ...(stored.type === 'AckReceived' ? { recipients: [] } : {}), type: stored.type } as MmsEvent);",
    breaks: 'an answer is not forgotten',
    seed: 4,
  },
  {
    name: 'pause that never ends',
    file: 'engine/pauses.ts',
    right: 'if (until === null || stopped) return;\n    const wait',
    wrong: 'if (until !== 0 || stopped) return;\n    const wait',
    breaks: 'everything ends',
    seed: 2,
  },
  {
    name: 'report on the only recipient there is, whomever it names',
    file: 'domain/mm4/report-match.ts',
    right: 'if ([subject, destination, sender].some((address) => isOneOf(others, address))) return null;',
    wrong: 'if (others.length > 1_000) return null;',
    breaks: 'nothing from a forger',
    seed: 17,
  },
  {
    name: 'body of an intake of our own erased',
    file: 'engine/receive/forward.ts',
    right: "kind = isOurs ? 'intake' : decision.kind;",
    wrong: 'kind = decision.kind;',
    breaks: '250 means durable',
    seed: 2,
  },
  {
    name: 'given up before its time',
    file: 'domain/mms/due.ts',
    right: 'at: stage.nextAttemptAt,\n          until: leg.deadline,',
    wrong: 'at: stage.nextAttemptAt,\n          until: leg.deadline - 20 * 60_000,',
    breaks: 'nothing is given up before its time',
    seed: 1,
  },
  {
    name: 'a line that is down puts its messages off',
    file: 'engine/serve/lane.ts',
    right: '    if (session === null) {\n',
    wrong:
      "    if (session === null && lane === 'forwards' && !parking.isBarred(stream))\n      await perform(stream, { usable: true, facts: { address: '', port: 0, authenticated: false, eightBitMime: true }, send: () => Promise.resolve({ kind: 'not-sent', at: 'connect', why: 'down' }), takeDialogue: () => new Uint8Array(0), quit: () => undefined } as never, permit);\n    if (session === null) {\n",
    breaks: 'waiting costs no events',
    seed: 1,
  },
  {
    name: 'wish for a report not read',
    file: 'domain/mm4/flags.ts',
    right: "flag('x-mms-delivery-report', false)",
    wrong: "flag('x-mms-delivery-reports', false)",
    breaks: 'the originator hears it',
    seed: 1,
  },
  {
    name: 'each RES sent twice',
    file: 'engine/serve/answers.ts',
    right: 'await record(context, messages, stream, (current) => finishAnswer(',
    wrong:
      'await attempt(context, mail, line, session);\n      await record(context, messages, stream, (current) => finishAnswer(',
    breaks: 'one RES for each REQ that asked',
    seed: 1,
  },
  {
    name: 'RES that says other than is recorded',
    file: 'engine/serve/answer-mail.ts',
    right: 'status: plan.status,',
    wrong: "status: 'Error-unspecified',",
    breaks: 'one RES for each REQ that asked',
    seed: 1,
  },
  {
    name: 'header lost on the way',
    file: 'engine/serve/forward-mail.ts',
    right: 'return relayForward(fields, {',
    wrong: "return relayForward(fields.filter(({ name }) => name.toLowerCase() !== 'x-mms-priority'), {",
    breaks: 'bytes out are bytes in',
    seed: 1,
  },
  {
    name: 'put off without a try',
    file: 'engine/serve/forward.ts',
    right: 'const outcome = await send(context, mail, session, moment.now + sendBudget);',
    wrong:
      "const outcome =\n    claim.attempt === 1\n      ? ({ kind: 'not-sent', at: 'connect', why: 'not now' } as const)\n      : await send(context, mail, session, moment.now + sendBudget);",
    breaks: 'waiting costs no events',
    seed: 1,
  },
  {
    name: 'content begun by a start',
    file: 'engine/engine.ts',
    right: 'const pauses = await openPauses(context);',
    wrong: "context.content.begin('head').abandon();\n  const pauses = await openPauses(context);",
    breaks: 'replay is inert',
    seed: 1,
  },
  {
    name: 'folding that looks at the clock',
    file: 'engine/messages.ts',
    right: '    const read = await context.store.readStream(stream)();\n    const loaded',
    wrong:
      '    if (context.clock.now() < 0) cache.clear();\n    const read = await context.store.readStream(stream)();\n    const loaded',
    breaks: 'replay is inert',
    seed: 1,
  },
  {
    name: 'report by another partner’s route',
    file: 'domain/mms/plans.ts',
    right: '    ...reportsTo,\n    report,',
    wrong: "    ...reportsTo,\n    route: 'op-c-out',\n    report,",
    breaks: 'reports go where they belong',
    seed: 1,
  },
];
