// The text of one paragraph of OpenDocument, and what is anchored in it.
import { attribute, elements, find, textOf, type XmlElement } from '../xml.js';
import type { OdfStyles } from './odf-styles.js';

export interface OdfParagraph {
  text: string;
  /** All its letters are of one width. */
  isCode: boolean;
  /** Frames, shapes, notes and comments, in order. */
  anchored: XmlElement[];
}

/** Blanks that one element may stand for. */
const maxBlanks = 1000;
const pageFields = new Set(['text:page-number', 'text:page-count']);
const skipped = new Set(['text:tracked-changes', 'text:script', 'text:hidden-text', 'office:annotation-end']);
const letters = /[\p{L}\p{N}]/u;

export interface OdfContext {
  styles: OdfStyles;
  /** As the paragraph's style says. */
  isCode?: boolean;
  /** In a header or footer: page numbers are left out. */
  isRunning?: boolean;
  /** The text of a frame that is a formula; undefined for any other frame. */
  formula?: (frame: XmlElement) => string | undefined;
}

export function odfParagraph(
  paragraph: XmlElement,
  { styles, isCode = false, isRunning = false, formula }: OdfContext,
): OdfParagraph {
  const read: OdfParagraph = { text: '', isCode: true, anchored: [] };
  // Reading the end of a text that grows would copy it each time.
  let isSpaced = true;
  const addFormula = (text: string): void => {
    read.text += text;
    read.isCode = false;
    isSpaced = false;
  };
  const walk = (element: XmlElement, isFixed: boolean): void => {
    for (const child of element.children) {
      if (typeof child === 'string') {
        if (!isFixed && letters.test(child)) read.isCode = false;
        const words = child.replace(/[ \t\r\n]+/g, ' ');
        const text = isSpaced && words.startsWith(' ') ? words.slice(1) : words;
        if (text === '') continue;
        read.text += text;
        isSpaced = text.endsWith(' ');
      } else if (child.name === 'text:s') {
        const count = Number(attribute(child, 'text:c') ?? 1);
        read.text += ' '.repeat(Math.min(maxBlanks, Math.max(0, count) || 0));
      } else if (child.name === 'text:tab') {
        read.text += '\t';
        isSpaced = false;
      } else if (child.name === 'text:line-break') {
        read.text += '\n';
        isSpaced = false;
      } else if (child.name === 'text:ruby') {
        walk(find(child, 'text:ruby-base') ?? child, isFixed);
        const spoken = textOf(find(child, 'text:ruby-text'));
        if (spoken !== '') read.text += `(${spoken})`;
      } else if (child.name === 'text:note') {
        const mark = textOf(find(child, 'text:note-citation')).trim();
        if (mark !== '') read.text += `[${mark}]`;
        read.anchored.push(child);
      } else if (child.name === 'office:annotation' || /^(?:draw|dr3d|table|form):/.test(child.name)) {
        const shown = child.name === 'draw:frame' ? formula?.(child) : undefined;
        if (shown === undefined) read.anchored.push(child);
        else addFormula(shown);
      } else if (skipped.has(child.name) || (isRunning && pageFields.has(child.name))) {
        // Not shown, or not part of the text.
      } else {
        const look =
          child.name === 'text:span' ? styles.look('text', attribute(child, 'text:style-name')) : {};
        if (!look.isHidden) walk(child, look.isCode ?? isFixed);
      }
    }
  };
  walk(paragraph, isCode);
  return { ...read, isCode: read.isCode && letters.test(read.text) };
}

/** A comment's author and text. */
export function annotationOf(element: XmlElement): { author: string; text: string } {
  const paragraphs = elements(element).filter(({ name }) => name.startsWith('text:'));
  return { author: textOf(find(element, 'dc:creator')), text: paragraphs.map(textOf).join(' ') };
}
