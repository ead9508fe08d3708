// MDX → Markdown: statements, tags of components and expressions go; what stands between the tags, and texts in their
// attributes, stay. Each line stays on its line.
import { closesFence, fenceAt } from '../../../blocks/markdown/lines.js';
import { literal, Script, type Tag } from './script.js';

/** Attributes that components show. */
const shown = new Set([
  'title',
  'label',
  'alt',
  'caption',
  'description',
  'summary',
  'heading',
  'header',
  'text',
]);
const mathAt = /\$\$[^$]{1,5000}\$\$|\$[^\s$][^$\n]{0,500}\$/y;

export function plainMarkdown(mdx: string): string {
  return new MdxReader(mdx).read();
}

/** A component whose tag stands at the start of a line: what is in it may be indented. */
interface OpenComponent {
  name: string;
  /** Indent of the lines in it; undefined until the first one. */
  indent: number | undefined;
}

class MdxReader {
  readonly #text: string;
  readonly #parts: string[] = [];
  readonly #open: OpenComponent[] = [];
  readonly #script: Script;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#script = new Script(text);
  }

  read(): string {
    while (this.#at < this.#text.length) this.#line();
    return this.#parts
      .join('')
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n');
  }

  #line(): void {
    const text = this.#text;
    const start = this.#at;
    const eol = lineEnd(text, start);
    let at = start;
    while (at < eol && (text[at] === ' ' || text[at] === '\t')) at++;
    if (at === eol) {
      this.#skip(eol + 1);
      return;
    }
    const after = at === start ? this.#script.afterStatement(at) : at;
    if (after > at) {
      this.#skip(after);
      return;
    }
    const component = this.#open.at(-1);
    if (component && !(text[at] === '<' && text[at + 1] === '/')) component.indent ??= at - start;
    const removed = Math.min(component?.indent ?? 0, at - start);
    const fence = fenceAt(text, at, eol);
    if (fence) {
      this.#fence(removed, eol, fence);
      return;
    }
    this.#parts.push(text.slice(start + removed, at));
    this.#at = at;
    this.#words(at);
  }

  /** Passes over text; its line breaks stay. */
  #skip(to: number): void {
    const end = Math.min(to, this.#text.length);
    for (let at = this.#at; at < end; at++) if (this.#text.charCodeAt(at) === 10) this.#parts.push('\n');
    this.#at = end;
  }

  #fence(removed: number, eol: number, fence: NonNullable<ReturnType<typeof fenceAt>>): void {
    const text = this.#text;
    this.#parts.push(text.slice(this.#at + removed, eol + 1));
    this.#at = eol + 1;
    while (this.#at < text.length) {
      const start = this.#at;
      const end = lineEnd(text, start);
      let from = start;
      while (from < end && from - start < removed && (text[from] === ' ' || text[from] === '\t')) from++;
      this.#parts.push(text.slice(from, end + 1));
      this.#at = end + 1;
      let first = from;
      while (first < end && text[first] === ' ') first++;
      if (closesFence(text, fence, first, end)) return;
    }
  }

  /** The rest of a line, and of the lines over which a tag or an expression in it goes. */
  #words(lineStart: number): void {
    const text = this.#text;
    while (this.#at < text.length) {
      const at = this.#at;
      const char = text[at]!;
      if (char === '\n') {
        this.#parts.push('\n');
        this.#at = at + 1;
        return;
      }
      if (char === '\\') this.#copy(at + 2);
      else if (char === '`') this.#copy(afterCode(text, at));
      else if (char === '$') this.#copy(afterMath(text, at));
      else if (char === '{') this.#expression(at);
      else if (char === '<') this.#tag(at, at === lineStart);
      else this.#copy(nextSign(text, at + 1));
    }
  }

  #copy(to: number): void {
    this.#parts.push(this.#text.slice(this.#at, to));
    this.#at = to;
  }

  #expression(at: number): void {
    const end = this.#script.afterBracket(at);
    if (end === -1) {
      this.#copy(at + 1);
      return;
    }
    this.#parts.push(literal(this.#text.slice(at + 1, end - 1))?.replaceAll('\n', ' ') ?? '');
    this.#skip(end);
  }

  #tag(at: number, isFirst: boolean): void {
    const tag = this.#script.tagAt(at);
    if (!tag) {
      this.#copy(at + 1);
      return;
    }
    if (/^[a-z]/.test(tag.name) && !tag.name.includes('.')) {
      this.#html(tag);
      return;
    }
    if (tag.isClosing) this.#close(tag.name);
    else if (isFirst && !tag.isSelfClosed) this.#open.push({ name: tag.name, indent: undefined });
    const words = tag.attributes
      .filter(({ name, value }) => shown.has(name) && value !== undefined && /\p{L}/u.test(value))
      .map(({ value }) => value!.replaceAll('\n', ' '));
    this.#parts.push([...new Set(words)].join(' – '));
    // Between two texts on one line.
    if (words.length > 0) this.#parts.push(' ');
    this.#skip(tag.end);
  }

  #close(name: string): void {
    const last = this.#open.findLastIndex((component) => component.name === name);
    if (last >= 0) this.#open.length = last;
  }

  /** A tag of HTML, which the reader of Markdown knows: without what is JavaScript in it. */
  #html({ attributes, end }: Tag): void {
    for (const { value, start, end: after } of attributes) {
      if (value !== undefined || this.#text[after - 1] !== '}') continue;
      this.#copy(start);
      this.#skip(after);
    }
    this.#copy(end);
  }
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

/** Index of the next character that may mean something. */
function nextSign(text: string, at: number): number {
  for (let i = at; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // A line break, `$`, `<`, `\`, a back-tick or `{`.
    if (code === 10 || code === 36 || code === 60 || code === 92 || code === 96 || code === 123) return i;
  }
  return text.length;
}

/** Index after code in back-ticks, within its paragraph; after the signs alone where it doesn't end. */
function afterCode(text: string, at: number): number {
  let open = at;
  while (text[open] === '`') open++;
  const sign = text.slice(at, open);
  const end = text.indexOf(sign, open);
  if (end === -1 || text.slice(open, end).includes('\n\n')) return open;
  let after = end + sign.length;
  while (text[after] === '`') after++;
  return after;
}

function afterMath(text: string, at: number): number {
  mathAt.lastIndex = at;
  return at + (mathAt.exec(text)?.[0].length ?? 1);
}
