import { parentPort, workerData, type MessagePort } from 'node:worker_threads';

import type { ReadAnswer, ReadRequest } from './messages.ts';
import { answerQuestion, eventReader } from './reading.ts';
import { openForReading } from './schema.ts';

/** Reads beside the writer, in a thread of its own: neither a commit nor the main loop waits for a cold page. */
const { file } = workerData as { readonly file: string };
const port = parentPort as MessagePort;
const db = openForReading(file);
const reader = eventReader(db);

port.on('message', ({ request, question }: ReadRequest) => {
  let answer: ReadAnswer;
  try {
    answer = { request, ...answerQuestion(reader, question) };
  } catch (error) {
    answer = {
      request,
      error: `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
  port.postMessage(answer);
});
