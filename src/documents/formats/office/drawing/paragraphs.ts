// Text of drawings (DrawingML): of slides, text boxes of sheets, charts and diagrams.
import { oneLine } from '../../../../text/one-line.js';
import type { BlockKind } from '../../../../types/document.js';
import { mathText } from '../math.js';
import { attribute, descendants, elements, find, textOf, type XmlElement } from '../xml.js';

/** A block that isn't in a text yet. */
export interface Piece {
  kind: BlockKind;
  text: string;
  context?: string;
}

/** Fields that change by themselves: they say nothing about the document. */
const runningFields = /^(?:slidenum|datetime)/;
/** Characters that XML can't hold, as Office writes them. */
const escaped = /_x([0-9A-F]{4})_/g;
const fileName = /^(?:https?:|[A-Z]:\\|\S+\.(?:png|jpe?g|gif|bmp|tiff?|svg|emf|wmf|webp)$)/i;

/** The text of one paragraph (`a:p`); its line breaks stay. */
export function drawnText(paragraph: XmlElement): string {
  let text = '';
  for (const child of elements(paragraph)) {
    if (child.name === 'a:r') text += unescaped(textOf(find(child, 'a:t')));
    else if (child.name === 'a:br') text += '\n';
    else if (child.name === 'a:fld') {
      if (!runningFields.test(attribute(child, 'type') ?? '')) text += textOf(find(child, 'a:t'));
    } else if (child.name === 'mc:AlternateContent') {
      text += drawnText(chosen(child, (choice) => drawnText(choice) !== ''));
    } else {
      for (const formula of descendants(child, 'm:oMath')) text += mathText(formula);
    }
  }
  return text;
}

/** The paragraphs of a body of text in one line, as in a cell. */
export function drawnLine(body: XmlElement | undefined): string {
  return oneLine(elements(body, 'a:p').map(drawnText).join(' '));
}

/** Of the ways in which a part is given, the first that our code can read; else the last. */
export function chosen(alternatives: XmlElement, isRead: (choice: XmlElement) => boolean): XmlElement {
  const choices = elements(alternatives);
  return choices.find(isRead) ?? choices.at(-1) ?? alternatives;
}

/** What is written for people who don't see a picture. */
export function alternativeText(properties: XmlElement | undefined): string {
  return describedText(attribute(properties, 'descr') ?? '');
}

/** A description in one line; '' where a program left the name of a file. */
export function describedText(text: string): string {
  const line = oneLine(text);
  return fileName.test(line) ? '' : line;
}

/** The points of a diagram (SmartArt). */
export function diagramPieces(data: XmlElement | undefined): Piece[] {
  const points = elements(find(data, 'dgm:ptLst'), 'dgm:pt');
  return points.flatMap((point) => {
    const text = drawnLine(find(point, 'dgm:t'));
    return text === '' ? [] : [{ kind: 'item', text: `- ${text}` } as const];
  });
}

/** A comment as a paragraph. */
export function commentText(author: string | undefined, text: string): string {
  const line = oneLine(text);
  if (line === '') return '';
  return author?.trim() ? `Comment by ${oneLine(author)}: ${line}` : `Comment: ${line}`;
}

export function unescaped(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(escaped, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
