import type { Command } from './commands.ts';
export const sendCommand: Command = {
  name: 'send',
  usage: '',
  summary: '',
  details: '',
  example: '',
  run: () => Promise.resolve(1),
};
