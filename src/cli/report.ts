// Errors as a person reads them: one sentence for what we know, a stack only for what we don't.

import { EmbedError, exitCodes } from '../errors.js';
import { chalkStderr as chalk } from './colour.js';
import { SignalError } from './signals.js';

/** Prints an error to stderr. @returns the exit code that goes with it */
export function reportError(error: unknown): number {
  const label = chalk.red('error');
  if (error instanceof SignalError) {
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  if (error instanceof EmbedError) {
    process.stderr.write(`${label}: ${error.message}\n`);
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${label}: unexpected: ${text}\n`);
  return exitCodes.unexpected;
}
