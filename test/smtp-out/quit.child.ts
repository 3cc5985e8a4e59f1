/** A process that opens a session to the port it is given, ends it, and has nothing more to do. Its timers never run out. */
import * as E from 'fp-ts/lib/Either.js';

import { smtpTransport } from '../../adapters/smtp-out/transport.ts';
import { dialect, routeTo } from './support.ts';

const transport = smtpTransport({ ehloName: 'out1.op-b.example', timers: { after: () => () => undefined } });
const opened = await transport.open(
  routeTo({ host: '127.0.0.1', port: Number(process.argv[2]) }),
  dialect,
  'forwards',
)();
if (E.isRight(opened)) opened.right.quit();
else process.exitCode = 1;
