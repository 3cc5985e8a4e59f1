/** One command of `mm4`. `run` gives the exit code. */
export interface Command {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly details: string;
  readonly example: string;
  run(args: readonly string[]): Promise<number>;
}

/** A command by its name. Its file is read only when it is asked for: nobody waits for what other commands stand on. */
export interface CommandEntry {
  readonly name: string;
  load(): Promise<Command>;
}

/** Commands that belong together, as the overview shows them. */
export interface CommandGroup {
  readonly title: string;
  readonly commands: readonly CommandEntry[];
}

const acts = ['hold', 'release', 'reroute', 'resend', 'expire', 'drop'] as const;

export const commandGroups: readonly CommandGroup[] = [
  {
    title: 'run',
    commands: [
      { name: 'serve', load: async () => (await import('./serve.ts')).serveCommand },
      { name: 'reload', load: async () => (await import('./operator/reload.ts')).reloadCommand },
      { name: 'check-config', load: async () => (await import('./check-config.ts')).checkConfigCommand },
    ],
  },
  {
    title: 'look',
    commands: [
      { name: 'partners', load: async () => (await import('./partners.ts')).partnersCommand },
      { name: 'show', load: async () => (await import('./show.ts')).showCommand },
      { name: 'why', load: async () => (await import('./operator/why.ts')).whyCommand },
      { name: 'trace', load: async () => (await import('./operator/trace.ts')).traceCommand },
      { name: 'route', load: async () => (await import('./operator/route.ts')).routeCommand },
      { name: 'orphans', load: async () => (await import('./operator/evidence.ts')).orphansCommand },
      { name: 'refused', load: async () => (await import('./operator/evidence.ts')).refusedCommand },
    ],
  },
  {
    title: 'act',
    commands: [
      ...acts.map((name) => ({
        name,
        load: async () => (await import('./operator/message-commands.ts')).messageCommands[name],
      })),
      { name: 'attach', load: async () => (await import('./operator/attach.ts')).attachCommand },
      { name: 'pause', load: async () => (await import('./operator/pauses.ts')).pauseCommand },
      { name: 'resume', load: async () => (await import('./operator/pauses.ts')).resumeCommand },
    ],
  },
  {
    title: 'store',
    commands: [
      { name: 'verify', load: async () => (await import('./verify.ts')).verifyCommand },
      { name: 'backup', load: async () => (await import('./backup.ts')).backupCommand },
      { name: 'restore', load: async () => (await import('./restore.ts')).restoreCommand },
    ],
  },
  {
    title: 'try',
    commands: [
      { name: 'decode', load: async () => (await import('./decode.ts')).decodeCommand },
      { name: 'send', load: async () => (await import('./send.ts')).sendCommand },
    ],
  },
];

export const commands: readonly CommandEntry[] = commandGroups.flatMap((group) => group.commands);
