// src/cli/terminal: all that is shown: results on standard output; progress, notices and errors on standard error.
//
// This file writes both streams. They only accept `Printable` text, so that foreign text can't control a terminal. bar.ts
// and progress.ts show progress, colour.ts decides about colours, the others format results.
import type { Interface } from 'node:readline';
import { variable } from '../../environment.js';
import { exitCodes } from '../../exit-codes.js';
import { maskAddresses } from '../../text/masked-address.js';
import { joined, linesOf, type Printable, printable, say } from '../../text/printable.js';

let hasResults = false;

/** Whether anything is on standard output. */
export function hasPrintedResults(): boolean {
  return hasResults;
}

/** A line of results, on standard output. */
export function printResult(line: Printable): void {
  printResults(say`${line}\n`);
}

/** Lines of results, each with its end. */
export function printResults(lines: Printable): void {
  hasResults = true;
  process.stdout.write(harmless(lines));
}

/**
 * Standard output, for a protocol: from now on, what a library prints there by itself goes to standard error.
 * @returns the stream
 */
export function reserveOutput(): NodeJS.WriteStream {
  console.log = console.info = console.debug = console.error;
  return process.stdout;
}

/** Waits until all results are written. */
export function flushResults(): Promise<void> {
  return new Promise((resolve) => process.stdout.write('', () => resolve()));
}

/** A line of notices or errors, on standard error. */
export function printNotice(line: Printable): void {
  printNotices(say`${line}\n`);
}

/** Lines of notices or errors, each with its end. */
export function printNotices(lines: Printable): void {
  process.stderr.write(fittedNotice(lines));
}

/**
 * A command for GitHub's runner, such as an annotation. What it says can't become another command, nor another property.
 * @param properties such as `file` and `title`
 */
export function printWorkflowCommand(
  name: 'error' | 'group' | 'endgroup',
  properties: Readonly<Record<string, string>>,
  message: string,
): void {
  const shown = (text: string) => escapedData(maskAddresses(printable(text, maxMessageLength)));
  const own = Object.entries(properties).map(
    ([key, value]) => `${key}=${shown(value).replaceAll(':', '%3A').replaceAll(',', '%2C')}`,
  );
  process.stderr.write(`::${name}${own.length > 0 ? ` ${own.join(',')}` : ''}::${shown(message)}\n`);
}

const maxMessageLength = 4000;

function escapedData(text: string): string {
  return text
    .replaceAll('%', '%25')
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A')
    .replace(/##(?=\w*\[)/g, '#%23');
}

/** A notice without the passwords of its addresses, for code that writes it in another way. */
export function notice(line: Printable): string {
  return harmless(maskAddresses(line));
}

type BreaksLine = (line: Printable, width: number) => Printable[];
let sentenceLines: BreaksLine | undefined;

/** Has notices broken where a terminal shows them; what counts columns is loaded for that alone. */
export async function fitNotices(): Promise<void> {
  sentenceLines = showsNotices() ? (await import('../../text/columns.js')).sentenceLines : undefined;
}

/** The same, broken at blanks where a terminal shows it and is narrower. */
export function fittedNotice(lines: Printable): string {
  return notice(sentenceLines === undefined ? lines : fitted(lines, sentenceLines));
}

/** Lines that say nothing but a command: a break in it would be copied. */
const command = /^(?:\$ |Try: |To [^:]+: )/;

function fitted(lines: Printable, broken: BreaksLine): Printable {
  const width = columns(true);
  const all = linesOf(lines).flatMap((line) => (command.test(line) ? [line] : broken(line, width)));
  return joined(all, say`\n`);
}

/**
 * Columns of the terminal that shows results, or notices. What goes through a pipe (`| less`) is as wide as `COLUMNS` says, or
 * as the terminal of the other stream.
 */
export function columns(ofNotices = false): number {
  const [own, other] = ofNotices ? [process.stderr, process.stdout] : [process.stdout, process.stderr];
  const named = Number(variable('COLUMNS'));
  const isNamed = Number.isSafeInteger(named) && named >= minColumns && named <= maxColumns;
  return own.columns || (isNamed ? named : other.columns) || 80;
}

/** Of `COLUMNS`; anything else is a mistake. */
const minColumns = 20;
const maxColumns = 1000;

/** Whether a terminal shows the results. */
export function showsResults(): boolean {
  return process.stdout.isTTY === true;
}

/** Whether a terminal shows the notices. */
export function showsNotices(): boolean {
  return process.stderr.isTTY === true;
}

/** Questions on the terminal that shows the notices. */
export async function openTerminal(): Promise<Interface> {
  // Loaded late, so that `--version` doesn't wait for it.
  const { createInterface } = await import('node:readline');
  return createInterface({ input: process.stdin, output: process.stderr });
}

/** Nothing is on standard output yet. */
export function forgetResults(): void {
  hasResults = false;
}

/**
 * A reader that goes away (`| head`) ends nothing and is no error: an ingest goes on, a search has said
 * enough. Anything else that keeps results from being written is told and fails.
 */
export function surviveClosedStreams(): void {
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.stderr.write(`error: standard output can't be written (${error.code}).\n`);
    process.exitCode = exitCodes.unexpected;
  });
}

/** Variables by which a CI tells that it reads the log for commands. */
const commandReaders = ['GITHUB_ACTIONS', 'TF_BUILD', 'TEAMCITY_VERSION'];

// What is not seen doesn't count for some who compare.
const colons = /^((?:(?![\n\r\u2028\u2029])[\s\p{C}\p{M}])*)(?=:[\p{C}\p{M}]*:)/gmu;

/**
 * GitHub's runner reads a line that begins with :: as a command; it and other runners also read ##…[ anywhere in a
 * line as one. In JSON, the escaped text has the same value.
 */
function harmless(text: string): string {
  if (!commandReaders.some((name) => variable(name))) return text;
  return text.replace(colons, '$1\\').replace(/##(?=\w*\[)/g, '#\\u0023');
}
