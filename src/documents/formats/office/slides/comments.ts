// Comments on a slide, in the old and in the new kind of part.
import { commentText, drawnLine } from '../drawing/paragraphs.js';
import type { OfficePackage } from '../package.js';
import { attribute, descendants, elements, find, textOf } from '../xml.js';

/** Each comment of a slide as a paragraph. */
export function slideComments(office: OfficePackage, slide: string): string[] {
  const main = office.main('ppt/presentation.xml');
  const texts: string[] = [];
  for (const { target } of office.related(slide, 'comments')) {
    const list = office.xml(target);
    if (list === undefined) continue;
    const authors = namesOf(office, main);
    for (const comment of descendants(list, 'p:cm')) {
      const author = authors.get(attribute(comment, 'authorId') ?? '');
      texts.push(commentText(author, textOf(find(comment, 'p:text'))));
    }
    for (const comment of descendants(list, 'p188:cm')) {
      const replies = elements(find(comment, 'p188:replyLst'), 'p188:reply');
      for (const entry of [comment, ...replies]) {
        const author = authors.get(attribute(entry, 'authorId') ?? '');
        texts.push(commentText(author, drawnLine(find(entry, 'p188:txBody'))));
      }
    }
  }
  return texts.filter((text) => text !== '');
}

/** Names of the authors by their ids. */
function namesOf(office: OfficePackage, main: string): Map<string, string> {
  const parts = office.related(main).filter(({ type }) => type === 'commentAuthors' || type === 'authors');
  const lists = parts.flatMap(({ target }) => elements(office.xml(target)));
  return new Map(lists.map((author) => [attribute(author, 'id') ?? '', attribute(author, 'name') ?? '']));
}
