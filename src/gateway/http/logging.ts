// The gateway's log: JSON lines, one for each answered request. No texts, no queries, no tokens.
import type { Writable } from 'node:stream';
import { pino } from 'pino';
import { debug } from '../../debug.js';
import { EmbedError } from '../../errors.js';
import { maskAddresses } from '../../text/masked-address.js';
import { plural } from '../../text/plural.js';
import { printable } from '../../text/printable.js';
import type { GatewayEvents, RequestLine } from '../options.js';
import { LogStream } from './log-stream.js';

export const logLevels = ['silent', 'error', 'warn', 'info'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Max characters of a field that clients or servers choose: a path may have 16,000. */
const maxValueLength = 500;
const maxFrames = 20;

/** Writes what happens in a gateway. */
export interface GatewayLog extends Pick<GatewayEvents, 'notice' | 'warning' | 'answered' | 'failed'> {
  /** Waits a moment for the reader of the log. @returns how many lines were dropped */
  end(): Promise<number>;
}

/** @param out the stream for the lines. @default standard output */
export function openLog(level: LogLevel, out: Writable = process.stdout): GatewayLog {
  const stream = new LogStream(out, (lines) =>
    log.warn({ dropped: lines }, `dropped ${plural(lines, 'log line')}: they were not read in time`),
  );
  const log = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream);
  const tell = (message: string) => {
    debug.gateway?.(message);
    log.warn(printable(maskAddresses(message), maxValueLength));
  };
  return {
    answered: (line) => {
      if (debug.gateway) tellRequest(line);
      const bounded = {
        ...line,
        path: printable(line.path, maxValueLength),
        client: printable(line.client, maxValueLength),
        ...(line.origin !== undefined && { origin: printable(line.origin, maxValueLength) }),
      };
      log[line.status >= 500 ? 'warn' : 'info'](bounded, 'request');
    },
    notice: tell,
    warning: tell,
    failed: (error, id) => log.error({ id, ...known(error) }, 'unexpected error'),
    end: () => stream.end(),
  };
}

function tellRequest({ id, method, path, status, ms, texts }: RequestLine): void {
  const count = texts === undefined ? '' : `, ${texts} texts`;
  debug.gateway?.(`${id} ${method} ${path}${count}: ${status} after ${Math.round(ms)} ms`);
}

/** The stack, and the message for our own errors only: messages of other errors may quote a text. */
function known(error: unknown): object {
  if (error instanceof EmbedError)
    return { code: error.code, message: printable(maskAddresses(error.message), maxValueLength) };
  if (!(error instanceof Error)) return { type: typeof error };
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return {
    name: printable(error.name, maxValueLength),
    stack: frames?.slice(0, maxFrames).map((line) => printable(line.trim(), maxValueLength)),
  };
}
