// What a page of HTML becomes: its text with blocks, under its title.
import type { Block } from '../../../types/document.js';
import { underTitle } from '../under-title.js';

export interface HtmlContent {
  text: string;
  blocks: Block[];
  /** The text of the `<title>` element; '' if there is none. */
  title: string;
}

/** What stands between the title of a page and the name of its site. */
const siteSeparators = new Set(['-', '–', '—', '|', '·', '•', '«', '»', ':', '::', '/', '<', '>']);

/** The page under its title, which may have the name of the site beside it. `line` is the title's. */
export function pageUnderTitle(page: HtmlContent, line: number): HtmlContent {
  const { title } = page;
  return { ...underTitle(page, title, line, (heading) => saysTitle(heading, title)), title };
}

/** Whether a heading is the title of the page, which may have the name of the site beside it. */
function saysTitle(heading: string, title: string): boolean {
  const words = heading.toLowerCase().split(/\s+/);
  const titleWords = title.toLowerCase().split(/\s+/);
  if (words.length === titleWords.length) return words.every((word, i) => word === titleWords[i]);
  if (words.length > titleWords.length) return false;
  const rest = titleWords.length - words.length;
  const next = titleWords[words.length]!;
  const isBeside = siteSeparators.has(next) || (next.startsWith('(') && title.endsWith(')'));
  return (
    (isBeside && words.every((word, i) => word === titleWords[i])) ||
    (siteSeparators.has(titleWords[rest - 1]!) && words.every((word, i) => word === titleWords[rest + i]))
  );
}

/** Removes blank lines at both ends; the first line keeps its indent. */
export function withoutMargins(code: string): string {
  const text = code.trimEnd();
  const first = text.length - text.trimStart().length;
  return text.slice(text.lastIndexOf('\n', first) + 1);
}
