import type { MmsEvent } from '../../domain/mms/events.ts';
import type { ContentRef } from '../../domain/ports.ts';

/** Sealed content that an event refers to. */
export interface Referred {
  readonly ref: ContentRef;
  /** Digest of the octets before they were sealed, where the event says it. */
  readonly sha256: string | null;
}

/** All content that an event refers to: bodies, header blocks, SMTP dialogues. */
export function contentOf(event: MmsEvent): readonly Referred[] {
  const referred: Referred[] = [];
  const add = (ref: ContentRef | null, sha256: string | null = null): void => {
    if (ref !== null) referred.push({ ref, sha256 });
  };
  if ('content' in event) add(event.content, event.type === 'Received' ? event.bodySha256 : null);
  if ('head' in event) add(event.head);
  if ('dialogue' in event) add(event.dialogue);
  if ('pdu' in event) add(event.pdu.head);
  if ('source' in event && event.source.kind === 'partner') add(event.source.pdu.head);
  return referred;
}
