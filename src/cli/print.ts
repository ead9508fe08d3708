// The two streams that people and programs read. They take what was made printable, and nothing else.
import { maskAddresses } from '../addresses.js';
import type { Printable } from '../printable.js';

/** A line of results, on standard output. */
export function printResult(line: Printable): void {
  process.stdout.write(`${harmless(line)}\n`);
}

/** A line of notices or errors, on standard error. */
export function printNotice(line: Printable): void {
  process.stderr.write(`${notice(line)}\n`);
}

/** A notice without the passwords of its addresses, for whoever has to write it by other means. */
export function notice(line: Printable): string {
  return harmless(maskAddresses(line));
}

/** A runner of GitHub's takes lines that begin with :: or ##[ as commands, also in the middle of a log. */
export function harmless(text: string): string {
  return process.env.GITHUB_ACTIONS ? text.replace(/^(\s*)(::|##\[)/gm, '$1\\$2') : text;
}
