/** The engine cannot start on this store; the message says why. */
export class CannotStart extends Error {}
