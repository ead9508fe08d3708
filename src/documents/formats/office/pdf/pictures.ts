// Tells a scan from blank pages, in a PDF file without text.
import { getResolvedPDFJS } from 'unpdf';
import type { PdfFile } from './open-pdf.js';

const pictures = [
  'paintImageXObject',
  'paintInlineImageXObject',
  'paintInlineImageXObjectGroup',
  'paintImageXObjectRepeat',
  'paintImageMaskXObject',
  'paintImageMaskXObjectGroup',
  'paintImageMaskXObjectRepeat',
] as const;
/** Letters may be drawn as outlines. Fewer shapes are a frame, or the background of a blank page. */
const minShapes = 20;

/** True when a page shows a picture, a drawing, or letters of which the file doesn't say what they are. */
export async function showsSomething(pdf: PdfFile): Promise<boolean> {
  const { OPS: codes } = await getResolvedPDFJS();
  const paints = new Set<number>(pictures.map((name) => codes[name]));
  let shapes = 0;
  for (let number = 1; number <= pdf.numPages; number++) {
    const page = await pdf.getPage(number);
    const { fnArray, argsArray } = await page.getOperatorList();
    page.cleanup();
    for (const [i, code] of fnArray.entries()) {
      if (paints.has(code)) return true;
      if (code === codes.showText && showsLetters(argsArray[i])) return true;
      if (code === codes.constructPath && ++shapes >= minShapes) return true;
    }
  }
  return false;
}

/** @param args of an operation that shows text: a list of glyphs, and of numbers for the gaps between them */
function showsLetters(args: unknown): boolean {
  const glyphs: unknown = Array.isArray(args) ? args[0] : undefined;
  if (!Array.isArray(glyphs)) return false;
  return glyphs.some((glyph) => typeof glyph?.unicode === 'string' && !/^\s+$/.test(glyph.unicode));
}
