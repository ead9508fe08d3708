// Which paragraphs of a slide are items of a list, and with which sign or number.
import { listNumber } from '../list-numbers.js';
import { attribute, find, type XmlElement } from '../xml.js';

const numberings: Record<string, string> = {
  alphaLc: 'lowerLetter',
  alphaUc: 'upperLetter',
  romanLc: 'lowerRoman',
  romanUc: 'upperRoman',
  ea1Chs: 'chineseCounting',
  ea1Cht: 'chineseCounting',
  circleNum: 'decimalEnclosedCircle',
};
const indent = '  ';

/** The signs of the paragraphs of one body of text, which are asked for in order. */
export class Bullets {
  /** Where the look of a paragraph is set beside itself, nearest first. */
  readonly #styles: readonly (XmlElement | undefined)[];
  readonly #counts: number[] = [];

  /** @param styles lists of levels: the text's own, its layout's, its master's */
  constructor(styles: readonly (XmlElement | undefined)[]) {
    this.#styles = styles;
  }

  /** What stands in front of the next paragraph; undefined when it is no item. */
  next(paragraph: XmlElement): string | undefined {
    const properties = find(paragraph, 'a:pPr');
    const level = Math.min(8, Math.max(0, Number(attribute(properties, 'lvl')) || 0));
    const bullet = this.#bullet(properties, level);
    this.#counts.length = Math.min(this.#counts.length, level + 1);
    if (bullet === undefined || bullet.name === 'a:buNone') {
      this.#counts.length = Math.min(this.#counts.length, level);
      return undefined;
    }
    if (bullet.name !== 'a:buAutoNum') return `${indent.repeat(level)}- `;
    const start = Number(attribute(bullet, 'startAt')) || 1;
    const count = (this.#counts[level] ?? start - 1) + 1;
    this.#counts[level] = count;
    const [, kind = '', form] = /^(.*?)(Period|ParenBoth|ParenR|Plain|Minus)?$/.exec(
      attribute(bullet, 'type') ?? '',
    )!;
    const number = listNumber(count, numberings[kind] ?? 'decimal');
    const sign =
      { ParenBoth: `(${number})`, ParenR: `${number})`, Plain: number }[form ?? ''] ?? `${number}.`;
    return `${indent.repeat(level)}${sign} `;
  }

  #bullet(properties: XmlElement | undefined, level: number): XmlElement | undefined {
    const levels = this.#styles.map((style) => find(style, `a:lvl${level + 1}pPr`));
    for (const set of [properties, ...levels]) {
      const bullet = set?.children.find(
        (child): child is XmlElement =>
          typeof child !== 'string' && /^a:bu(?:None|Char|Blip|AutoNum)$/.test(child.name),
      );
      if (bullet) return bullet;
    }
    return undefined;
  }
}
