// Reads LaTeX from its start to its end: commands, environments, and the words between them.
import { groupAt, skipGroups, skipOptions } from './groups.js';
import { headOf } from './head.js';
import { withoutStyles } from './highlighted.js';
import { endOfHidden, OwnCommands } from './own-commands.js';
import { plain } from './plain.js';
import { accented, signAt, verbAt, withBlanks } from './signs.js';
import {
  accents,
  characters,
  displays,
  halfQuiet,
  lists,
  quiet,
  sections,
  skipped,
  tables,
  verbatim,
} from './symbols.js';
import { quantityAt } from './units.js';
import { LatexWriter } from './writer.js';

const command = /\\([A-Za-z@]{1,40}\*?|[^A-Za-z@]|$)/y;
const words = /[^\\{}%$&~\n`'-]+/y;
const environmentEnd = (name: string) => `\\end{${name}}`;
const begin = '\\begin{document}';
/** Max cells and lists around a place. */
const maxLists = 50;

export class LatexReader {
  readonly #text: string;
  readonly #writer: LatexWriter;
  readonly #own: OwnCommands;
  /** Environments without an end from here on. */
  readonly #endless = new Set<string>();
  /** Next numbers of the lists around this place; 0 without numbers. */
  readonly #lists: number[] = [];
  /** What is written at the end of each open group. */
  readonly #ends: string[] = [];

  constructor(text: string) {
    this.#text = text;
    this.#writer = new LatexWriter(text);
    this.#own = new OwnCommands(text);
  }

  read(): ReturnType<LatexWriter['finish']> {
    const text = this.#text;
    let at = text.indexOf(begin);
    if (at >= 0) {
      this.#readHead(at);
      at += begin.length;
    } else at = 0;
    while (at < text.length) at = this.#step(at);
    return this.#writer.finish();
  }

  /** The title and what else of the preamble is read. */
  #readHead(end: number): void {
    for (const { name, latex, at } of headOf(this.#text.slice(0, end))) {
      const shown = this.#plain(latex);
      if (name === 'title' && shown !== '') this.#writer.heading(shown, 1, at);
      else this.#writer.add('paragraph', shown, at);
    }
  }

  /** Reads what begins at `at`. @returns the place after it */
  #step(at: number): number {
    const text = this.#text;
    const char = text[at]!;
    words.lastIndex = at;
    const run = words.exec(text);
    if (run) {
      this.#writer.put(run[0], at);
      return words.lastIndex;
    }
    if (char === '\\') return this.#command(at);
    if (char === '%') {
      const end = text.indexOf('\n', at);
      // A comment takes its line break along.
      return end < 0 ? text.length : end + (/^[ \t]*\n/.test(text.slice(end + 1, end + 80)) ? 0 : 1);
    }
    if (char === '\n') return this.#lineBreak(at);
    if (char === '{') {
      // Arguments of a command are words of their own.
      if (text[at - 1] === '}') this.#writer.put(' ', at);
      this.#ends.push('');
    } else if (char === '}') this.#writer.put(this.#ends.pop() ?? '', at);
    else if (char === '$') return this.#formula(at);
    else if (char === '&' && this.#writer.isInTable) this.#writer.endCell();
    else if (char === '~') this.#writer.put(' ', at);
    else return this.#sign(at);
    return at + 1;
  }

  #sign(at: number): number {
    const { shown, length } = signAt(this.#text, at);
    this.#writer.put(shown, at);
    return at + length;
  }

  #lineBreak(at: number): number {
    let end = at + 1;
    let isParagraph = false;
    while (end < this.#text.length && /\s/.test(this.#text[end]!)) {
      if (this.#text[end] === '\n') isParagraph = true;
      end++;
    }
    if (isParagraph && !this.#writer.isInTable && this.#ends.length === 0) this.#writer.flush();
    else this.#writer.put(' ', at);
    return end;
  }

  #command(at: number): number {
    const text = this.#text;
    command.lastIndex = at;
    const name = command.exec(text)?.[1]?.replace('*', '') ?? '';
    const end = command.lastIndex || at + 1;
    if (name === '') return at + 1;
    if (name === 'begin' || name === 'end') return this.#environment(name, at, end);
    if (name === '\\') {
      if (this.#writer.isInTable) this.#writer.endRow();
      else this.#writer.put(' ', at);
      return skipOptions(text, end);
    }
    if (name === '[' || name === '(')
      return this.#display(at, end, name === '[' ? '\\]' : '\\)', name === '[');
    const level = sections.get(name);
    if (level !== undefined) return this.#heading(level, at, end);
    if (name === 'item' || name === 'bibitem') return this.#item(name, at, end);
    const accent = accents.get(name);
    if (accent !== undefined) {
      const { shown, length } = accented(text, accent, end);
      this.#writer.put(shown, at);
      return end + length;
    }
    const character = characters.get(name);
    if (character !== undefined) {
      this.#writer.put(character, at);
      // A blank ends the command's name; empty braces do, too.
      return /[A-Za-z]/.test(name) && /^(?:\{\}| )/.test(text.slice(end, end + 2))
        ? end + (text[end] === ' ' ? 1 : 2)
        : end;
    }
    if (name === 'caption') return this.#caption(at, end);
    if (name === 'footnote') {
      const start = skipOptions(text, end);
      if (text[start] !== '{') return end;
      this.#writer.put(' (', at);
      this.#ends.push(')');
      return start + 1;
    }
    const written = verbAt(name, text, end) ?? quantityAt(name, text, end);
    if (written) {
      this.#writer.put(written.shown, at);
      return written.end;
    }
    if (name === 'def') return this.#definition(end);
    if (name.startsWith('end') && this.#writer.isInTable && this.#writer.endPart(name)) return end;
    if (name === 'multicolumn' || name === 'multirow') return skipGroups(text, end, 2);
    if (halfQuiet.has(name)) return skipGroups(text, skipOptions(text, end), 1);
    if (quiet.has(name)) return skipGroups(text, end);
    if (name === 'iffalse') return this.#hidden(end);
    const own = this.#own.set(name, text, end);
    if (own) {
      this.#writer.put(withBlanks(own.latex, this.#plain(own.latex)), at);
      return own.end;
    }
    if (name === 'appendix' || name === 'par') this.#writer.flush();
    if (/[A-Za-z]/.test(name)) return skipOptions(text, end);
    this.#writer.put(/[%&$#_{} ]/.test(name) ? name : ' ', at);
    return end;
  }

  #environment(kind: string, at: number, after: number): number {
    const text = this.#text;
    const group = groupAt(text, after, '{');
    if (!group) return after;
    const name = group.text.trim();
    const end = group.end;
    if (kind === 'end') {
      this.#endEnvironment(name);
      // LaTeX reads nothing behind the document.
      return name === 'document' ? text.length : end;
    }
    if (verbatim.has(name) || skipped.has(name) || displays.has(name)) {
      const close = this.#find(name, end);
      if (close >= 0) {
        this.#writer.flush();
        const inner = text.slice(end, close);
        if (verbatim.has(name)) this.#code(name === 'Highlighting' ? withoutStyles(inner) : inner, at);
        else if (displays.has(name)) this.#writer.add('paragraph', this.#plain(inner), at);
        return close + environmentEnd(name).length;
      }
    }
    if (lists.has(name)) {
      this.#writer.flush();
      if (this.#lists.length < maxLists) this.#lists.push(/enum|biblio/.test(name) ? 1 : 0);
    } else if (tables.has(name)) {
      if (!this.#writer.isInTable) this.#writer.beginTable(at);
      return skipGroups(text, skipOptions(text, end), name === 'tabularx' || name === 'tabular*' ? 2 : 1);
    } else if (!this.#writer.isInTable) this.#writer.flush();
    if (name === 'abstract') {
      this.#writer.heading('Abstract', 4, at);
    }
    return name === 'thebibliography' ? skipGroups(text, end, 1) : skipOptions(text, end);
  }

  #endEnvironment(name: string): void {
    if (tables.has(name)) this.#writer.endTable();
    else if (!this.#writer.isInTable) this.#writer.flush();
    if (lists.has(name)) {
      this.#lists.pop();
      this.#writer.endList();
    }
  }

  /** Place of the end of an environment; -1 if there is none. */
  #find(name: string, from: number): number {
    if (this.#endless.has(name)) return -1;
    const end = this.#text.indexOf(environmentEnd(name), from);
    if (end < 0) this.#endless.add(name);
    return end;
  }

  /** @returns the place after a part that is never shown */
  #hidden(from: number): number {
    if (this.#endless.has('iffalse')) return from;
    const end = endOfHidden(this.#text, from);
    if (end < 0) this.#endless.add('iffalse');
    return end < 0 ? from : end;
  }

  #plain(latex: string): string {
    return plain(this.#own.filled(latex));
  }

  /** What `\def` gives a name to. @returns the place after it */
  #definition(end: number): number {
    const parameters = /^[^{}\n]{0,100}/.exec(this.#text.slice(end, end + 100))?.[0] ?? '';
    return groupAt(this.#text, end + parameters.length, '{')?.end ?? end;
  }

  #code(inner: string, at: number): void {
    const code = inner.replace(/^(?:\[[^\]\n]{0,300}\])?(?:\{[^}\n]{0,60}\})?[ \t]*\n/, '');
    const skippedLines = inner.slice(0, inner.length - code.length).split('\n').length - 1;
    this.#writer.add('code', code, at, skippedLines);
  }

  #heading(level: number, at: number, end: number): number {
    const group = groupAt(this.#text, skipOptions(this.#text, end), '{');
    if (!group) return end;
    this.#writer.flush();
    const title = this.#plain(group.text);
    if (title !== '') this.#writer.heading(title, level, at);
    return group.end;
  }

  #item(name: string, at: number, end: number): number {
    this.#writer.flush();
    const number = this.#lists.at(-1) ?? 0;
    const indent = '  '.repeat(Math.max(0, this.#lists.length - 1));
    if (number > 0) this.#lists[this.#lists.length - 1] = number + 1;
    const label = this.#text[end] === '[' ? groupAt(this.#text, end, '[') : undefined;
    const sign = label ? `- ${this.#plain(label.text)}: ` : number > 0 ? `${number}. ` : '- ';
    this.#writer.item(`${indent}${sign}`, at);
    const after = label?.end ?? end;
    return name === 'bibitem' ? skipGroups(this.#text, after, 1) : after;
  }

  #caption(at: number, end: number): number {
    const group = groupAt(this.#text, skipOptions(this.#text, end), '{');
    if (!group) return end;
    if (!this.#writer.isInTable) this.#writer.flush();
    this.#writer.add('paragraph', this.#plain(group.text), at);
    return group.end;
  }

  /** A formula between dollar signs. */
  #formula(at: number): number {
    const sign = this.#text[at + 1] === '$' ? '$$' : '$';
    return this.#display(at, at + sign.length, sign, sign === '$$');
  }

  #display(at: number, start: number, sign: string, isDisplay: boolean): number {
    const close = this.#text.slice(start, start + 5000).indexOf(sign);
    if (close < 0) return start;
    const formula = this.#plain(this.#text.slice(start, start + close));
    if (isDisplay && !this.#writer.isInTable) {
      this.#writer.flush();
      this.#writer.add('paragraph', formula, at);
    } else this.#writer.put(formula, at);
    return start + close + sign.length;
  }
}
