// Source code line by line: indents, blank lines, and which lines are inside a long string or comment.
import { lineEnd, skipWhite } from '../lines.js';
import type { Language } from './languages.js';

/** How much of a line the patterns see, in UTF-16 code units. */
const SEEN = 240;

export class CodeLines {
  readonly #text: string;
  readonly #language: Language;
  readonly #starts: number[] = [];
  /** Index of a line's first character that isn't white space. */
  readonly #firsts: number[] = [];
  readonly #indents: number[] = [];

  constructor(text: string, language: Language) {
    this.#text = text;
    this.#language = language;
    this.#read();
  }

  get count(): number {
    return this.#starts.length;
  }

  /** Index at which a line starts; the end of the text for the line behind the last. */
  start(line: number): number {
    return this.#starts[line] ?? this.#text.length;
  }

  /** Column of a line's first character; -1 for a blank line, Infinity inside a string or comment. */
  indent(line: number): number {
    return this.#indents[line]!;
  }

  /** A line without its indent, cut to what patterns need to see. */
  words(line: number): string {
    const first = this.#firsts[line]!;
    return this.#text.slice(first, Math.min(this.start(line + 1), first + SEEN)).trimEnd();
  }

  /**
   * The title of the definition that a line opens.
   * @param inside whether the line is inside another definition
   */
  definition(line: number, inside: boolean): string | undefined {
    const { definitions, members } = this.#language;
    const words = this.words(line);
    return named(definitions, words) ?? (inside && members ? named(members, words) : undefined);
  }

  #read(): void {
    const text = this.#text;
    let quote = '';
    /** Where the comment that opened last closes. */
    let commentEnd = -1;
    for (let start = 0; start < text.length; ) {
      const eol = lineEnd(text, start);
      let first = start;
      let indent = 0;
      for (; first < eol; first++) {
        const code = text.charCodeAt(first);
        if (code === 32) indent++;
        else if (code === 9) indent += 4 - (indent % 4);
        else break;
      }
      first = skipWhite(text, first, eol);
      const line = this.#starts.push(start) - 1;
      this.#firsts.push(first);
      this.#indents.push(
        quote || start <= commentEnd ? Number.POSITIVE_INFINITY : first === eol ? -1 : indent,
      );
      if (this.#language.tripleQuotes && first < eol) {
        // A string doesn't swallow a definition at the margin: then a quote was miscounted.
        if (quote && first === start && this.definition(line, false)) {
          quote = '';
          this.#indents[line] = 0;
        }
        quote = quoteBehind(text, first, eol, quote);
      } else if (this.#language.blockComments && start > commentEnd && text.startsWith('/*', first)) {
        const close = text.indexOf('*/', first + 2);
        commentEnd = close === -1 ? text.length : close;
      }
      start = eol + 1;
    }
  }
}

/** The title that the first fitting pattern finds. */
export function named(patterns: readonly RegExp[], words: string): string | undefined {
  for (const pattern of patterns) {
    const groups = pattern.exec(words)?.groups;
    const name = groups?.name?.trim();
    if (name) return groups?.kind ? `${groups.kind} ${name}` : name;
  }
  return undefined;
}

/** The triple quote that is open behind the line, or ''. */
function quoteBehind(text: string, at: number, eol: number, quote: string): string {
  let open = quote;
  let i = at;
  while (i < eol) {
    if (open) {
      const close = text.slice(i, eol).indexOf(open);
      if (close === -1) return open;
      i += close + 3;
      open = '';
      continue;
    }
    const char = text[i]!;
    if (char === '#') return '';
    if (char !== '"' && char !== "'") {
      i++;
    } else if (text.startsWith(char.repeat(3), i)) {
      open = char.repeat(3);
      i += 3;
    } else {
      i++;
      while (i < eol && text[i] !== char) i += text[i] === '\\' ? 2 : 1;
      i++;
    }
  }
  return open;
}
