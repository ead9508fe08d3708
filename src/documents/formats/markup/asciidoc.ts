// AsciiDoc: sections, lists, tables and code, without comments, settings and the signs around blocks. Includes aren't read:
// each file is a document of its own.
import { tableText } from '../../blocks/table-text.js';
import { TextBuilder } from '../../blocks/text-builder.js';
import { cleanTitle } from '../../blocks/titles.js';
import { decode } from '../../encodings/detect-encoding.js';
import { type Extraction, type FormatInput, one } from '../format.js';
import { Attributes, shown } from './asciidoc/inline.js';
import { Lists } from './asciidoc/lists.js';
import { asciidocTable } from './asciidoc/table.js';

const heading = /^(={1,6}|#{1,6})[ \t]+(\S.*)$/;
const underlines = '=-~^+';
const attribute = /^:(!?[\w][\w-]{0,60}!?):(?:[ \t]+(.*))?$/;
const codeSign = /^(?:-{4,}|\.{4,}|`{3,}|\+{4,})/;
const quietSign = /^(?:={4,}|\*{4,}|_{4,}|--|""|\[\[[^\]]*\]\])[ \t]*$/;
const tableSign = /^[|,:!]={3,}[ \t]*$/;
const listStyle =
  /^\[(?:lower|upper)(?:alpha|roman|greek)\]\s*$|^\[(?:arabic|decimal|start=\d+|%[\w-]+)[\w,=%" -]*\]\s*$/;
const listKind =
  /^\[(?:horizontal|qanda|unordered|ordered|square|circle|disc|none|no-bullet|unstyled|bibliography|glossary)\b[^\]]*\]\s*$/;
const settings = /^\[[^\]]*(?:\][^\]]+)*\][ \t]*$/;
const admonition = /^\[(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\b/;
const attribution = /^\[(?:quote|verse)\s*,\s*([^\]]{1,300})\]/;
const directive = /^(?:ifdef|ifndef|ifeval|endif|include|toc|leveloffset)::/;
const guarded = /^ifn?def::[^[]{1,200}\[(.+)\]$/;
const media = /^(?:image|video|audio)::[^[\s]{1,500}\[([^\],]*)/;
const pageBreak = /^(?:'{3,}|<{3,}|-{3}|\*{3})[ \t]*$/;
const item = /^[ \t]*(?:\*{1,5}|-|\.{1,5}|\d{1,5}\.|[a-zA-Z]\.|<(?:\d{1,3}|\.)>)[ \t]+\S/;
const continuation = /^\+[ \t]*$/;
/** Max characters of a line that the patterns see. */
const seenLength = 400;

export function extract({ bytes, source }: FormatInput): Extraction {
  const reader = new AsciidocReader(decode(bytes));
  return one({ source, format: 'asciidoc', ...reader.read() });
}

class AsciidocReader {
  readonly #lines: string[];
  readonly #builder = new TextBuilder();
  readonly #attributes = new Attributes();
  readonly #lists = new Lists();
  /** Whether the next block belongs to the item above it. */
  #isAttached = false;
  /** Signs without a second one of their kind from here on. */
  readonly #endless = new Set<string>();
  #open: string[] = [];
  #kind: 'paragraph' | 'item' | 'code' = 'paragraph';
  #openedAt = 1;
  /** The line of settings for the next block, and what stands in front of or after its words. */
  #settings = '';
  #label = '';
  #from = '';

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
    const isFirst = this.#open.length === 0;
    if (/^\/{4,}[ \t]*$/.test(seen)) return this.#skip(seen.trimEnd(), at);
    if (/^\/\/(?!\/)/.test(seen)) return at + 1;
    if (directive.test(seen)) {
      const words = guarded.exec(seen);
      if (words) this.#text(words[1]!, at);
      return at + 1;
    }
    const set = attribute.exec(seen);
    if (set) return this.#attribute(set[1]!, set[2] ?? '', at);
    const words = heading.exec(line);
    if (words) return this.#heading(words[1]!.length, words[2]!, at, 1);
    const level = isFirst ? this.#underlined(at) : 0;
    if (level > 0) return this.#heading(level, line.trim(), at, 2);
    if (codeSign.test(seen)) return this.#code(seen.trimEnd(), at);
    if (tableSign.test(seen)) return this.#table(seen.trimEnd(), at);
    if (line.trim() === '' || pageBreak.test(seen) || continuation.test(seen)) {
      this.#flush();
      this.#isAttached = continuation.test(seen);
    } else if (quietSign.test(seen)) {
      this.#flush();
    } else if (
      this.#kind === 'item' &&
      seen.startsWith('[') &&
      (listStyle.test(seen) || listKind.test(seen))
    ) {
      // How the list below is set.
      this.#flush();
      this.#lists.begin(seen);
    } else if (isFirst && seen.startsWith('[') && settings.test(seen)) {
      this.#settings = seen;
      this.#label = admonition.exec(seen)?.[1] ?? '';
      this.#from = attribution.exec(seen)?.[1] ?? '';
    } else if (isFirst && /^\.[^\s.]/.test(seen)) {
      this.#builder.add('paragraph', this.#shown(line.slice(1)), { line: at + 1 });
    } else if (media.test(seen)) {
      this.#flush();
      this.#builder.add('paragraph', this.#shown(media.exec(seen)![1]!), { line: at + 1 });
    } else {
      this.#text(line, at);
    }
    return at + 1;
  }

  #text(line: string, at: number): void {
    if (this.#open.length === 0) this.#lists.begin(this.#settings);
    const listed = this.#lists.itemOf(line);
    if (listed) this.#begin('item', at);
    else if (this.#open.length === 0) {
      if (!/^[ \t]/.test(line)) this.#leaveLists();
      this.#begin(/^[ \t]/.test(line) ? 'code' : 'paragraph', at);
    }
    this.#isAttached = false;
    const shown = listed
      ? listed.shown + this.#shown(listed.rest)
      : this.#kind === 'code'
        ? line
        : this.#shown(line);
    const label = this.#label === '' ? '' : `${this.#label}: `;
    this.#label = '';
    this.#open.push(label + shown);
  }

  /** Level of a title that is underlined; 0 for other lines. */
  #underlined(at: number): number {
    const title = this.#lines[at]!.trimEnd();
    const under = this.#lines[at + 1]?.trimEnd() ?? '';
    if (title.length < 2 || title.length > seenLength || Math.abs(title.length - under.length) > 2) return 0;
    const level = underlines.indexOf(under[0] ?? ' ') + 1;
    if (level === 0 || !/[\p{L}\p{N}]/u.test(title) || item.test(title) || title.startsWith('[')) return 0;
    return under === under[0]!.repeat(under.length) && /^\S/.test(title) ? level : 0;
  }

  #heading(level: number, words: string, at: number, lines: number): number {
    this.#flush();
    this.#lists.end();
    const title = this.#shown(words).replace(/[ \t]+=+$/, '');
    this.#builder.heading(title, level, { line: at + 1, title: cleanTitle(title) });
    this.#settings = '';
    return at + lines;
  }

  #attribute(name: string, value: string, at: number): number {
    let end = at + 1;
    let whole = value;
    // A value goes on after a backslash.
    while (/[ \t]\\$/.test(whole) && end < this.#lines.length) {
      whole = `${whole.slice(0, -1).trim()} ${this.#lines[end++]!.trim()}`;
      if (whole.length > seenLength) break;
    }
    this.#attributes.set(name.toLowerCase(), this.#attributes.fill(whole.trim()));
    return end;
  }

  #code(sign: string, at: number): number {
    this.#flush();
    this.#leaveLists();
    const mark = sign.startsWith('`') ? '```' : sign;
    const end = this.#end(mark, at + 1);
    if (end < 0) return at + 1;
    const code = this.#lines.slice(at + 1, end).join('\n');
    this.#builder.add('code', this.#attributes.fill(code), { line: at + 2 });
    this.#settings = '';
    return end + 1;
  }

  #table(sign: string, at: number): number {
    this.#flush();
    this.#leaveLists();
    const found = this.#end(sign, at + 1);
    const end = found < 0 ? this.#lines.length : found;
    const lines = this.#lines.slice(at + 1, end);
    const isCsv = sign.startsWith(',') || sign.startsWith(':');
    const { text, ...context } = isCsv
      ? tableText(lines.map((line) => line.split(sign[0]!).map((cell) => cell.trim())))
      : asciidocTable(lines, this.#settings, this.#attributes);
    this.#builder.add('table', text, { line: at + 2, ...context });
    this.#settings = '';
    return end + 1;
  }

  #skip(sign: string, at: number): number {
    const end = this.#end(sign, at + 1);
    return end < 0 ? at + 1 : end + 1;
  }

  #end(sign: string, from: number): number {
    if (this.#endless.has(sign)) return -1;
    for (let at = from; at < this.#lines.length; at++) {
      if (this.#lines[at]!.startsWith(sign) && this.#lines[at]!.trimEnd() === sign) return at;
    }
    this.#endless.add(sign);
    return -1;
  }

  /** A block ends the lists above it, unless a `+` puts it into an item. */
  #leaveLists(): void {
    if (!this.#isAttached) this.#lists.end();
    this.#isAttached = false;
  }

  #shown(line: string): string {
    return shown(line, this.#attributes);
  }

  #begin(kind: 'paragraph' | 'item' | 'code', at: number): void {
    this.#flush();
    this.#kind = kind;
    this.#openedAt = at + 1;
  }

  #flush(): void {
    if (this.#open.length === 0) return;
    const code = this.#kind === 'code';
    this.#builder.add(this.#kind, this.#open.join('\n'), { line: this.#openedAt });
    if (this.#from !== '' && !code)
      this.#builder.add('paragraph', this.#shown(`— ${this.#from}`), { line: this.#openedAt });
    this.#from = '';
    this.#open = [];
    this.#settings = '';
    this.#kind = 'paragraph';
  }
}
