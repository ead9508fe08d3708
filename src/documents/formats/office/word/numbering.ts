// The numbers of lists, as Word counts and shows them: `4.`, `2.1.3`, `(c)`.
import { listNumber } from '../list-numbers.js';
import { attribute, elements, find, type XmlElement } from '../xml.js';
import type { Styles } from './styles.js';
import { isOn } from './styles.js';

export interface ListLevel {
  /** What stands in front of the item, with the space behind it; a dash for any sign. */
  sign: string;
  indent: number | undefined;
}

interface Level {
  format: string;
  /** `%1.%2` */
  text: string;
  start: number;
  /** What is between number and text. */
  isTight: boolean;
  /** All its numbers are decimal. */
  isLegal: boolean;
  restarts: boolean;
  indent: number | undefined;
  style: string | undefined;
}

interface List {
  levels: Level[];
  /** Lists of one kind count together. */
  counts: (number | undefined)[];
  /** Starts that hold from the first item on. */
  starts: Map<number, number>;
}

const maxLevel = 8;

export class Numbering {
  readonly #styles: Styles;
  /** The lists of the document, and the kinds that they are of. */
  readonly #nums: ReadonlyMap<string | undefined, XmlElement>;
  readonly #kinds: ReadonlyMap<string | undefined, XmlElement>;
  readonly #lists = new Map<string, List | undefined>();
  readonly #counts = new Map<string, (number | undefined)[]>();

  constructor(root: XmlElement | undefined, styles: Styles) {
    this.#styles = styles;
    this.#nums = byAttribute(elements(root, 'w:num'), 'w:numId');
    this.#kinds = byAttribute(elements(root, 'w:abstractNum'), 'w:abstractNumId');
  }

  /**
   * Counts an item.
   * @param id of the list
   * @param asked its level from 0; undefined: the level that is there for the paragraph's style
   * @returns undefined where there is no such list
   */
  next(id: string, asked: number | undefined, style: string | undefined): ListLevel | undefined {
    const list = this.#list(id);
    if (list === undefined) return undefined;
    const styled = list.levels.findIndex((level) => level.style !== undefined && level.style === style);
    const at = Math.min(maxLevel, Math.max(0, asked ?? Math.max(0, styled)));
    const level = list.levels[at];
    if (level === undefined) return undefined;
    this.#count(list, at);
    if (level.format === 'bullet') return { sign: '- ', indent: level.indent };
    return { sign: sign(list, at), indent: level.indent };
  }

  #count(list: List, at: number): void {
    const { counts, levels, starts } = list;
    const start = starts.get(at);
    starts.delete(at);
    const before = counts[at];
    counts[at] = start ?? (before === undefined ? levels[at]!.start : before + 1);
    for (let i = 0; i < at; i++) counts[i] ??= levels[i]?.start;
    for (let i = at + 1; i < counts.length; i++) if (levels[i]?.restarts !== false) counts[i] = undefined;
  }

  #list(id: string): List | undefined {
    if (!this.#lists.has(id)) this.#lists.set(id, this.#open(id));
    return this.#lists.get(id);
  }

  #open(id: string, isLinked = false): List | undefined {
    const num = this.#nums.get(id);
    const kind = attribute(find(num, 'w:abstractNumId'), 'w:val');
    const abstract = this.#kinds.get(kind);
    if (num === undefined || abstract === undefined || kind === undefined) return undefined;
    const link = attribute(find(abstract, 'w:numStyleLink'), 'w:val');
    const linked = link === undefined ? undefined : this.#styles.listOf(link);
    if (linked !== undefined && linked !== id && !isLinked) return this.#open(linked, true);
    const levels: Level[] = [];
    for (const level of elements(abstract, 'w:lvl')) levels[levelNumber(level)] = levelOf(level);
    const starts = new Map<number, number>();
    for (const override of elements(num, 'w:lvlOverride')) {
      const at = levelNumber(override);
      const level = find(override, 'w:lvl');
      if (level) levels[at] = levelOf(level);
      const start = attribute(find(override, 'w:startOverride'), 'w:val');
      if (start !== undefined) starts.set(at, Number(start));
    }
    const counts = this.#counts.get(kind) ?? [];
    this.#counts.set(kind, counts);
    return { levels, counts, starts };
  }
}

function byAttribute(list: XmlElement[], name: string): Map<string | undefined, XmlElement> {
  return new Map(list.map((element) => [attribute(element, name), element]));
}

function levelNumber(element: XmlElement): number {
  return Math.min(maxLevel, Math.max(0, Number(attribute(element, 'w:ilvl')) || 0));
}

function levelOf(element: XmlElement): Level {
  const value = (name: string) => attribute(find(element, name), 'w:val');
  const legal = find(element, 'w:isLgl');
  // A format that isn't in the list of names is named beside it, for programs that know it.
  const format =
    value('w:numFmt') ?? attribute(find(element, 'mc:AlternateContent', 'mc:Fallback', 'w:numFmt'), 'w:val');
  const indent = find(element, 'w:pPr', 'w:ind');
  const left = Number.parseInt(attribute(indent, 'w:left') ?? attribute(indent, 'w:start') ?? '', 10);
  return {
    format: format ?? 'decimal',
    text: value('w:lvlText') ?? '',
    start: Number(value('w:start') ?? 1),
    isTight: value('w:suff') === 'nothing',
    isLegal: legal !== undefined && isOn(attribute(legal, 'w:val')),
    restarts: value('w:lvlRestart') !== '0',
    indent: Number.isNaN(left) ? undefined : left,
    style: value('w:pStyle'),
  };
}

function sign({ levels, counts }: List, at: number): string {
  const { text, isTight, isLegal, format } = levels[at]!;
  const shown = text.replace(/%([1-9])/g, (_, digit: string) => {
    const index = Number(digit) - 1;
    const kind = levels[index]?.format ?? 'decimal';
    if (kind === 'none') return '';
    return listNumber(counts[index] ?? 1, isLegal ? 'decimal' : kind);
  });
  if (format === 'none' && text.trim() === '') return '';
  const trimmed = shown.trim();
  return trimmed === '' || isTight ? trimmed : `${trimmed} `;
}
