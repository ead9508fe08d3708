// The numbers of lists and headings in OpenDocument, as they are shown.
import { listNumber } from '../list-numbers.js';
import { attribute, elements, type XmlElement } from '../xml.js';

const formats: Record<string, string> = {
  a: 'lowerLetter',
  A: 'upperLetter',
  i: 'lowerRoman',
  I: 'upperRoman',
};
const maxLevel = 10;

/** Counts the items of one list with all lists in it. */
export class OdfCounter {
  readonly #counts: (number | undefined)[] = [];

  /**
   * Counts an item.
   * @param style its list's; undefined: a list without one
   * @param level from 1
   * @param start of the item, where it has one of its own
   * @returns what stands in front of it, with the space behind; '' where nothing does
   */
  next(style: XmlElement | undefined, level: number, start: number | undefined): string {
    const at = Math.min(maxLevel, level);
    const levels = levelsOf(style);
    const own = levels.get(at);
    const first = Number(attribute(own, 'text:start-value') ?? 1);
    const before = this.#counts[at];
    this.#counts[at] = start ?? (before === undefined ? first : before + 1);
    this.#counts.length = at + 1;
    if (own === undefined || !/number|outline/.test(own.name)) return '- ';
    const format = attribute(own, 'style:num-format') ?? '';
    if (format === '') return '';
    const shown = Math.min(at, Number(attribute(own, 'text:display-levels')) || 1);
    const numbers: string[] = [];
    for (let i = at - shown + 1; i <= at; i++) {
      const kind = i === at ? format : (attribute(levels.get(i), 'style:num-format') ?? '');
      if (kind !== '') numbers.push(listNumber(this.#counts[i] ?? 1, formats[kind] ?? 'decimal'));
    }
    const sign = `${attribute(own, 'style:num-prefix') ?? ''}${numbers.join('.')}${attribute(own, 'style:num-suffix') ?? ''}`;
    return `${sign.trim()} `;
  }
}

function levelsOf(style: XmlElement | undefined): Map<number, XmlElement> {
  return new Map(elements(style).map((level) => [Number(attribute(level, 'text:level')), level]));
}
