import { runningSha256, sha256 } from '../../domain/hash.ts';
import type { HeaderField } from '../../domain/mm4/header-block.ts';
import { recode } from '../../domain/mm4/recode.ts';
import { wrapMultipart } from '../../domain/mm4/wrap-multipart.ts';
import type { ForwardStarted } from '../../domain/mms/events.ts';
import type { Intake } from '../../domain/mms/state.ts';
import type { Dialect } from '../../domain/partner.ts';
import type { Context } from '../context.ts';
import { collect } from './collect.ts';
import { sealedBody } from './sealed-body.ts';

/** The body of one attempt and the fields that describe it. */
export interface AttemptBody {
  readonly fields: readonly HeaderField[];
  readonly body: AsyncIterable<Uint8Array> | null;
  readonly size: number;
  readonly eightBit: boolean;
  /** Of what was sent; known when it has been. */
  readonly sha256: () => string;
}

/**
 * The body as it came, byte for byte; derived only where the partner's dialect says so, and then with a digest of its own. Throws
 * `ContentError` where the sealed body has to be read first and cannot be.
 */
export async function bodyOf(
  context: Context,
  intake: Intake,
  fields: readonly HeaderField[],
  claim: ForwardStarted,
  dialect: Dialect,
): Promise<AttemptBody> {
  const plain = await withoutExcess(context, intake, fields, dialect);
  const wrapped = dialect.alwaysMultipart ? wrapMultipart(plain.fields, `mm4-${claim.transactionId}`) : null;
  if (wrapped === null || plain.body === null) return plain;
  const hash = runningSha256();
  return {
    ...plain,
    fields: wrapped.fields,
    body: digested(hash, wrapped.before, plain.body, wrapped.after),
    size: wrapped.before.length + plain.size + wrapped.after.length,
    sha256: () => hash.digest('hex'),
  };
}

/** Only where a switch may have to change something is the body read whole. */
async function withoutExcess(
  context: Context,
  intake: Intake,
  fields: readonly HeaderField[],
  { sevenBitOnly, foldLongLines }: Dialect,
): Promise<AttemptBody> {
  const { content, size, eightBit, bodySha256 } = intake;
  const asItCame = { fields, size: size.body, eightBit, sha256: () => bodySha256 };
  if (content === null) return { ...asItCame, body: null };
  if (!foldLongLines && !(sevenBitOnly && eightBit))
    return { ...asItCame, body: sealedBody(context, content, bodySha256) };
  const limits = { sevenBit: sevenBitOnly, lineLength: foldLongLines };
  const recoded = recode(fields, await collect(sealedBody(context, content, bodySha256)), limits);
  if (recoded === null) return { ...asItCame, body: sealedBody(context, content, bodySha256) };
  return {
    fields: recoded.fields,
    body: one(recoded.body),
    size: recoded.body.length,
    eightBit: eightBit && recoded.body.some((octet) => octet > 127),
    sha256: () => sha256(recoded.body),
  };
}

// eslint-disable-next-line @typescript-eslint/require-await -- the port wants an asynchronous iterable
async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
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
