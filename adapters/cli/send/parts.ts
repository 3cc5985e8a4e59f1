import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';

import type { ContentPart } from '../../../domain/mm4/compose.ts';
import { CommandError, exitCodes } from '../exit.ts';

const types: Readonly<Record<string, string>> = {
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.png': 'image/png',
  '.wbmp': 'image/vnd.wap.wbmp',
  '.amr': 'audio/amr',
  '.mid': 'audio/midi',
  '.mp3': 'audio/mpeg',
  '.3gp': 'video/3gpp',
  '.mp4': 'video/mp4',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
  '.vcf': 'text/x-vcard; charset=utf-8',
};

export function readPart(file: string): ContentPart {
  const type = types[extname(file).toLowerCase()] ?? 'application/octet-stream';
  return { type, name: basename(file), bytes: readBytes(file) };
}

export function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), exitCodes.usage);
  }
}
