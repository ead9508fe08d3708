// The paragraph styles of an RTF document: which of them are headings, and of which level.

const maxNameLength = 100;

export class StyleSheet {
  readonly #levels = new Map<number, number>();
  #style = 0;
  #name = '';

  begin(): void {
    this.#style = 0;
    this.#name = '';
  }

  word(word: string, value: number | undefined): void {
    if (word === 's') this.#style = value ?? 0;
    else if (word === 'outlinelevel') this.#levels.set(this.#style, levelOf(value));
  }

  /** Takes a part of the current style's name. */
  name(text: string): void {
    this.#name = `${this.#name}${text}`.slice(0, maxNameLength);
  }

  end(): void {
    const level = /^\s*heading (\d)\s*;?/i.exec(this.#name)?.[1];
    if (level !== undefined && !this.#levels.has(this.#style)) this.#levels.set(this.#style, Number(level));
  }

  /** @returns 1–9, 0 for text, undefined for a style that says nothing of it */
  levelOf(style: number): number | undefined {
    return this.#levels.get(style);
  }
}

/** @param outline as RTF counts, from 0 @returns 1–9, or 0 for text */
export function levelOf(outline: number | undefined): number {
  return outline !== undefined && outline >= 0 && outline < 9 ? outline + 1 : 0;
}
