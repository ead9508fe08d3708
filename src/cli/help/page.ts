// src/cli/help: what `--help`, `embed help` and the manual page say, from the declarations.
//
// In: declarations of commands, flags and settings. Out: a page as data (this file), which terminal.ts lays out for a
// terminal and manual.ts for `man`. command-page.ts makes the page of a command, program-page.ts that of the program,
// topics.ts those of `embed help TOPIC`; described.ts words what a flag takes.
// What must hold: nothing is said twice; all text is our own, so that pages need no escaping of foreign text.

/** What a flag, a command or a variable is, with what it means. */
export interface Row {
  term: string;
  text: string;
}

/** A paragraph, which is wrapped; rows of two columns; or lines that stay as they are, such as commands. */
export type Block = string | { rows: readonly Row[] } | { lines: readonly string[] };

export interface Section {
  /** None for what stands at the top. */
  title?: string;
  body: readonly Block[];
}

export interface Page {
  /** As it is typed: `embed cache stats`. */
  name: string;
  /** One line. */
  summary: string;
  sections: readonly Section[];
}

/**
 * Blocks of a text, which blank lines separate: indented lines stay as they are, or are rows where each has a gap; others
 * are a paragraph.
 */
export function blocksOf(text: string): Block[] {
  return text.split(/\n{2,}/).map((part) => {
    const lines = part.split('\n');
    if (!lines.every((line) => line.startsWith(' '))) return lines.join(' ');
    const rows = lines.map((line) => line.trim().split(/ {2,}/));
    if (rows.every((row) => row.length === 2))
      return { rows: rows.map(([term = '', text = '']) => ({ term, text })) };
    return { lines: lines.map((line) => line.trim()) };
  });
}
