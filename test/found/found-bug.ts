/** A bug of the engine that something found, and where it would be found again. */
export interface FoundBug {
  readonly by: 'a simulated world' | 'kills and damage' | 'a law' | 'a reading of the sources';
  /** That showed it; none: it was not noted. */
  readonly seeds?: readonly number[];
  /** The promise that was broken. */
  readonly broke: string;
  readonly bug: string;
  readonly mended: string;
  /** The test that would find it again: its file, and its title or a part of it. */
  readonly spec: readonly [file: string, title: string];
}
