import { isUtf8 } from 'node:buffer';

import type { FastifyRequest } from 'fastify';

import { RequestError } from '../errors.ts';
import { mediaType } from './submission-schemas.ts';

/** A part that came in a form. */
export interface FilePart {
  readonly type: string;
  readonly name?: string;
  readonly file: Buffer;
}

/** The form field that is always content, with or without a file name. */
const partsField = 'parts';

/** Room for what is no content. A text that is cut off is longer than its schema allows. */
const limits = { fieldNameSize: 100, fieldSize: 16 * 1024, fields: 2_000, files: 200 };

/**
 * Reads a multipart form into the shape that the JSON form of a message has, for the same kind of check. Every file is a part of the
 * message, whatever its field is called, and so is everything called `parts`. A field that comes once is a text, `to` always a list.
 *
 * @param max octets of all parts together
 * @throws RequestError 413 when there is more, 400 when it is no form
 */
export async function readForm(request: FastifyRequest, max: number): Promise<Record<string, unknown>> {
  const fields = new Map<string, unknown[]>();
  const parts: FilePart[] = [];
  let size = 0;
  const isPartAFile = (field?: string, _type?: string, name?: string): boolean =>
    field === partsField || name !== undefined;
  try {
    for await (const one of request.parts({ limits: { ...limits, fileSize: max }, isPartAFile })) {
      if (one.type === 'field') {
        fields.set(one.fieldname, [...(fields.get(one.fieldname) ?? []), one.value]);
        continue;
      }
      const file = await one.toBuffer();
      size += file.length;
      if (size > max) throw tooBig(max);
      parts.push(filePart(file, one.mimetype, one.filename));
    }
  } catch (error) {
    throw asRequestError(error, max);
  }
  const texts = [...fields].map(([name, values]): [string, unknown] => [
    name,
    name === 'to' || values.length > 1 ? values : values[0],
  ]);
  return { ...Object.fromEntries(texts), [partsField]: parts };
}

export function tooBig(max: number): RequestError {
  return new RequestError(
    413,
    `too big: a message may have ${max} octets of content (limits.decodedContent)`,
  );
}

function filePart(file: Buffer, mimeType: string, fileName: string | undefined): FilePart {
  const type = typeOf(file, mimeType);
  const name = (fileName ?? '').replace(/[^ -~]|["\\/<>]/g, '_').slice(-100);
  return { type, file, ...(name === '' ? {} : { name }) };
}

/** A form does not say in what characters its texts are; what reads as UTF-8 is that. */
function typeOf(file: Buffer, mimeType: string): string {
  if (!new RegExp(mediaType).test(mimeType)) return 'application/octet-stream';
  return mimeType.startsWith('text/') && isUtf8(file) ? `${mimeType}; charset=utf-8` : mimeType;
}

/** What the form reader throws is the client's fault: a wrong boundary, a form cut short. */
function asRequestError(error: unknown, max: number): RequestError {
  if (error instanceof RequestError) return error;
  const statusCode = error instanceof Error && 'statusCode' in error ? error.statusCode : 400;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && 'code' in error && error.code === 'FST_REQ_FILE_TOO_LARGE')
    return tooBig(max);
  return new RequestError(statusCode === 413 ? 413 : 400, `the form cannot be read: ${message}`);
}
