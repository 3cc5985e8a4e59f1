import { simpleParser } from 'mailparser';

import { CommandError } from './exit.ts';

/** A mail as a person reads it. For eyes only: what the engine decides rests on its own decoder. */
export async function preview(mail: Uint8Array): Promise<string> {
  const parsed = await simpleParser(Buffer.from(mail)).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(`no preview: ${why}; without --preview you see what the engine makes of it`);
  });
  const attachments = parsed.attachments.map(
    ({ contentType, filename, size }) => `  [${contentType}] ${filename ?? ''} ${size} octets`,
  );
  return [
    `Date:    ${parsed.date?.toISOString() ?? ''}`,
    `From:    ${parsed.from?.text ?? ''}`,
    `Subject: ${parsed.subject ?? ''}`,
    '',
    (parsed.text ?? '').trimEnd(),
    ...attachments,
    '',
  ].join('\n');
}
