import { backupCommand } from './backup.ts';
import { checkConfigCommand } from './check-config.ts';
import { decodeCommand } from './decode.ts';
import { partnersCommand } from './partners.ts';
import { restoreCommand } from './restore.ts';
import { sendCommand } from './send.ts';
import { serveCommand } from './serve.ts';
import { showCommand } from './show.ts';
import { verifyCommand } from './verify.ts';

/** One command of `mm4`. `run` gives the exit code. */
export interface Command {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly details: string;
  readonly example: string;
  run(args: readonly string[]): Promise<number>;
}

export const commands: readonly Command[] = [
  serveCommand,
  checkConfigCommand,
  decodeCommand,
  sendCommand,
  showCommand,
  partnersCommand,
  verifyCommand,
  backupCommand,
  restoreCommand,
];
