/** Keeps the first and last three digits of anything that looks like a phone number: `+447700900456` becomes `+447…456`. */
export function maskNumbers(text: string): string {
  // After a colon only what begins with a plus is one: the rest are instants and the like.
  return text.replace(
    /(?<![\w.:-]|:\+)(\+?\d{3})\d{2,9}(\d{3})(?![\w.:-])|(?<=:)(\+\d{3})\d{2,9}(\d{3})(?![\w.:-])/g,
    '$1$3…$2$4',
  );
}
