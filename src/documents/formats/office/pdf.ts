// PDF: the lines of each page in reading order, joined to paragraphs and headings.
//
// In pdf/: open-pdf.ts opens the file; cells.ts and rows.ts make lines of what a page draws; running-lines.ts leaves out
// heads and feet; columns.ts and reading-order.ts put the lines in order; paragraphs.ts, headings.ts (with bookmarks.ts)
// hyphens.ts and code.ts make the text of them; annotations.ts brings values of forms and notes.
import { DocumentError } from '../../../errors.js';
import { TextBuilder } from '../../blocks/text-builder.js';
import { cleanTitle } from '../../blocks/titles.js';
import { type Extraction, type FormatInput, one } from '../format.js';
import { addAnnotations, annotationsOf } from './pdf/annotations.js';
import { type Bookmark, bookmarksOf } from './pdf/bookmarks.js';
import { type CellPage, cellPage, mostOf, type PdfContent } from './pdf/cells.js';
import { codeOf, isCode } from './pdf/code.js';
import { headingFactor, headingsOf } from './pdf/headings.js';
import { CutWords } from './pdf/hyphens.js';
import { documentError, openPdf, type PdfFile } from './pdf/open-pdf.js';
import { type FlowPage, paragraphsOf } from './pdf/paragraphs.js';
import { showsSomething } from './pdf/pictures.js';
import { flowsOf } from './pdf/reading-order.js';
import type { BodyText } from './pdf/rows.js';
import { dropRunningLines } from './pdf/running-lines.js';
import { joinSpacedWords } from './pdf/spaced-words.js';

interface Content {
  pages: CellPage[];
  /** Values and notes of each page that have no place in its text. */
  asides: string[][];
  bookmarks: Map<number, Bookmark[]>;
}

export async function extract({ bytes, source }: FormatInput): Promise<Extraction> {
  const pdf = await openPdf(bytes, source);
  let text: ReturnType<TextBuilder['finish']>;
  try {
    text = compose(await readContent(pdf));
    if (text.blocks.length === 0 && (await showsSomething(pdf))) {
      throw new DocumentError(
        'no-text',
        `${source} holds no text, only pictures: make a copy with text, with \`ocrmypdf\`.`,
      );
    }
  } catch (cause) {
    throw cause instanceof DocumentError ? cause : documentError(cause, source);
  } finally {
    await pdf.destroy();
  }
  return one({ source, format: 'pdf', ...text });
}

async function readContent(pdf: PdfFile): Promise<Content> {
  const pages: CellPage[] = [];
  for (let number = 1; number <= pdf.numPages; number++) {
    const page = await pdf.getPage(number);
    const text = (await page.getTextContent()) as unknown as PdfContent;
    await joinSpacedWords(page, text.items);
    pages.push(cellPage(number, page.view, text));
    page.cleanup();
  }
  const annotations = await annotationsOf(pdf);
  const asides = pages.map((page) => addAnnotations(page, annotations.get(page.number) ?? []));
  return { pages, asides, bookmarks: await bookmarksOf(pdf) };
}

function compose({ pages, asides, bookmarks }: Content): ReturnType<TextBuilder['finish']> {
  const body = mostLetters(pages);
  dropRunningLines(pages, headingFactor * body.size);
  const flowing = pages.map(
    ({ number, cells, turned }, i): FlowPage => ({
      number,
      flows: flowsOf(cells),
      asides: [...turned.map(({ text }) => text), ...asides[i]!],
    }),
  );
  const paragraphs = paragraphsOf(flowing, body);
  const headings = headingsOf(paragraphs, bookmarks, body);
  const texts = paragraphs.map(({ lines }) => lines.map((line) => line.text));
  const words = new CutWords(texts);
  const builder = new TextBuilder();
  for (const [i, paragraph] of paragraphs.entries()) {
    const place = { line: paragraph.line, page: paragraph.page };
    const level = headings.get(paragraph);
    if (level === undefined && isCode(paragraph.lines, body)) {
      builder.add('code', codeOf(paragraph.lines), place);
      continue;
    }
    const text = words.join(texts[i]!);
    if (level === undefined) builder.add(paragraph.kind, text, place);
    else builder.add('heading', text, { ...place, level, title: cleanTitle(text) });
  }
  return builder.finish();
}

function mostLetters(pages: readonly CellPage[]): BodyText {
  const sizes = new Map<number, number>();
  for (const { cells } of pages) {
    for (const { size, text } of cells) sizes.set(size, (sizes.get(size) ?? 0) + text.length);
  }
  const body = mostOf(sizes) ?? 0;
  const fonts = new Map<string, number>();
  const fixed = new Set<string>();
  for (const { cells } of pages) {
    for (const { size, font, isFixedWidth, text } of cells) {
      if (size === body) fonts.set(font, (fonts.get(font) ?? 0) + text.length);
      if (isFixedWidth) fixed.add(font);
    }
  }
  const font = mostOf(fonts) ?? '';
  return { size: body, font, isFixedWidth: fixed.has(font) };
}
