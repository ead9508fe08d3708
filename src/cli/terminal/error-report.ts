// Errors as a person reads them: one sentence for what we know, a stack only for what we don't.

import { EmbedError, exitCodes } from '../../errors.js';
import { printable, say } from '../../text/printable.js';
import { SignalError } from '../signals.js';
import { paintNotice } from './colour.js';
import { printNotice } from './print.js';

/** A sentence with an address, a path and what a server said of it. */
const LONGEST = 4000;

/** Prints an error to stderr. @returns the exit code that goes with it */
export function reportError(error: unknown): number {
  const label = paintNotice.red(say`error`);
  if (error instanceof SignalError) {
    printNotice(printable(error.message, LONGEST));
    return error.exitCode;
  }
  if (error instanceof EmbedError) {
    printNotice(say`${label}: ${printable(error.message, LONGEST)}`);
    return error.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const [first, ...rest] = text.split('\n').map((line) => printable(line, LONGEST));
  printNotice(say`${label}: unexpected: ${first ?? say``}`);
  for (const line of rest) printNotice(line);
  return exitCodes.unexpected;
}
