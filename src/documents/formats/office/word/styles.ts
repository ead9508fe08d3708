// What a paragraph's or a run's style says of it: a heading, code, an item of a list, hidden. Styles inherit from each other.
import { attribute, elements, find, type XmlElement } from '../xml.js';

/** What is set of a paragraph or run; what isn't set is inherited. */
export interface Look {
  /** Level of a heading from 1; 0 where it is set to be none. */
  level?: number | undefined;
  isCode?: boolean | undefined;
  isHidden?: boolean | undefined;
  /** Name of the font of Latin letters. */
  font?: string | undefined;
  /** A list by its id; '0' is none. */
  list?: string | undefined;
  /** Level of the list, from 0. */
  listLevel?: number | undefined;
  /** Left margin in twentieths of a point. */
  indent?: number | undefined;
}

const headingName = /^heading ([1-9])$/i;
const codeName =
  /^(?:source ?code|code(?: ?(?:block|example|listing|snippet|text))?|(?:html )?preformatted(?: text)?|listing|verbatim|program ?listing)$/i;
const monospaced =
  /courier|consolas|menlo|monaco|\bmono\b|mono$|lucida console|typewriter|source code|fira code|cascadia|inconsolata|fixedsys|letter gothic/i;
/** Body text has no level of its own. */
const bodyLevel = 9;
/** Styles inherit from styles, in files of a stranger without end. */
const maxInherited = 30;

export class Styles {
  readonly #elements = new Map<string, XmlElement>();
  readonly #looks = new Map<string, Look>();
  readonly #usual: string;
  /** Whether the whole document is written in a monospaced font: then that isn't a sign of code. */
  readonly isMonospaced: boolean;

  constructor(styles: XmlElement | undefined) {
    let usual = '';
    for (const style of elements(styles, 'w:style')) {
      const id = attribute(style, 'w:styleId') ?? '';
      this.#elements.set(id, style);
      const isParagraph = attribute(style, 'w:type') === 'paragraph';
      if (isParagraph && isOn(attribute(style, 'w:default'), false)) usual = id;
    }
    this.#usual = usual;
    const defaults = runLook(find(styles, 'w:docDefaults', 'w:rPrDefault', 'w:rPr'));
    this.isMonospaced = isMonospaced(this.#named(usual).font ?? defaults.font);
  }

  /** What holds for a paragraph with these properties. */
  paragraph(properties: XmlElement | undefined): Look {
    const style = attribute(find(properties, 'w:pStyle'), 'w:val') ?? this.#usual;
    return inherit(paragraphLook(properties), this.#named(style));
  }

  /** What holds for a run with these properties, in such a paragraph. */
  run(properties: XmlElement | undefined, paragraph: Look): Look {
    if (properties === undefined) return paragraph;
    const style = attribute(find(properties, 'w:rStyle'), 'w:val');
    const own = runLook(properties);
    return inherit(style === undefined ? own : inherit(own, this.#named(style)), paragraph);
  }

  /** Properties of the list that a style is there for. */
  listOf(style: string): string | undefined {
    return this.#named(style).list;
  }

  #named(id: string, depth = 0): Look {
    const known = this.#looks.get(id);
    if (known) return known;
    const style = this.#elements.get(id);
    if (style === undefined || depth > maxInherited) return {};
    const parent = attribute(find(style, 'w:basedOn'), 'w:val');
    const own = inherit(namedLook(style), styleLook(style));
    const look = parent === undefined ? own : inherit(own, this.#named(parent, depth + 1));
    this.#looks.set(id, look);
    return look;
  }
}

export function isMonospaced(font: string | undefined): boolean {
  return font !== undefined && monospaced.test(font);
}

/** A switch: there without a value, it is on. */
export function isOn(value: string | undefined, usual = true): boolean {
  return value === undefined ? usual : !['0', 'false', 'off'].includes(value);
}

function inherit(own: Look, parent: Look): Look {
  const look: Look = { ...parent };
  for (const [key, value] of Object.entries(own)) {
    if (value !== undefined) Object.assign(look, { [key]: value });
  }
  return look;
}

function styleLook(style: XmlElement): Look {
  return inherit(paragraphLook(find(style, 'w:pPr')), runLook(find(style, 'w:rPr')));
}

function namedLook(style: XmlElement): Look {
  const name = attribute(find(style, 'w:name'), 'w:val') ?? '';
  const level = headingName.exec(name)?.[1];
  return {
    level: level === undefined ? (name === 'Title' ? 1 : undefined) : Number(level),
    isCode: codeName.test(name) || undefined,
  };
}

function paragraphLook(properties: XmlElement | undefined): Look {
  if (properties === undefined) return {};
  const outline = number(attribute(find(properties, 'w:outlineLvl'), 'w:val'));
  const indent = find(properties, 'w:ind');
  return {
    level: outline === undefined ? undefined : outline >= bodyLevel ? 0 : outline + 1,
    list: attribute(find(properties, 'w:numPr', 'w:numId'), 'w:val'),
    listLevel: number(attribute(find(properties, 'w:numPr', 'w:ilvl'), 'w:val')),
    indent: number(attribute(indent, 'w:left') ?? attribute(indent, 'w:start')),
  };
}

function runLook(properties: XmlElement | undefined): Look {
  const hidden = find(properties, 'w:vanish');
  const fonts = find(properties, 'w:rFonts');
  return {
    isHidden: hidden && isOn(attribute(hidden, 'w:val')),
    font: attribute(fonts, 'w:ascii') ?? attribute(fonts, 'w:hAnsi'),
  };
}

function number(text: string | undefined): number | undefined {
  const value = Number.parseInt(text ?? '', 10);
  return Number.isNaN(value) ? undefined : value;
}
