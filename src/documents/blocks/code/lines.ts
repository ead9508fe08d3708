// Source code line by line: indents, blank lines, and which lines are inside a long string or comment.
import { lineEnd, skipWhite } from '../lines.js';
import type { Language } from './languages.js';

/** Max UTF-16 code units of a line that the patterns see. */
const seenLength = 240;

const podStart = /^=(?:head\d|pod|over|item|begin|for|encoding)/;
const podEnd = /\n=(?:head|cut\b|end\b)/g;

export class CodeLines {
  readonly #text: string;
  readonly #language: Language;
  readonly #starts: number[] = [];
  /** Index of a line's first character that isn't white space. */
  readonly #firsts: number[] = [];
  readonly #indents: number[] = [];
  /** Kinds of quotes that open and never close. */
  readonly #unclosed = new Set<string>();

  constructor(text: string, language: Language) {
    this.#text = text;
    this.#language = language;
    this.#read();
  }

  get count(): number {
    return this.#starts.length;
  }

  /** Start index of a line; the end of the text for the line after the last. */
  start(line: number): number {
    return this.#starts[line] ?? this.#text.length;
  }

  /** Column of a line's first character; -1 for a blank line, Infinity inside a string or comment. */
  indent(line: number): number {
    return this.#indents[line]!;
  }

  /** A line without its indent, cut to the length that patterns see. */
  words(line: number): string {
    const first = this.#firsts[line]!;
    return this.#text.slice(first, Math.min(this.start(line + 1), first + seenLength)).trimEnd();
  }

  /**
   * The title of the definition that a line opens.
   * @param inside true inside another definition
   */
  definition(line: number, inside: boolean): string | undefined {
    const { definitions, members } = this.#language;
    const words = this.words(line);
    return named(definitions, words) ?? (inside && members ? named(members, words) : undefined);
  }

  #read(): void {
    const text = this.#text;
    const { tripleQuotes, blockComments, pod } = this.#language;
    /** End of the last opened string or comment over several lines. */
    let insideUntil = -1;
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
      const isInside = start <= insideUntil;
      this.#starts.push(start);
      this.#firsts.push(first);
      this.#indents.push(isInside ? Number.POSITIVE_INFINITY : first === eol ? -1 : indent);
      const from = isInside ? insideUntil : first;
      if (pod && !isInside && text[start] === '=' && podStart.test(text.slice(start, start + 10))) {
        podEnd.lastIndex = start + 1;
        insideUntil = Math.max(insideUntil, (podEnd.exec(text)?.index ?? text.length) - 1);
      } else if (tripleQuotes && from < eol) {
        insideUntil = Math.max(insideUntil, this.#stringEnd(from, eol));
      } else if (blockComments && !isInside && text.startsWith('/*', first)) {
        const close = text.indexOf('*/', first + 2);
        insideUntil = close === -1 ? text.length : close;
      }
      start = eol + 1;
    }
  }

  /** End of a string in three quotes that opens on this line and ends on a later one; else -1. */
  #stringEnd(from: number, eol: number): number {
    const text = this.#text;
    for (let at = from; at < eol; at++) {
      const char = text[at]!;
      if (char === '#') return -1;
      if (char !== '"' && char !== "'") continue;
      const quotes = char.repeat(3);
      if (text.startsWith(quotes, at)) {
        const close = this.#unclosed.has(quotes) ? -1 : text.indexOf(quotes, at + 3);
        // Searched once: after this place there is none either.
        if (close === -1) this.#unclosed.add(quotes);
        if (close === -1) return -1;
        at = close + 2;
        if (at >= eol) return at + 1;
      } else {
        at++;
        while (at < eol && text[at] !== char) at += text[at] === '\\' ? 2 : 1;
      }
    }
    return -1;
  }
}

/** The title from the first pattern that matches. */
export function named(patterns: readonly RegExp[], words: string): string | undefined {
  for (const pattern of patterns) {
    const groups = pattern.exec(words)?.groups;
    const name = groups?.name?.trim();
    const owned = groups?.owner ? `${groups.owner}.${name}` : name;
    if (name) return groups?.kind ? `${groups.kind} ${name}` : owned;
  }
  return undefined;
}
