// Errors as a person reads them: one sentence for what we know, a stack only for what we don't.

import { EmbedError, exitCodes } from '../../errors.js';
import { maskAddresses } from '../../net/masked-address.js';
import { printable, printableJson, say } from '../../text/printable.js';
import { SignalError } from '../signals.js';
import { paintNotice } from './colour.js';
import { hasPrintedResults, printNotice, printResult } from './print.js';

/** A sentence with an address, a path and what a server said of it. */
const maxMessageLength = 4000;

/** An error as programs read it. */
export interface ToldError {
  /** Stable. */
  code: string;
  message: string;
  /** Exit status. */
  exit: number;
}

/**
 * Prints an error to stderr.
 * @param asJson whether it is the one object on standard output, too
 * @returns the exit code that goes with it
 */
export function reportError(error: unknown, asJson: boolean): number {
  const told = toldError(error);
  if (asJson) reportAsJson(told);
  if (error instanceof SignalError) {
    printNotice(printable(told.message, maxMessageLength));
    return told.exit;
  }
  const label = paintNotice.red(say`error`);
  if (error instanceof EmbedError) {
    printNotice(say`${label}: ${printable(told.message, maxMessageLength)}`);
    return told.exit;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const [first, ...rest] = text.split('\n').map((line) => printable(line, maxMessageLength));
  printNotice(say`${label}: unexpected: ${first ?? say``}`);
  for (const line of rest) printNotice(line);
  return told.exit;
}

/** Prints the one object of a command that failed; nothing where its results are printed already. */
export function reportAsJson({ code, message, exit }: ToldError): void {
  if (hasPrintedResults()) return;
  const error = { code, message: maskAddresses(message).slice(0, maxMessageLength), exit };
  printResult(printableJson({ schema: 1, error }));
}

function toldError(error: unknown): ToldError {
  if (error instanceof SignalError) {
    return { code: 'EMBED_STOPPED', message: error.message, exit: error.exitCode };
  }
  if (error instanceof EmbedError) {
    return { code: error.code, message: error.message, exit: error.exitCode };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'EMBED_UNEXPECTED', message, exit: exitCodes.unexpected };
}
