// The text of one paragraph: its runs as Word shows them at the end, without what was deleted or hidden, with formulas as
// text. What is anchored in it (text boxes, charts, notes) is told beside.
import { alternativeText, chosen } from '../drawing/paragraphs.js';
import { mathText } from '../math.js';
import { attribute, descendants, elements, find, textOf, type XmlElement } from '../xml.js';
import { Fields } from './fields.js';
import { isMonospaced, type Look, type Styles } from './styles.js';
import { symbolText, withSymbols } from './symbols.js';

export interface NoteReference {
  kind: 'footnote' | 'endnote' | 'comment';
  id: string;
  /** The mark stands in the text. */
  hasOwnMark: boolean;
}

export interface ParagraphText {
  text: string;
  /** All its letters are of one width. */
  isMonospaced: boolean;
  /** Texts of boxes, charts and diagrams, and descriptions of pictures, in order. */
  anchored: XmlElement[];
  notes: NoteReference[];
}

/** What is left out: deleted or moved away, or it says only how something looks. */
const skipped = new Set([
  'w:del',
  'w:moveFrom',
  'w:delText',
  'w:sectPr',
  'w:footnoteRef',
  'w:endnoteRef',
  'w:annotationRef',
]);
const anchored = ['w:txbxContent', 'c:chart', 'dgm:relIds', 'wp:docPr', 'v:textpath'];
const drawings = new Set(['w:drawing', 'w:pict', 'w:object']);
const letters = /[\p{L}\p{N}]/u;

export class RunReader {
  readonly #styles: Styles;
  readonly #fields: Fields;
  readonly #noteMark: (note: NoteReference) => string;
  #paragraph: ParagraphText = nothing();
  #look: Look = {};

  /** @param noteMark gives the mark of a note */
  constructor(styles: Styles, isRunning: boolean, noteMark: (note: NoteReference) => string) {
    this.#styles = styles;
    this.#fields = new Fields(isRunning);
    this.#noteMark = noteMark;
  }

  read(paragraph: XmlElement, look: Look): ParagraphText {
    this.#paragraph = nothing();
    this.#look = look;
    this.#children(paragraph, look);
    this.#fields.endParagraph();
    const { text, isMonospaced } = this.#paragraph;
    return { ...this.#paragraph, isMonospaced: isMonospaced && letters.test(text) };
  }

  #children(element: XmlElement, look: Look): void {
    for (const child of elements(element)) this.#element(child, look);
  }

  #element(element: XmlElement, look: Look): void {
    const { name } = element;
    if (skipped.has(name) || name.endsWith('Pr')) return;
    if (drawings.has(name)) {
      this.#paragraph.anchored.push(...descendants(element, ...anchored));
      return;
    }
    switch (name) {
      case 'w:r':
        this.#children(element, this.#styles.run(find(element, 'w:rPr'), this.#look));
        break;
      case 'w:t':
        this.#letters(withSymbols(shownText(element), look.font), look);
        break;
      case 'w:sym': {
        const code = Number.parseInt(attribute(element, 'w:char') ?? '', 16) || 0;
        this.#show(symbolText(attribute(element, 'w:font'), code), look);
        break;
      }
      case 'w:tab':
      case 'w:ptab':
        this.#show('\t', look);
        break;
      case 'w:br':
      case 'w:cr':
        this.#show('\n', look);
        break;
      case 'w:noBreakHyphen':
        this.#show('-', look);
        break;
      case 'w:fldChar':
        this.#mark(element, look);
        break;
      case 'w:instrText':
        this.#fields.instruction(textOf(element));
        break;
      case 'w:fldSimple':
        if (this.#fields.shows(attribute(element, 'w:instr') ?? '')) this.#children(element, look);
        break;
      case 'w:footnoteReference':
      case 'w:endnoteReference':
      case 'w:commentReference':
        this.#note(element, look);
        break;
      case 'w:sdt':
        if (!isPlaceholder(element)) this.#children(element, look);
        break;
      case 'm:oMath':
        this.#paragraph.isMonospaced = false;
        this.#show(mathText(element), look);
        break;
      case 'w:ruby':
        this.#ruby(element, look);
        break;
      case 'mc:AlternateContent':
        this.#element(chosen(element, isKnown), look);
        break;
      default:
        this.#children(element, look);
    }
  }

  #letters(text: string, look: Look): void {
    this.#paragraph.isMonospaced &&= isMonospaced(look.font) || !letters.test(text);
    this.#show(text, look);
  }

  #show(text: string, look: Look): void {
    if (text !== '' && !look.isHidden && this.#fields.isShown()) this.#paragraph.text += text;
  }

  #mark(element: XmlElement, look: Look): void {
    const text = this.#fields.mark(element);
    if (!look.isHidden) this.#paragraph.text += text;
  }

  #note(element: XmlElement, look: Look): void {
    if (look.isHidden) return;
    const note: NoteReference = {
      kind: element.name.slice(2, -'Reference'.length) as NoteReference['kind'],
      id: attribute(element, 'w:id') ?? '',
      hasOwnMark: attribute(element, 'w:customMarkFollows') !== undefined,
    };
    this.#paragraph.notes.push(note);
    this.#show(this.#noteMark(note), look);
  }

  /** How it is spoken stands behind a word. */
  #ruby(element: XmlElement, look: Look): void {
    const before = this.#paragraph.text;
    const parts = ['w:rubyBase', 'w:rt'].map((name) => {
      this.#paragraph.text = '';
      const part = find(element, name);
      if (part) this.#children(part, look);
      return this.#paragraph.text;
    });
    this.#paragraph.text = `${before}${parts[0]}${parts[1] === '' ? '' : `(${parts[1]})`}`;
  }
}

/** Hint of an empty form: "Click here to enter text". */
export function isPlaceholder(control: XmlElement): boolean {
  return find(control, 'w:sdtPr', 'w:showingPlcHdr') !== undefined;
}

/** What is written for people who don't see a picture, or drawn as letters. */
export function describedText(element: XmlElement): string {
  return element.name === 'v:textpath' ? (attribute(element, 'string') ?? '') : alternativeText(element);
}

function isKnown(choice: XmlElement): boolean {
  return !descendants(choice, 'w:t', 'm:t', 'w:txbxContent', 'c:chart', 'dgm:relIds', 'wp:docPr').next().done;
}

/** Space at the ends counts only where it is said to. */
function shownText(element: XmlElement): string {
  const text = textOf(element);
  return attribute(element, 'xml:space') === 'preserve' ? text : text.trim();
}

function nothing(): ParagraphText {
  return { text: '', isMonospaced: true, anchored: [], notes: [] };
}
