import type { Command } from './commands.ts';
export const decodeCommand: Command = { name: 'decode', usage: '', summary: '', details: '', example: '', run: () => Promise.resolve(1) };
