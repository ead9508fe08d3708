import { expect, test } from 'vitest';
import { type PdfItem, pdfLines } from '../../../../src/documents/formats/office/pdf-lines.js';

/** A piece of text at a height on the page that ends its line. */
function piece(str: string, y: number, height = 10): PdfItem {
  return { str, height, transform: [height, 0, 0, height, 0, y], hasEOL: true };
}

test('finds gaps by the usual distance of lines, whatever that is', () => {
  const single = [100, 88, 76, 52].map((y) => piece('a', y));
  const double = [100, 76, 52, 4].map((y) => piece('a', y));
  expect(pdfLines(single).map((line) => line.gap)).toEqual([false, false, false, true]);
  expect(pdfLines(double).map((line) => line.gap)).toEqual([false, false, false, true]);
});

test('starts again at the top of a column', () => {
  const lines = pdfLines([100, 88, 76, 100, 88].map((y) => piece('a', y)));
  expect(lines.map((line) => line.gap)).toEqual([false, false, false, true, false]);
});

test('puts pieces together, leaves blank lines out, and takes the size of most letters', () => {
  const items = [
    { ...piece('Note ', 100), hasEOL: false },
    { ...piece('1', 104, 30), hasEOL: false },
    piece(' here', 100, 12),
    piece(' ', 88),
    piece('there', 76),
  ];
  expect(pdfLines(items)).toEqual([
    { text: 'Note 1 here', size: 10, gap: false },
    { text: 'there', size: 10, gap: false },
  ]);
});
