import { backupCommand } from './backup.ts';
import { checkConfigCommand } from './check-config.ts';
import { decodeCommand } from './decode.ts';
import { attachCommand } from './operator/attach.ts';
import { orphansCommand, refusedCommand } from './operator/evidence.ts';
import { messageCommands } from './operator/message-commands.ts';
import { pauseCommand, resumeCommand } from './operator/pauses.ts';
import { reloadCommand } from './operator/reload.ts';
import { routeCommand } from './operator/route.ts';
import { traceCommand } from './operator/trace.ts';
import { whyCommand } from './operator/why.ts';
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

/** Commands that belong together, as the overview shows them. */
export interface CommandGroup {
  readonly title: string;
  readonly commands: readonly Command[];
}

export const commandGroups: readonly CommandGroup[] = [
  { title: 'run', commands: [serveCommand, reloadCommand, checkConfigCommand] },
  {
    title: 'look',
    commands: [
      partnersCommand,
      showCommand,
      whyCommand,
      traceCommand,
      routeCommand,
      orphansCommand,
      refusedCommand,
    ],
  },
  { title: 'act', commands: [...messageCommands, attachCommand, pauseCommand, resumeCommand] },
  { title: 'store', commands: [verifyCommand, backupCommand, restoreCommand] },
  { title: 'try', commands: [decodeCommand, sendCommand] },
];

export const commands: readonly Command[] = commandGroups.flatMap((group) => group.commands);
