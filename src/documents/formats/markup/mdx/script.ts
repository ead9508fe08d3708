// The JavaScript in MDX: where an expression, a statement or a tag ends. It looks at brackets, strings and comments alone, so
// that time is proportional to the text.

const closing: Readonly<Record<string, string>> = { '{': '}', '(': ')', '[': ']' };

/** Where brackets, statements and tags of one text end. */
export class Script {
  readonly #text: string;
  /** Set when a bracket isn't closed: the others are signs, and the rest of the text isn't looked at for each of them. */
  #isBroken = false;

  constructor(text: string) {
    this.#text = text;
  }

  /** Index after the bracket that closes the one at `at`; -1 where none does. */
  afterBracket(at: number): number {
    const end = this.#isBroken ? -1 : afterBracket(this.#text, at);
    if (end === -1) this.#isBroken = true;
    return end;
  }

  /** Index of the line after the statements that begin at `at`, the start of a line; `at` where none does. */
  afterStatement(at: number): number {
    const text = this.#text;
    statement.lastIndex = at;
    if (!statement.test(text)) return at;
    for (let i = at; i < text.length; ) {
      const char = text[i]!;
      // A statement ends with its line, outside of brackets.
      if (char === '\n') return i + 1;
      const next = closing[char] === undefined ? afterQuiet(text, i) : this.afterBracket(i);
      // What isn't closed ends with its paragraph.
      if (next === -1) return afterParagraph(text, at);
      i = Math.max(next, i + 1);
      if (goesOn.test(text.slice(Math.max(at, i - 12), i))) i = afterLineBreak(text, i);
    }
    return text.length;
  }

  /** The JSX tag that begins at `at`; undefined where none does. */
  tagAt(at: number): Tag | undefined {
    const text = this.#text;
    const [head, slash, name = ''] = matchAt(tagName, text, at) ?? [];
    if (head === undefined) return undefined;
    const tag: Tag = { name, isClosing: slash === '/', isSelfClosed: false, end: 0, attributes: [] };
    let i = at + head.length;
    for (let count = 0; count < maxAttributes; count++) {
      const close = matchAt(tagEnd, text, i);
      if (close) return { ...tag, isSelfClosed: close[1] === '/', end: i + close[0].length };
      if (name === '' || tag.isClosing) return undefined;
      const start = i + matchAt(spaces, text, i)![0].length;
      // `{...props}`
      if (text[start] === '{') {
        i = this.afterBracket(start);
        if (i === -1) return undefined;
        tag.attributes.push({ name: '', value: undefined, start, end: i });
        continue;
      }
      const attribute = matchAt(attributeName, text, i);
      if (!attribute) return undefined;
      i += attribute[0].length;
      let value: string | undefined;
      if (attribute[2] === '=') {
        const quote = text[i]!;
        const from = i;
        if (quote === '{') i = this.afterBracket(i);
        else if (quote === '"' || quote === "'") i = text.indexOf(quote, i + 1) + 1 || -1;
        else return undefined;
        if (i === -1) return undefined;
        value = quote === '{' ? literal(text.slice(from + 1, i - 1)) : text.slice(from + 1, i - 1);
      }
      tag.attributes.push({ name: attribute[1]!, value, start, end: i });
    }
    return undefined;
  }
}

function afterBracket(text: string, at: number): number {
  const open: string[] = [];
  for (let i = at; i < text.length; ) {
    const char = text[i]!;
    const next = afterQuiet(text, i);
    if (next === -1) return -1;
    if (next > i) {
      i = next;
      continue;
    }
    if (closing[char] !== undefined) open.push(closing[char]);
    else if (char === open.at(-1)) {
      open.pop();
      if (open.length === 0) return i + 1;
    }
    i++;
  }
  return -1;
}

/** Index after the string or comment that begins at `at`; `at` where none does, -1 where it doesn't end. */
function afterQuiet(text: string, at: number): number {
  const char = text[at];
  if (char === '"' || char === "'" || char === '`') return afterString(text, at);
  if (char !== '/') return at;
  const end = text.startsWith('/*', at)
    ? text.indexOf('*/', at + 2)
    : text.startsWith('//', at)
      ? text.indexOf('\n', at)
      : at;
  return end <= at ? end : text[at + 1] === '*' ? end + 2 : end;
}

/** An apostrophe in a text between tags is no string: one that its line doesn't end is passed over. */
function afterString(text: string, at: number): number {
  const quote = text[at]!;
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === quote) return i + 1;
    else if (text[i] === '\n' && quote !== '`') return at + 1;
  }
  return quote === '`' ? -1 : at + 1;
}

const statement = new RegExp(
  [
    String.raw`import\s+(?:["']|[\w$*{][^\n]{0,500}?\bfrom\s*(?:["']|$)|(?:[\w$]+\s*,\s*)?\{[^}\n]*$)`,
    String.raw`export\s+(?:default|const|let|var|function|class|async|type|interface|[{*])(?=[\s({*]|$)`,
  ].join('|'),
  'my',
);

/** What a statement doesn't end with: it goes on in the next line. */
const goesOn = /(?:=|=>|\bfrom|,|\|\||&&|\?|:)[ \t]*$/;

/** Index after the line break, where nothing else stands before it; else `at`. */
function afterLineBreak(text: string, at: number): number {
  let end = at;
  while (text[end] === ' ' || text[end] === '\t' || text[end] === '\r') end++;
  return text[end] === '\n' ? end + 1 : at;
}

function afterParagraph(text: string, at: number): number {
  const blank = /\n[ \t]*\n/g;
  blank.lastIndex = at;
  return blank.exec(text)?.index ?? text.length;
}

export interface Tag {
  /** '' for a fragment, `<>`. */
  name: string;
  isClosing: boolean;
  isSelfClosed: boolean;
  /** Index after it. */
  end: number;
  attributes: { name: string; value: string | undefined; start: number; end: number }[];
}

const tagName = /<(\/?)([A-Za-z][\w.:-]{0,100})?/y;
const attributeName = /\s*([A-Za-z_$][\w:.$-]{0,100})\s*(=?)\s*/y;
const tagEnd = /\s*(\/?)>/y;
const spaces = /\s*/y;
/** Max attributes of a tag. */
const maxAttributes = 200;

/** The text of an expression that is one string; undefined for any other. */
export function literal(expression: string): string | undefined {
  const text = expression.trim();
  const quote = text[0];
  if (quote !== '"' && quote !== "'" && quote !== '`') return undefined;
  if (text.length < 2 || afterString(text, 0) !== text.length || (quote === '`' && text.includes('${'))) {
    return undefined;
  }
  return text.slice(1, -1).replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
