// Prints the help of a command, or how it is typed. Loaded when it is asked for: no other command line needs it.
import { joined, type Printable, printable, say } from '../../text/printable.js';
import { declarations } from '../declared/all.js';
import { paint, paintNotice } from '../terminal/colour.js';
import { columns, printNotices, printResults } from '../terminal/print.js';
import { usageOf } from './command-page.js';
import { allOf, pageFor } from './page-for.js';
import { pageLines } from './terminal.js';

export interface HelpWanted {
  /** Name of the command, after that of its group; none for the program. */
  words: readonly string[];
  /** Whether `--help` was typed: `-h`, and the want of a command, show the short page. */
  isLong: boolean;
  /** Whether it is shown for want of a command. */
  isError: boolean;
}

export function showHelp({ words, isLong, isError }: HelpWanted): void {
  const page = pageFor(declarations, words, isLong ? 'long' : 'short');
  if (page === undefined) throw new Error(`there is no help of ${words.join(' ')}`);
  const style = isError ? paintNotice : paint;
  const lines = joined(pageLines(page, columns(isError), style.bold).map((line) => say`${line}\n`));
  if (isError) printNotices(lines);
  else printResults(lines);
}

/** How a command is typed, for who typed it wrongly. */
export function usageLine(words: readonly string[]): Printable {
  const name = ['embed', ...words].join(' ');
  const found = allOf(declarations).find(({ before, declared }) => `${before} ${declared.name}` === name);
  const usage = found === undefined ? `${name} <command>` : usageOf(found.declared, found.before);
  const [example] = found === undefined || 'commands' in found.declared ? [] : found.declared.examples;
  const such = example === undefined ? '' : `, such as \`${example.line}\``;
  return printable(`Usage: ${usage}${such} (${name} --help)`);
}
