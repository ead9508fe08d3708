// The gateway's log: JSON lines, one for each answered request. No texts, no queries, no tokens.
import { pino } from 'pino';
import { maskAddresses } from '../addresses.js';
import { EmbedError } from '../errors.js';
import type { RequestLine } from './options.js';

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface GatewayLog {
  request(line: RequestLine): void;
  notice(message: string): void;
  /** What nobody foresaw, by the id of its request. */
  error(error: unknown, id: string): void;
  /** Writes what is still in memory. */
  flush(): void;
}

/** @param file where lines go. @default standard output */
export function openLog(level: LogLevel, file: string | number = 1): GatewayLog {
  // Lines are written in the background: a slow reader of the log must not hold up requests.
  const destination = pino.destination({ dest: file, sync: false });
  const log = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return {
    request: (line) => log[line.status >= 500 ? 'warn' : 'info'](line, 'request'),
    notice: (message) => log.warn(maskAddresses(message)),
    error: (error, id) => log.error({ id, ...known(error) }, 'unexpected error'),
    flush: () => {
      if (level !== 'silent') destination.flushSync();
    },
  };
}

/** Where it happened; the message only of our own errors, since others' may quote a text. */
function known(error: unknown): object {
  if (error instanceof EmbedError) return { code: error.code, message: error.message };
  if (!(error instanceof Error)) return { type: typeof error };
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return { name: error.name, stack: frames?.map((line) => line.trim()) };
}
