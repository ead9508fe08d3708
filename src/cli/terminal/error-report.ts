// Errors as a person reads them: one sentence for what we know, a stack only for what we don't.

import { EmbedError } from '../../errors.js';
import { maskAddresses } from '../../text/masked-address.js';
import { printable, printableJson, say } from '../../text/printable.js';
import { codedError, type Outcome, type ToldError } from '../declared/outcome.js';
import { SignalError } from '../signals.js';
import { paintNotice } from './colour.js';
import { annotateError } from './github.js';
import { hasPrintedResults, printNotice, printResult } from './print.js';
import { pathsFromHere } from './shown-path.js';
import { keptNotices } from './told-notices.js';

/** A sentence with an address, a path and what a server said of it. */
const maxMessageLength = 4000;

/**
 * Prints an error to stderr.
 * @param asJson whether it is the one object on standard output, too
 * @returns the exit code that goes with it
 */
export function reportError(error: unknown, asJson: boolean): number {
  const told = tellError(error);
  if (asJson) reportAsJson(told);
  return told.exit;
}

/** Prints an error to stderr. @returns it as programs read it */
export function tellError(error: unknown): ToldError {
  const told = toldError(error);
  if (error instanceof SignalError) {
    printNotice(printable(told.message, maxMessageLength));
    return told;
  }
  const label = paintNotice.red(say`error`);
  if (error instanceof EmbedError) {
    if (!annotateError(told.message)) {
      printNotice(say`${label}: ${printable(pathsFromHere(told.message), maxMessageLength)}`);
    }
    return told;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const [first, ...rest] = text.split('\n').map((line) => printable(line, maxMessageLength));
  printNotice(say`${label}: unexpected: ${first ?? say``}`);
  for (const line of rest) printNotice(line);
  return told;
}

/** Prints the one object of a command that failed; nothing where its results are printed already. */
export function reportAsJson(error: ToldError): void {
  if (!hasPrintedResults()) printAsJson({ error });
}

/** Prints the one object that `--json` gives, in a line of its own, so that a log of many runs has a line each: `schema`, the result, what was told on the way, and the error where the exit status isn't 0. */
export function printAsJson({ result, error }: Pick<Outcome, 'result' | 'error'>): void {
  const notices = keptNotices();
  const told = notices.length > 0 && { notices };
  printResult(printableJson({ schema: 1, ...result, ...told, ...(error && { error: bounded(error) }) }));
}

function bounded({ code, message, exit }: ToldError): ToldError {
  return { code, message: maskAddresses(message).slice(0, maxMessageLength), exit };
}

function toldError(error: unknown): ToldError {
  if (error instanceof SignalError) {
    return { code: 'EMBED_STOPPED', message: error.message, exit: error.exitCode };
  }
  if (error instanceof EmbedError) {
    return { code: error.code, message: error.message, exit: error.exitCode };
  }
  const message = error instanceof Error ? error.message : String(error);
  return codedError('EMBED_UNEXPECTED', message);
}
