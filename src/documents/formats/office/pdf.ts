// PDF: the lines of each page, joined to paragraphs by the gaps between them, and to headings by the size of letters.
import { getDocumentProxy } from 'unpdf';
import { DocumentError } from '../../../errors.js';
import type { Block } from '../../../types/document.js';
import { cleanTitle } from '../../blocks/titles.js';
import { type Extraction, type FormatInput, one } from '../format.js';
import { type PdfItem, type PdfLine, pdfLines } from './pdf-lines.js';

/** Longer lines in large letters are text, not headings. */
const maxHeadingLength = 150;
/** Max different sizes of letters that become heading levels. */
const headingLevels = 3;
const bulletStart = /^[•◦▪■●‣–]\s/;

export async function extract({ bytes, source }: FormatInput): Promise<Extraction> {
  let pages: PdfLine[][];
  try {
    pages = await readPages(bytes);
  } catch (cause) {
    throw documentError(cause, source);
  }
  return one({ source, format: 'pdf', ...compose(pages) });
}

async function readPages(bytes: Buffer): Promise<PdfLine[][]> {
  // A copy, since the parser takes the bytes over. Warnings are off, as it would print them.
  const pdf = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 });
  try {
    const pages: PdfLine[][] = [];
    for (let number = 1; number <= pdf.numPages; number++) {
      const page = await pdf.getPage(number);
      const { items } = await page.getTextContent();
      pages.push(pdfLines(items as PdfItem[]));
      page.cleanup();
    }
    return pages;
  } finally {
    await pdf.destroy();
  }
}

function documentError(cause: unknown, source: string): DocumentError {
  const name = cause instanceof Error ? cause.name : '';
  return name === 'PasswordException'
    ? new DocumentError('encrypted', `${source} is protected with a password: save a copy without one.`, {
        cause,
      })
    : new DocumentError('malformed', `${source} is not a readable PDF file.`, { cause });
}

function compose(pages: PdfLine[][]): { text: string; blocks: Block[] } {
  const sizes = headingSizes(pages.flat());
  const blocks: Block[] = [];
  let text = '';
  for (const [index, lines] of pages.entries()) {
    let open: Block | undefined;
    let openLevel = 0;
    for (const [i, line] of lines.entries()) {
      const level = line.text.length <= maxHeadingLength ? sizes.indexOf(line.size) + 1 : 0;
      const isItem = bulletStart.test(line.text);
      const isLike = level === openLevel && Math.abs(line.size - (lines[i - 1]?.size ?? 0)) <= 1;
      if (open && !line.gap && !isItem && isLike) {
        text += '\n';
      } else {
        if (text !== '') text += '\n\n';
        open = {
          kind: isItem ? 'item' : 'paragraph',
          start: text.length,
          end: 0,
          line: i + 1,
          page: index + 1,
        };
        openLevel = level;
        blocks.push(open);
      }
      text += line.text;
      open.end = text.length;
      if (level > 0) {
        open.kind = 'heading';
        open.level = level;
        open.title = cleanTitle(text.slice(open.start));
      }
    }
  }
  return { text, blocks };
}

/** The largest sizes of letters that are clearly larger than most of the text, largest first. */
function headingSizes(lines: PdfLine[]): number[] {
  const letters = new Map<number, number>();
  for (const { size, text } of lines) letters.set(size, (letters.get(size) ?? 0) + text.length);
  let body = 0;
  for (const [size, count] of letters) if (count > (letters.get(body) ?? 0)) body = size;
  return [...letters.keys()]
    .filter((size) => size > body * 1.15)
    .sort((a, b) => b - a)
    .slice(0, headingLevels);
}
