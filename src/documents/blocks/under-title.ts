// A text with the title that stands beside it: front matter, the `<title>` of a page.
import type { Block } from '../../types/document.js';

export interface Titled {
  text: string;
  blocks: Block[];
}

/**
 * A text without a main heading is a section under its title. When its first heading says the title, that is the main
 * heading.
 * @param line of the title
 * @param saysTitle whether a heading is the title in other words
 */
export function underTitle(
  document: Titled,
  title: string,
  line: number,
  saysTitle = (heading: string): boolean => heading === title,
): Titled {
  const { text, blocks } = document;
  if (title === '' || blocks.some(({ level }) => level === 1)) return document;
  const first = blocks.find((block) => block.title !== undefined);
  if (first && saysTitle(first.title!)) {
    first.level = 1;
    return document;
  }
  const gap = /^\n*/.exec(text)![0].length;
  const shift = title.length + 2 - gap;
  const moved = blocks.map((block) => ({ ...block, start: block.start + shift, end: block.end + shift }));
  const heading: Block = { kind: 'heading', start: 0, end: title.length, line, level: 1, title };
  return { text: text === '' ? title : `${title}\n\n${text.slice(gap)}`, blocks: [heading, ...moved] };
}
