import type { ContentKind, ContentRef, KeyRef } from '../../domain/ports.ts';

/** What a reference says: where the sealed object begins, how many octets it had before it was sealed, and which key opens it. */
export interface Reference {
  readonly kind: ContentKind;
  /** `2026-11-23-0` */
  readonly segment: string;
  readonly position: number;
  readonly size: number;
  readonly key: KeyRef;
}

/** `body/2026-11-23-0/4096+30210/2026-11-23-0.17` */
export function renderReference({ kind, segment, position, size, key }: Reference): ContentRef {
  return `${kind}/${segment}/${position}+${size}/${key}` as ContentRef;
}

const file = '\\d{4}-\\d\\d-\\d\\d-\\d{1,9}';
const number = '\\d{1,15}';
const form = new RegExp(`^(body|head)/(${file})/(${number})\\+(${number})/(${file}\\.\\d{1,12})$`);

/** Null: no reference that this store could have given. So nothing in it leads out of the store's folders. */
export function parseReference(ref: ContentRef): Reference | null {
  const match = form.exec(ref);
  if (match === null) return null;
  const [, kind, segment = '', position, size, key = ''] = match;
  return {
    kind: kind === 'body' ? 'body' : 'head',
    segment,
    position: Number(position),
    size: Number(size),
    key: key as KeyRef,
  };
}
