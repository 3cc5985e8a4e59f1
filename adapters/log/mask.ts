/** Keeps the first and last three digits of anything that looks like a phone number: `+447700900456` becomes `+447…456`. */
export function maskNumbers(text: string): string {
  return text.replace(/(?<![\w.:-])(\+?\d{3})\d{2,9}(\d{3})(?![\w.:-])/g, '$1…$2');
}
