// EPUB: the chapters in their order, each read like a web page. The table of contents gives the depth of each, and a title
// where a chapter has none.
import { DocumentError } from '../../../errors.js';
import { htmlContent } from '../../blocks/html.js';
import { type BlockDetails, TextBuilder } from '../../blocks/text-builder.js';
import { decode } from '../../encodings/detect-encoding.js';
import { type Extraction, type FormatInput, one } from '../format.js';
import { Book, type BookEntry } from './epub/book.js';
import { openArchive } from './package.js';

/** Bytes of text; pictures and fonts are never unpacked. */
const maxUnpackedBytes = 64 * 1024 * 1024;
/** Blocks of a chapter in which its title is looked for. */
const titleBlocks = 3;
const maxLevel = 9;
/** The title of the page, which is that of the book. */
const pageTitle = /<title\b[^<>]{0,200}>[^<]{0,1000}<\/title>/i;

export async function extract({ bytes, source }: FormatInput): Promise<Extraction> {
  const zip = openArchive(bytes, source, 'a book of the kind .epub', maxUnpackedBytes);
  const book = new Book(zip, source);
  const builder = new TextBuilder();
  let shift = 0;
  for (const name of book.chapters) {
    if (!zip.has(name)) continue;
    const html = decode(zip.read(name)).replace(pageTitle, '');
    shift = addChapter(builder, html, book.entries.get(name), shift);
  }
  if (book.chapters.length === 0)
    throw new DocumentError('malformed', `${source} is a book without chapters.`);
  return one({ source, format: 'epub', ...builder.finish() });
}

/** @returns by how much headings are deeper than in their file: the next file may go on in the same chapter */
function addChapter(
  builder: TextBuilder,
  html: string,
  entry: BookEntry | undefined,
  before: number,
): number {
  const { text, blocks } = htmlContent(html);
  if (blocks.length === 0) return before;
  const start = blocks.slice(0, titleBlocks).find(({ level }) => level !== undefined);
  const levels = blocks.flatMap(({ level }) => level ?? []);
  let shift = before;
  // Without a heading at its start, the chapter is a section under its name in the table of contents.
  const isUntitled = entry !== undefined && start === undefined;
  if (entry && start?.level !== undefined) shift = entry.depth - start.level;
  else if (isUntitled && levels.length > 0) shift = entry.depth + 1 - Math.min(...levels.slice(0, 1000));
  for (const [i, { kind, start: from, end, level, title, context }] of blocks.entries()) {
    const details: BlockDetails = {};
    if (level !== undefined && title !== undefined) {
      details.level = Math.min(maxLevel, Math.max(1, level + shift));
      details.title = title;
    } else if (i === 0 && isUntitled) {
      details.level = entry.depth;
      details.title = entry.title;
    }
    if (context !== undefined) details.context = context;
    builder.add(kind, text.slice(from, end), details);
  }
  return shift;
}
