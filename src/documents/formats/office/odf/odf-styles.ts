// What the styles of an OpenDocument file say of a text: a title, code, hidden. Styles inherit from each other.
import { isMonospaced } from '../word/styles.js';
import { attribute, descendants, elements, find, type XmlElement } from '../xml.js';

export interface OdfLook {
  /** Level of a heading, where the style makes one. */
  level?: number;
  isCode?: boolean;
  isHidden?: boolean;
}

const titleName = 'Title';
const codeName = /^(?:preformatted text|source ?code|code|listing)$/i;
/** Styles inherit from styles, in files of a stranger without end. */
const maxInherited = 30;

export class OdfStyles {
  readonly #styles = new Map<string, XmlElement>();
  readonly #looks = new Map<string, OdfLook>();
  readonly #lists = new Map<string, XmlElement>();
  /** Fonts of which all letters have one width. */
  readonly #fixed = new Set<string>();
  /** Numbers of headings. */
  readonly outline: XmlElement | undefined;
  readonly #usualFont: string | undefined;

  /** @param roots the outermost elements of the files that hold styles */
  constructor(...roots: (XmlElement | undefined)[]) {
    let outline: XmlElement | undefined;
    let usualFont: string | undefined;
    for (const root of roots) {
      if (root === undefined) continue;
      for (const font of descendants(root, 'style:font-face')) {
        const name = attribute(font, 'style:name') ?? '';
        const family = attribute(font, 'svg:font-family') ?? name;
        if (attribute(font, 'style:font-pitch') === 'fixed' || isMonospaced(family)) this.#fixed.add(name);
      }
      for (const group of [find(root, 'office:styles'), find(root, 'office:automatic-styles')]) {
        for (const style of elements(group)) {
          const name = attribute(style, 'style:name') ?? '';
          if (style.name === 'style:style')
            this.#styles.set(`${attribute(style, 'style:family')} ${name}`, style);
          else if (style.name === 'text:list-style') this.#lists.set(name, style);
          else if (style.name === 'text:outline-style') outline = style;
          else if (style.name === 'style:default-style' && attribute(style, 'style:family') === 'paragraph')
            usualFont = fontOf(style);
        }
      }
    }
    this.outline = outline;
    this.#usualFont = fontOf(this.#styles.get('paragraph Standard')) ?? usualFont;
  }

  /** @param family `paragraph` or `text` */
  look(family: string, name: string | undefined, depth = 0): OdfLook {
    const key = `${family} ${name}`;
    const known = this.#looks.get(key);
    if (known) return known;
    const style = this.#styles.get(key);
    if (style === undefined || depth > maxInherited) return {};
    const look = {
      ...this.look(family, attribute(style, 'style:parent-style-name'), depth + 1),
      ...this.#own(style),
    };
    this.#looks.set(key, look);
    return look;
  }

  list(name: string | undefined): XmlElement | undefined {
    return name === undefined ? undefined : this.#lists.get(name);
  }

  /** The list that a paragraph's style belongs to. */
  listOf(name: string | undefined): string | undefined {
    return attribute(this.#styles.get(`paragraph ${name}`), 'style:list-style-name');
  }

  #own(style: XmlElement): OdfLook {
    const look: OdfLook = {};
    const name =
      attribute(style, 'style:display-name') ??
      (attribute(style, 'style:name') ?? '').replaceAll('_20_', ' ');
    const level = Number(attribute(style, 'style:default-outline-level') || Number.NaN);
    if (name === titleName) look.level = 1;
    if (level >= 1) look.level = level;
    const font = fontOf(style);
    if (codeName.test(name)) look.isCode = true;
    else if (font !== undefined) look.isCode = this.#isFixed(font) && !this.#isFixed(this.#usualFont);
    const hidden = attribute(find(style, 'style:text-properties'), 'text:display');
    if (hidden !== undefined) look.isHidden = hidden === 'none';
    return look;
  }

  #isFixed(font: string | undefined): boolean {
    return font !== undefined && (this.#fixed.has(font) || isMonospaced(font));
  }
}

function fontOf(style: XmlElement | undefined): string | undefined {
  const properties = find(style, 'style:text-properties');
  return attribute(properties, 'style:font-name') ?? attribute(properties, 'fo:font-family');
}
