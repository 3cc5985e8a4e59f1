import { maskNumbers } from '../../log/mask.ts';

/** What partners wrote, on one line and harmless to a terminal: control characters as `\xNN`. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}

/** Phone numbers masked, as in the log, unless MM4_LOG_NUMBERS=1. */
export function masked(text: string): string {
  return process.env['MM4_LOG_NUMBERS'] === '1' ? text : maskNumbers(text);
}
