// Org (Emacs): headings, lists, tables and blocks, without drawers, planning lines and settings. Titles, authors and the
// like stay in front.
import { tableText } from '../../blocks/table-text.js';
import { TextBuilder } from '../../blocks/text-builder.js';
import { cleanTitle } from '../../blocks/titles.js';
import { decode } from '../../encodings/detect-encoding.js';
import { type Extraction, type FormatInput, one } from '../format.js';

const heading = /^(\*{1,30})[ \t]+(\S.*)$/;
/** What stands in front of a heading's words, and its tags after them. */
const state = /^(?:TODO|DONE|NEXT|WAITING|HOLD|CANCELL?ED|STARTED|COMMENT)[ \t]+(?=\S)|^\[#[A-Z\d]\][ \t]*/;
const tags = /[ \t]+:[\w@#%:]{1,200}:[ \t]*$/;
const setting = /^[ \t]*#\+([A-Za-z_]{1,40})(?:\[[^\]]{0,200}\])?:[ \t]*(.*)$/;
const shownSettings = ['title', 'subtitle', 'author', 'date', 'description', 'caption'];
const begin = /^[ \t]*#\+begin_(\S{1,40})/i;
const codeBlocks = ['src', 'example', 'export', 'ascii', 'html', 'latex'];
const drawer = /^[ \t]*:[\w-]{1,60}:[ \t]*$/;
const drawerEnd = /^[ \t]*:END:[ \t]*$/i;
/** Lines of a drawer; without an end by then it is text. */
const maxDrawer = 100;
/** Max characters of a line that the patterns see. */
const seenLength = 400;
const planning = /^[ \t]*(?:(?:DEADLINE|SCHEDULED|CLOSED):[ \t]*[<[][^>\]]{1,60}[>\]][ \t]*)+$/;
const comment = /^[ \t]*#(?:[ \t]|$)/;
const item = /^[ \t]*(?:[-+]|\d{1,6}[.)]|[ \t]+\*)[ \t]+\S/;
const rule = /^[ \t]*-{5,}[ \t]*$/;
const tableRule = /^[ \t]*\|[-+|]*$/;
const link = /\[\[([^\][]{1,2000})\](?:\[([^\][]{1,2000})\])?\]/g;

export function extract({ bytes, source }: FormatInput): Extraction {
  const reader = new OrgReader(decode(bytes));
  return one({ source, format: 'org', ...reader.read() });
}

class OrgReader {
  readonly #lines: string[];
  readonly #builder = new TextBuilder();
  #open: string[] = [];
  #kind: 'paragraph' | 'item' = 'paragraph';
  #openedAt = 1;
  /** 1 when the file has a title, which is around all of its headings. */
  #depth = 0;
  /** Kinds of blocks that have no end from here on. */
  readonly #endless = new Set<string>();

  constructor(text: string) {
    this.#lines = text.split(/\r\n|\n|\r/);
  }

  read(): ReturnType<TextBuilder['finish']> {
    for (let at = 0; at < this.#lines.length; ) at = this.#take(at);
    this.#flush();
    return this.#builder.finish();
  }

  /** Reads what begins on a line. @returns the next line to read */
  #take(at: number): number {
    const line = this.#lines[at]!;
    const seen = line.slice(0, seenLength);
    const words = heading.exec(line);
    if (words) return this.#heading(words[1]!.length, words[2]!, at);
    const block = begin.exec(seen);
    if (block) return this.#block(block[1]!.toLowerCase(), at);
    if (drawer.test(seen)) {
      const end = this.#find(drawerEnd, at + 1, maxDrawer);
      if (end > 0) return end + 1;
    }
    if (/^[ \t]*\|/.test(seen)) return this.#table(at);
    if (/^[ \t]*: /.test(seen)) return this.#fixedWidth(at);
    const set = setting.exec(seen);
    if (set) {
      this.#flush();
      if (shownSettings.includes(set[1]!.toLowerCase())) this.#setting(set[1]!.toLowerCase(), set[2]!, at);
    } else if (line.trim() === '' || rule.test(seen)) {
      this.#flush();
    } else if (!comment.test(seen) && !planning.test(seen) && !/^[ \t]*#\+end_/i.test(seen)) {
      if (item.test(seen)) this.#begin('item', at);
      else if (this.#open.length === 0) this.#begin('paragraph', at);
      this.#open.push(shown(line));
    }
    return at + 1;
  }

  #heading(level: number, words: string, at: number): number {
    this.#flush();
    let title = words;
    for (let next = title.replace(state, ''); next !== title; next = title.replace(state, '')) title = next;
    const place = Math.max(0, title.length - seenLength);
    title = shown(title.slice(0, place) + title.slice(place).replace(tags, ''));
    this.#builder.heading(title, level + this.#depth, { line: at + 1, title: cleanTitle(title) });
    return at + 1;
  }

  #setting(name: string, value: string, at: number): void {
    const line = at + 1;
    if (value.trim() === '') return;
    if (name === 'title' && this.#depth === 0) {
      this.#depth = 1;
      this.#builder.heading(value, 1, { line, title: cleanTitle(value) });
    } else this.#builder.add('paragraph', shown(value), { line });
  }

  #block(name: string, at: number): number {
    this.#flush();
    if (this.#endless.has(name)) return at + 1;
    const end = this.#endOf(name, at + 1);
    if (end < 0) {
      this.#endless.add(name);
      return at + 1;
    }
    if (name === 'comment') return end + 1;
    // The words of a quotation read like any others.
    if (!codeBlocks.includes(name)) return at + 1;
    const code = this.#lines.slice(at + 1, end).map((line) => line.replace(/^([ \t]*),(?=[*,]|#\+)/, '$1'));
    this.#builder.add('code', code.join('\n'), { line: at + 2 });
    return end + 1;
  }

  #table(at: number): number {
    this.#flush();
    let end = at;
    while (end < this.#lines.length && /^[ \t]*\|/.test(this.#lines[end]!)) end++;
    const rows = this.#lines.slice(at, end);
    const isRuled = rows.length > 1 && !tableRule.test(rows[0]!) && tableRule.test(rows[1]!);
    const cells = rows.filter((row) => !tableRule.test(row)).map(cellsOf);
    const { text, ...context } = tableText(cells, isRuled ? 1 : undefined);
    this.#builder.add('table', text, { line: at + 1, ...context });
    return end;
  }

  #fixedWidth(at: number): number {
    this.#flush();
    let end = at;
    while (end < this.#lines.length && /^[ \t]*:(?: |$)/.test(this.#lines[end]!)) end++;
    const code = this.#lines.slice(at, end).map((line) => line.replace(/^[ \t]*: ?/, ''));
    this.#builder.add('code', code.join('\n'), { line: at + 1 });
    return end;
  }

  #find(pattern: RegExp, from: number, most: number): number {
    const end = Math.min(this.#lines.length, from + most);
    for (let at = from; at < end; at++) if (pattern.test(this.#lines[at]!.slice(0, 200))) return at;
    return -1;
  }

  #endOf(name: string, from: number): number {
    for (let at = from; at < this.#lines.length; at++) {
      const line = this.#lines[at]!.slice(0, seenLength).trim().toLowerCase();
      if (line.startsWith(`#+end_${name}`)) return at;
    }
    return -1;
  }

  #begin(kind: 'paragraph' | 'item', at: number): void {
    this.#flush();
    this.#kind = kind;
    this.#openedAt = at + 1;
  }

  #flush(): void {
    this.#builder.add(this.#kind, this.#open.join('\n'), { line: this.#openedAt });
    this.#open = [];
    this.#kind = 'paragraph';
  }
}

/** Max characters of a line in which signs are looked for. */
const maxEmphasized = 20_000;
/** Bold, underlined and code: signs around words, which begin and end there. */
const emphasis = /(?<![^\s\-–—({'"])([*=~_])(?=\S)([^\n]{1,300}?)(?<=\S)\1(?![^\s\-–—.,:!?;'")}[\\])/g;

/** The words of a line: of a link its description, without signs of emphasis. */
function shown(line: string): string {
  const plain = line.length <= maxEmphasized && /[*=~_]/.test(line) ? line.replace(emphasis, '$2') : line;
  if (!plain.includes('[[')) return plain;
  return plain.replace(link, (_, address: string, words?: string) => words ?? address.replace(/^file:/, ''));
}

function cellsOf(row: string): string[] {
  const inner = row.trim().slice(1);
  const cells = (inner.endsWith('|') ? inner.slice(0, -1) : inner).split('|');
  return cells.map((cell) => shown(cell).trim());
}
