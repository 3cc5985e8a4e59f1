import { pino, type Logger } from 'pino';

import { maskNumbers } from './mask.ts';

/**
 * The log: JSON lines on stdout, without content. Phone numbers are masked unless `MM4_LOG_NUMBERS=1`.
 * `MM4_LOG_LEVEL` is one of trace, debug, info, warn, error, silent; info by default.
 */
export function openLog(node: string, environment: NodeJS.ProcessEnv): Logger {
  const showNumbers = environment['MM4_LOG_NUMBERS'] === '1';
  return pino({
    level: environment['MM4_LOG_LEVEL'] ?? 'info',
    base: { node },
    timestamp: pino.stdTimeFunctions.isoTime,
    ...(showNumbers ? {} : { hooks: { streamWrite: maskNumbers } }),
  });
}
