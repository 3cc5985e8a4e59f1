import { runningSha256 } from '../../domain/hash.ts';
import { wrapMultipart } from '../../domain/mm4/wrap-multipart.ts';
import type { HeaderField } from '../../domain/mm4/header-block.ts';
import type { ForwardStarted } from '../../domain/mms/events.ts';
import type { Intake } from '../../domain/mms/state.ts';
import type { Context } from '../context.ts';

/** The body of one attempt and the fields that describe it. */
export interface AttemptBody {
  readonly fields: readonly HeaderField[];
  readonly body: AsyncIterable<Uint8Array> | null;
  readonly size: number;
  /** Of what was sent; known when it has been. */
  readonly sha256: () => string;
}

/** The body as it came, byte for byte; derived only where the partner's dialect says so, and then with a digest of its own. */
export function bodyOf(
  context: Context,
  intake: Intake,
  fields: readonly HeaderField[],
  claim: ForwardStarted,
  alwaysMultipart: boolean,
): AttemptBody {
  const { content, size, bodySha256 } = intake;
  const asItCame = content === null ? null : context.content.read(content);
  const wrapped =
    alwaysMultipart && asItCame !== null ? wrapMultipart(fields, `mm4-${claim.transactionId}`) : null;
  if (wrapped === null || asItCame === null) {
    return { fields, body: asItCame, size: size.body, sha256: () => bodySha256 };
  }
  const hash = runningSha256();
  return {
    fields: wrapped.fields,
    body: digested(hash, wrapped.before, asItCame, wrapped.after),
    size: wrapped.before.length + size.body + wrapped.after.length,
    sha256: () => hash.digest('hex'),
  };
}

async function* digested(
  hash: ReturnType<typeof runningSha256>,
  before: Uint8Array,
  body: AsyncIterable<Uint8Array>,
  after: Uint8Array,
): AsyncGenerator<Uint8Array> {
  hash.update(before);
  yield before;
  for await (const chunk of body) {
    hash.update(chunk);
    yield chunk;
  }
  hash.update(after);
  yield after;
}
