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
  'paintSolidColorImageMask',
  'shadingFill',
] as const;
const fills = ['fill', 'eoFill', 'rawFillPath'] as const;
const strokes = ['stroke', 'closeStroke'] as const;
const both = ['fillStroke', 'eoFillStroke', 'closeFillStroke', 'closeEOFillStroke'] as const;
const white = '#ffffff';
/** Letters may be drawn as outlines. Fewer lines are the frame of a blank page. */
const minLines = 20;

/** True when a page shows a picture, a drawing, or letters of which the file doesn't say what they are. */
export async function showsSomething(pdf: PdfFile): Promise<boolean> {
  const { OPS: codes } = await getResolvedPDFJS();
  const paints = new Set<number>(pictures.map((name) => codes[name]));
  const filling = new Set<number>([...fills, ...both].map((name) => codes[name]));
  const stroking = new Set<number>([...strokes, ...both].map((name) => codes[name]));
  let lines = 0;
  for (let number = 1; number <= pdf.numPages; number++) {
    const page = await pdf.getPage(number);
    const { fnArray, argsArray } = await page.getOperatorList();
    page.cleanup();
    // As pdf.js gives it: `#rrggbb`; undefined for patterns, and for black until another is set.
    let fill: unknown;
    const saved: unknown[] = [];
    for (const [i, code] of fnArray.entries()) {
      const args: unknown = argsArray[i];
      if (paints.has(code)) return true;
      if (code === codes.showText && showsLetters(args)) return true;
      if (code === codes.save) saved.push(fill);
      else if (code === codes.restore) fill = saved.pop();
      else if (code === codes.setFillRGBColor) fill = firstOf(args);
      else if (code === codes.setFillColorN) fill = undefined;
      else if (code === codes.setFillTransparent) fill = white;
      else if (code === codes.constructPath) {
        // A white shape is the background of a blank page.
        const painter = Number(firstOf(args));
        if (filling.has(painter) && fill !== white) return true;
        if (stroking.has(painter) && ++lines >= minLines) return true;
      }
    }
  }
  return false;
}

function firstOf(args: unknown): unknown {
  return Array.isArray(args) ? args[0] : undefined;
}

/** @param args of an operation that shows text: a list of glyphs, and of numbers for the gaps between them */
function showsLetters(args: unknown): boolean {
  const glyphs = firstOf(args);
  if (!Array.isArray(glyphs)) return false;
  return glyphs.some((glyph) => typeof glyph?.unicode === 'string' && !/^\s+$/.test(glyph.unicode));
}
