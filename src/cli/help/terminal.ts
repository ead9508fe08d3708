// Lays out a page of the help for a terminal. Each character of a page takes one column, which a test holds.
import { blanks, plainLayout } from '../../text/layout.js';
import { type Printable, printable, say } from '../../text/printable.js';
import type { Block, Page, Row } from './page.js';

/** Columns; longer lines are hard to read. */
const maxWidth = 100;
const minWidth = 30;
/** Columns of the first of two, at most; a longer term has a line of its own. */
const maxTermWidth = 30;
/** Columns before what is in a section. */
const margin = 2;
/** Where less room is left for the second column, it stands below the first. */
const minTextWidth = 36;
/** How much further in that is. */
const deeper = 8;

/** Lines of a page. @param room columns of the terminal @param title styles the title of a section */
export function pageLines(
  page: Page,
  room: number,
  title: (text: Printable) => Printable = (text) => text,
): Printable[] {
  const width = Math.max(minWidth, Math.min(room, maxWidth));
  return page.sections.flatMap((section, index) => {
    const head = section.title === undefined ? [] : [title(printable(section.title))];
    const body = section.body.flatMap((block, place) => [
      ...(place > 0 ? [say``] : []),
      // A paragraph without a title says something of all of it.
      ...blockLines(block, width, section.title === undefined && typeof block === 'string' ? 0 : margin),
    ]);
    return [...(index > 0 ? [say``] : []), ...head, ...body];
  });
}

function blockLines(block: Block, width: number, indent: number): Printable[] {
  if (typeof block === 'string') return indented(block, width, indent);
  if ('lines' in block) {
    // A command isn't broken, since it is there to be copied: the terminal breaks it where it must.
    return block.lines.map((line) => say`${blanks(indent)}${printable(line, maxLineLength)}`);
  }
  const terms = block.rows.map(({ term }) => term.length).filter((length) => length <= maxTermWidth);
  const termWidth = Math.max(0, ...terms);
  return block.rows.flatMap((row) => rowLines(row, width, indent, termWidth));
}

function rowLines({ term, text }: Row, width: number, indent: number, termWidth: number): Printable[] {
  const place = indent + termWidth + 2;
  const head = say`${blanks(indent)}${printable(term, maxLineLength)}`;
  if (text === '') return [head];
  if (width - place < minTextWidth) return [head, ...indented(text, width, indent + deeper)];
  const lines = plainLayout.wrapped(printable(text, maxLineLength), width - place);
  const isBeside = term.length <= termWidth;
  const below = lines.slice(isBeside ? 1 : 0).map((line) => say`${blanks(place)}${line}`);
  return [isBeside ? say`${plainLayout.padEnd(head, place)}${lines[0] ?? say``}` : head, ...below];
}

function indented(text: string, width: number, indent: number): Printable[] {
  const lines = plainLayout.wrapped(printable(text, maxLineLength), width - indent);
  return lines.map((line) => say`${blanks(indent)}${line}`);
}

const maxLineLength = 4000;
