// Words whose letters stand apart (`S P A C E D O U T`): where they end is seen in the strings that the page draws.
import type { PdfItem } from './cells.js';
import { isAlphabet } from './letters.js';
import type { PdfFile } from './open-pdf.js';

type Page = Awaited<ReturnType<PdfFile['getPage']>>;

/** Fewer single letters say nothing. */
const minSingle = 4;
/** The number of the operation that draws a string, in pdf.js. */
const showText = 44;

/** A space between words is wider than those between letters by so much, in thousandths of their height. */
const wordGap = 120;
/** A space that is drawn. */
const spaceWidth = 250;

/** Node 20 lacks it, and pdf.js calls it when it hands on a font. */
const buffers = ArrayBuffer.prototype as { transferToFixedLength?: (length: number) => ArrayBuffer };
buffers.transferToFixedLength ??= function (this: ArrayBuffer, length) {
  return this.slice(0, length);
};

/** Puts the spaces right in pieces whose letters stand apart. Asks for the drawing of the page only where there are some. */
export async function joinSpacedWords(page: Page, items: readonly PdfItem[]): Promise<void> {
  const spaced = items.filter(({ str }) => isSpaced(str));
  if (spaced.length === 0) return;
  const operations = await page.getOperatorList().catch(() => undefined);
  if (!operations) return;
  const drawn = drawnText(operations);
  const places = new Set(spaced.map(placeOf));
  const beside = items.filter((item) => allSingle.test(item.str) && places.has(placeOf(item)));
  for (const item of new Set([...spaced, ...beside])) {
    const letters = item.str.replace(/\s/g, '');
    const at = drawn.letters.indexOf(letters);
    if (at === -1) continue;
    const gaps = drawn.gaps.slice(at, at + letters.length);
    const usual = median(gaps.slice(1));
    // Where letters stand apart by spaces, that is how they are written.
    if (usual < spaceWidth) item.str = withSpaces(letters, gaps, usual + wordGap);
  }
}

/** A short word beside others whose letters stand apart. */
const allSingle = /^\p{L}\p{M}*(?: \p{L}\p{M}*)+$/u;

function placeOf({ fontName, height, transform }: PdfItem): string {
  return `${fontName} ${height} ${transform[5]}`;
}

/** True when most words of a text are single letters: gaps between letters look like spaces to pdf.js. */
function isSpaced(text: string): boolean {
  if (!/(?:^| )\p{L}\p{M}* \p{L}(?: |$)/u.test(text)) return false;
  const words = text.trim().split(' ');
  const single = words.filter((word) => word.length === 1).length;
  return single >= minSingle && single >= 0.6 * words.length && !isAlphabet(words.join(' '));
}

/** Letters, with a space in front of each with a wide gap. */
function withSpaces(letters: string, gaps: readonly number[], widest: number): string {
  let text = '';
  for (let i = 0; i < letters.length; i++) text += (i > 0 && gaps[i]! > widest ? ' ' : '') + letters[i];
  return text;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

interface Drawn {
  letters: string;
  /** In front of each letter, in thousandths of its height. */
  gaps: number[];
}

function drawnText({ fnArray, argsArray }: { fnArray: number[]; argsArray: unknown[] }): Drawn {
  const texts: string[] = [];
  const gaps: number[] = [];
  let gap = 0;
  for (const [i, operation] of fnArray.entries()) {
    const glyphs = operation === showText ? (argsArray[i] as [unknown])[0] : undefined;
    if (!Array.isArray(glyphs)) continue;
    for (const glyph of glyphs as ({ unicode?: unknown } | number | null)[]) {
      const letter = typeof glyph === 'object' ? glyph?.unicode : undefined;
      if (typeof glyph === 'number') gap -= glyph;
      if (typeof letter !== 'string') continue;
      if (letter.trim() === '') {
        gap += spaceWidth;
        continue;
      }
      texts.push(letter);
      gaps.push(gap);
      for (let unit = 1; unit < letter.length; unit++) gaps.push(0);
      gap = 0;
    }
  }
  return { letters: texts.join(''), gaps };
}
