// The paragraph styles of an RTF document: which of them are headings, and of which level, and which are code.

const maxNameLength = 100;
/** Styles inherit from styles, in files of a stranger without end. */
const maxInherited = 30;
const otherKinds = new Set(['cs', 'ds', 'ts']);
/** Not `Heading 1 Char`, which is a style of characters. */
const headingName = /^\s*(?:heading ([1-9])|title)\s*;?\s*$/i;

const codeName =
  /^\s*(?:source ?code|code(?: ?(?:block|example|listing|snippet|text))?|(?:html )?preformatted(?: text)?|listing|verbatim)\s*;?\s*$/i;

export class StyleSheet {
  readonly #code = new Set<number>();
  readonly #levels = new Map<number, number>();
  readonly #parents = new Map<number, number>();
  /** Undefined for a style of characters, tables or sections. */
  #style: number | undefined = 0;
  #name = '';

  begin(): void {
    this.#style = 0;
    this.#name = '';
  }

  word(word: string, value: number | undefined): void {
    if (word === 's') this.#style = value ?? 0;
    else if (otherKinds.has(word)) this.#style = undefined;
    else if (this.#style === undefined) return;
    else if (word === 'outlinelevel') this.#levels.set(this.#style, levelOf(value));
    else if (word === 'sbasedon') this.#parents.set(this.#style, value ?? 0);
  }

  /** Takes a part of the current style's name. */
  name(text: string): void {
    this.#name = `${this.#name}${text}`.slice(0, maxNameLength);
  }

  end(): void {
    if (this.#style === undefined) return;
    if (codeName.test(this.#name)) this.#code.add(this.#style);
    if (this.#levels.has(this.#style)) return;
    const level = headingName.exec(this.#name);
    if (level) this.#levels.set(this.#style, Number(level[1] ?? 1));
  }

  /** Whether a style is one of code, or inherits from one. */
  isCode(style: number): boolean {
    let at: number | undefined = style;
    for (let depth = 0; at !== undefined && depth < maxInherited; depth++) {
      if (this.#code.has(at)) return true;
      at = this.#parents.get(at);
    }
    return false;
  }

  /** @returns 1–9, 0 for text, undefined for a style that says nothing of it */
  levelOf(style: number): number | undefined {
    let at: number | undefined = style;
    for (let depth = 0; at !== undefined && depth < maxInherited; depth++) {
      const level = this.#levels.get(at);
      if (level !== undefined) return level;
      at = this.#parents.get(at);
    }
    return undefined;
  }
}

/** @param outline as RTF counts, from 0 @returns 1–9, or 0 for text */
export function levelOf(outline: number | undefined): number {
  return outline !== undefined && outline >= 0 && outline < 9 ? outline + 1 : 0;
}
