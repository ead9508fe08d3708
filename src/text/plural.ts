// Formats counts for messages, and values for shell commands.
import { type Printable, printable } from './printable.js';

/** `12,345` */
export function whole(value: number): Printable {
  return printable(Math.round(value).toLocaleString('en-US'));
}

/** `12.3`: with so many digits after the point. */
export function digits(value: number, count: number): Printable {
  return printable(value.toFixed(count));
}

/** `1 document`, `2 documents` */
export function plural(count: number, noun: string): Printable {
  return printable(`${whole(count)} ${noun}${count === 1 ? '' : 's'}`);
}

/** Characters that would break the line of a command, or be invisible in it. */
const unseen = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/**
 * A text as one word of a shell (sh, bash, zsh), in quotes if needed. Line breaks and invisible characters are written as
 * octal bytes, so that it stays one line.
 */
export function quoted(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  if (text.search(unseen) < 0) return `'${text.replaceAll("'", "'\\''")}'`;
  // Without \': a shell that doesn't know $'…' would read it as the end.
  return `$'${text.replaceAll('\\', '\\\\').replaceAll("'", inBytes).replace(unseen, inBytes)}'`;
}

/** In octal, so that the next characters can't become a part of it. */
function inBytes(character: string): string {
  return [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

/**
 * A command for copying into a shell: each value stays one word, and none becomes an option. The words between the values
 * are our own.
 */
export function command(parts: TemplateStringsArray, ...values: readonly string[]): string {
  return values.reduce((line, value, index) => {
    // After the name of an option, a word with a dash is its value.
    const isArgument = / $/.test(line) && !/(^| )--?\w[\w-]* $/.test(line);
    const end = value.startsWith('-') && isArgument ? '-- ' : '';
    return `${line}${end}${quoted(value)}${parts[index + 1]}`;
  }, parts[0]!);
}
