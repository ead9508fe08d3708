// What a page of HTML becomes, without what is not part of its text: links of headings to themselves, margins, empty
// rows.
import type { Block } from '../../types/document.js';

export interface HtmlContent {
  text: string;
  blocks: Block[];
  /** The text of the `<title>` element; '' if there is none. */
  title: string;
}

/** Signs of a link to the heading itself, which documentation puts after it. */
const anchors = ['¶', ' #', '§', '\u{1f517}'];

/** A page without a main heading is a section under its title. `line` is the title's. */
export function underTitle(page: HtmlContent, line: number): HtmlContent {
  const { text, blocks, title } = page;
  if (title === '' || blocks.some((block) => block.level === 1)) return page;
  const shift = title.length + 2;
  const moved = blocks.map((block) => ({ ...block, start: block.start + shift, end: block.end + shift }));
  const heading: Block = { kind: 'heading', start: 0, end: title.length, line, level: 1, title };
  return { text: text === '' ? title : `${title}\n\n${text}`, blocks: [heading, ...moved], title };
}

export function withoutAnchor(text: string): string {
  const anchor = anchors.find((end) => text.endsWith(end));
  return anchor ? text.slice(0, -anchor.length).trimEnd() : text;
}

/** Removes blank lines at both ends; the first line keeps its indent. */
export function withoutMargins(code: string): string {
  const text = code.trimEnd();
  const first = text.length - text.trimStart().length;
  return text.slice(text.lastIndexOf('\n', first) + 1);
}

/** A table's lines without those that hold no cell. */
export function withoutEmptyRows(table: string): string {
  return table
    .split('\n')
    .map((row) => row.trim())
    .filter((row) => /[^|\s]/.test(row))
    .join('\n');
}
