import type { AppendFailure, Expected, NewEvent } from '../../domain/ports.ts';

/** What goes between the main thread and the workers. Positions are plain numbers here; outside they are opaque. */
export interface AppendRequest {
  readonly request: number;
  readonly stream: string;
  readonly expected: Expected;
  readonly events: readonly NewEvent[];
}

/** Removes a whole stream that stands at exactly that revision. */
export interface ForgetRequest {
  readonly request: number;
  readonly forget: string;
  readonly revision: number;
}

/** Asks whether anything can be written: writes what stands there already. */
export interface ProbeRequest {
  readonly request: number;
  readonly probe: true;
}

export type WriteRequest = AppendRequest | ForgetRequest | ProbeRequest;

export type WriteAnswer =
  | { readonly request: number; readonly revision: number; readonly position: number }
  | { readonly request: number; readonly failure: AppendFailure };

export type ToWriter = { readonly writes: readonly WriteRequest[] } | { readonly close: true };
export type FromWriter =
  | { readonly ready: true }
  | {
      readonly answers: readonly WriteAnswer[];
      readonly commits: number;
      /** How long this commit took, ms. */
      readonly took: number;
    };

export type ReadQuestion =
  | { readonly kind: 'stream'; readonly stream: string; readonly from: number }
  | {
      readonly kind: 'feed';
      readonly after: number;
      readonly prefixes: readonly string[];
      readonly max: number;
    };

export interface ReadRequest {
  readonly request: number;
  readonly question: ReadQuestion;
}

/** An event as a row: positional, because thousands cross at once. */
export type EventRow = readonly [
  position: number,
  stream: string,
  revision: number,
  type: string,
  id: string,
  data: string,
  metadata: string,
];

export type ReadAnswer =
  | {
      readonly request: number;
      readonly rows: readonly EventRow[];
      readonly next: number;
      readonly caughtUp: boolean;
    }
  | { readonly request: number; readonly error: string };
