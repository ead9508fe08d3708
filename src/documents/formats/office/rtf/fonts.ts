// The fonts of an RTF document: in which code page the bytes of each are, and which keep signs in the places of letters.
import { symbolText, withSymbols } from '../word/symbols.js';
import { decodePage, pageOf } from './charsets.js';

/** The charset number of fonts of signs, such as Wingdings. */
const symbolCharset = 2;
const maxNameLength = 100;
const symbolName = /^(?:symbol|wingdings)/i;

export class Fonts {
  readonly #pages = new Map<number, number>();
  readonly #names = new Map<number, string>();
  readonly #symbols = new Set<number>();

  /** @param charset the number by which the font table names an encoding */
  charset(font: number, charset: number): void {
    const page = pageOf(charset);
    if (page !== undefined) this.#pages.set(font, page);
    if (charset === symbolCharset) this.#symbols.add(font);
  }

  /** Takes a part of a font's name. */
  name(font: number, text: string): void {
    const name = `${this.#names.get(font) ?? ''}${text}`;
    this.#names.set(font, name.slice(0, maxNameLength));
  }

  /** The code page of a font; undefined for that of the document. */
  page(font: number): number | undefined {
    return this.#pages.get(font);
  }

  decode(bytes: readonly number[], font: number, page: number): string {
    if (!this.#symbols.has(font)) return decodePage(Buffer.from(bytes), page);
    return bytes.map((byte) => symbolText(this.#symbolName(font), byte)).join('');
  }

  /** Characters as they are shown in a font. */
  shown(text: string, font: number): string {
    const name = this.#symbolName(font);
    if (!this.#symbols.has(font) || name === undefined) return withSymbols(text, name);
    // Other programs write the signs themselves.
    return text.replace(/[!-\u00ff]|[\uf020-\uf0ff]/g, (char) => symbolText(name, char.charCodeAt(0)));
  }

  /** The name by which the signs of a font are known. */
  #symbolName(font: number): string | undefined {
    const name = this.#names.get(font)?.replace(/;.*$/s, '').trim();
    return name !== undefined && symbolName.test(name) ? name : undefined;
  }
}
