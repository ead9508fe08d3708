// Counts as people read them, for whoever says something.
import { type Printable, printable } from './printable.js';

/** `12,345` */
export function whole(value: number): Printable {
  return printable(Math.round(value).toLocaleString('en-US'));
}

/** `1 document`, `2 documents` */
export function plural(count: number, noun: string): Printable {
  return printable(`${whole(count)} ${noun}${count === 1 ? '' : 's'}`);
}

/** What would break the line of a command, or not be seen in it. */
const UNSEEN = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/**
 * A text as one word of a shell (sh, bash, zsh), in quotes where it needs them. One with line breaks or other
 * characters that aren't seen is written by their bytes, so that it stays one line.
 */
export function quoted(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  if (text.search(UNSEEN) < 0) return `'${text.replaceAll("'", "'\\''")}'`;
  // No \' in it: a shell that doesn't know $'…' would take it for the end.
  return `$'${text.replaceAll('\\', '\\\\').replaceAll("'", inBytes).replace(UNSEEN, inBytes)}'`;
}

/** In octal: what follows in the text can't become a part of it. */
function inBytes(character: string): string {
  return [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

/**
 * A command that somebody may copy into a shell: every value is one word there, and none becomes an option.
 * The words between are ours.
 */
export function command(parts: TemplateStringsArray, ...values: readonly string[]): string {
  return values.reduce((line, value, index) => {
    // Behind an option's own name, a dash is its value.
    const isArgument = / $/.test(line) && !/(^| )--?\w[\w-]* $/.test(line);
    const end = value.startsWith('-') && isArgument ? '-- ' : '';
    return `${line}${end}${quoted(value)}${parts[index + 1]}`;
  }, parts[0]!);
}
