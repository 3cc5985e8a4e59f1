/** What the exit code of every command means. */
export const exitCodes = {
  done: 0,
  failed: 1,
  /** Wrong options, or a configuration with errors. */
  usage: 2,
  notFound: 3,
  /** Another engine holds the directory, or the peer cannot be reached. */
  unavailable: 4,
} as const;

/** Ends a command with a message for the operator. */
export class CommandError extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number = exitCodes.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}
