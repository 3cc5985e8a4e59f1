import * as TE from 'fp-ts/lib/TaskEither.js';

import type { ContentFailure, ContentKind, ContentRef, ContentWriter, KeyStore } from '../../domain/ports.ts';
import type { DayFiles } from './day-files.ts';
import { unavailable } from './failures.ts';
import { renderReference } from './reference.ts';
import { sealing, type Sealing } from './sealing.ts';

/**
 * Seals what it is given at once and holds only that until `keep` puts it on disk. Asked again, `keep` answers the same. After
 * `abandon` it takes nothing more, and `keep` fails; what was handed to `keep` before is kept all the same.
 */
export function sealedWriter(kind: ContentKind, segments: DayFiles, keys: KeyStore): ContentWriter {
  let sealed: { readonly key: ReturnType<KeyStore['create']>; readonly object: Sealing } | null = null;
  let failure: ContentFailure | null = null;
  let kept: ReturnType<ReturnType<ContentWriter['keep']>> | null = null;

  const begun = (): NonNullable<typeof sealed> => {
    if (sealed !== null) return sealed;
    const key = keys.create();
    sealed = { key, object: sealing(kind, key.key) };
    return sealed;
  };

  const store = async (): Promise<ContentRef> => {
    const { key, object } = begun();
    const { pieces, octets, size } = object.end();
    sealed = null;
    const { name, position, file } = segments.reserve(octets);
    // Both are waited for, also when one fails: the next object then knows which files are broken.
    const written = await Promise.allSettled([file.write(position, pieces), key.synced()]);
    const failed = written.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return renderReference({ kind, segment: name, position, size, key: key.ref });
  };

  return {
    write: (chunk) => {
      if (kept !== null) throw new Error('content was kept and then written to');
      if (failure !== null || chunk.length === 0) return;
      try {
        begun().object.add(chunk);
      } catch (error) {
        failure = unavailable('stored', error);
      }
    },
    keep: () => () => {
      kept ??= (
        failure === null ? TE.tryCatch(store, (error) => unavailable('stored', error)) : TE.left(failure)
      )();
      return kept;
    },
    abandon: () => {
      sealed = null;
      failure ??= { kind: 'unavailable', message: 'content cannot be stored: it was abandoned' };
    },
  };
}
