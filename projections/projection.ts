/**
 * A projection: rows of its own tables, made from events alone. It is a pure function; it can neither read the world nor act on it,
 * so it may be thrown away and rebuilt at any time. A new version is built anew.
 */
export interface Projection {
  readonly name: string;
  readonly version: number;
  /** Streams it reads, by the beginning of their names. */
  readonly prefixes: readonly string[];
  readonly tables: readonly Table[];
  /** Asked before anything is parsed: most events are none of most projections' business. */
  readonly handles: (type: string, metadata: string) => boolean;
  /** Each event it handles replaces all rows of its stream: of several only the last has to be worked out. */
  readonly replacesByStream?: true;
  /** The rows that one event puts or takes away. */
  readonly changes: (event: RecordedEvent) => readonly Change[];
  /** Takes away the rows that the events of a stream put, because the stream was removed from the store. */
  readonly forget: (stream: string) => readonly Change[];
}

export interface Table {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: 'text' | 'integer' }[];
  readonly primaryKey: readonly string[];
  readonly indexes: readonly (readonly string[])[];
}

export type Row = Readonly<Record<string, string | number | null>>;

export type Change =
  | { readonly put: string; readonly row: Row }
  /** Takes away every row whose columns have these values. */
  | { readonly drop: string; readonly where: Row };

/** An event as a projection sees it: parsed, but not upcast, since projections read only what never changes its form. */
export interface RecordedEvent {
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
}
