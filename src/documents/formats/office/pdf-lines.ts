// The pieces of text that a PDF page draws → its lines.

/** A piece as unpdf describes it. `transform` is [.., .., .., .., x, y] in points, with y growing upwards. */
export interface PdfItem {
  str: string;
  height: number;
  transform: number[];
  hasEOL: boolean;
}

export interface PdfLine {
  text: string;
  /** Height of most of its letters in points, to half a point. */
  size: number;
  /** True when there is a gap between it and the line above. */
  gap: boolean;
}

interface PlacedLine {
  text: string;
  size: number;
  y: number;
}

/** A gap is this much larger than the usual distance of lines on the page. */
const gapFactor = 1.25;

/** Lines of a page, without blank ones. */
export function pdfLines(items: readonly PdfItem[]): PdfLine[] {
  const lines = placedLines(items);
  const distances = lines.map((line, i) => distance(lines[i - 1], line));
  const usual = Math.max(1, lowerQuartile(distances.filter((value) => value > 0)));
  return lines.map(({ text, size }, i) => {
    // A jump upwards is another column.
    const gap = i > 0 && (distances[i]! < 0 || distances[i]! > usual * gapFactor);
    return { text, size, gap };
  });
}

function placedLines(items: readonly PdfItem[]): PlacedLine[] {
  const lines: PlacedLine[] = [];
  let text = '';
  let longest = 0;
  let line: PlacedLine | undefined;
  const end = (): void => {
    if (line) lines.push({ ...line, text: text.replace(/\s+/g, ' ').trim() });
    text = '';
    longest = 0;
    line = undefined;
  };
  for (const { str, height, transform, hasEOL } of items) {
    text += str;
    const letters = str.trim().length;
    if (letters > longest) {
      longest = letters;
      const size = Math.round((height || Math.abs(transform[3] ?? 0)) * 2) / 2;
      line = { text: '', size, y: line?.y ?? transform[5] ?? 0 };
    }
    if (hasEOL) end();
  }
  end();
  return lines;
}

/** Distance from the line above, in heights of letters. */
function distance(above: PlacedLine | undefined, line: PlacedLine): number {
  return above ? (above.y - line.y) / Math.max(above.size, line.size, 1) : 0;
}

function lowerQuartile(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 4)] ?? 0;
}
