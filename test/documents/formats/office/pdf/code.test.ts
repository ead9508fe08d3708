// Code in letters of one width: its indents and its empty lines, and what only looks like code.
import { expect, test } from 'vitest';
import { documentOf, outline } from '../../../structure.js';
import { column, madePdf, pdfFile, type Text } from './made-pdf.js';

const prose = column(72, 700, [
  'The keeper lights the lamp at dusk, and writes',
  'the hour into the book of the house.',
]);
/** Ten points high: letters are six points wide. */
function code(rows: readonly [indent: number, y: number, text: string][]): Text[] {
  return rows.map(([indent, y, text]) => ({ text, x: 72 + 6 * indent, y, font: 'Courier' }));
}

async function blocksOf(texts: readonly Text[]): Promise<string[]> {
  return outline(await documentOf(madePdf([texts]), 'a.pdf'));
}

test('indents and empty lines are kept, and nothing is joined at hyphens', async () => {
  const lines = code([
    [0, 650, 'def wait(lamp):'],
    [4, 638, 'left = full-'],
    [8, 626, 'used(lamp)'],
    [4, 602, 'return left'],
  ]);
  const after = column(72, 590, ['Prose goes on below it at the same distance.']);
  expect((await blocksOf([...prose, ...lines, ...after])).slice(1)).toEqual([
    'p1:3 code "def wait(lamp):\\n    left = full-\\n        used(lamp)\\n\\n    return left"',
    'p1:7 paragraph "Prose goes on below it at the same distance."',
  ]);
});

test('one line within a sentence stays in it', async () => {
  const [first, last] = column(72, 650, ['To end the night, call', 'before the sun is up.'], 24);
  const name = code([[0, 638, 'lamp.off()']]);
  expect((await blocksOf([...prose, first!, ...name, last!])).slice(1)).toEqual([
    'p1:3 paragraph "To end the night, call\\nlamp.off()\\nbefore the sun is up."',
  ]);
});

test('a document that is all in letters of one width is text', async () => {
  expect(await blocksOf(prose.map((text) => ({ ...text, font: 'Courier' })))).toEqual([
    expect.stringMatching(/^p1:1 paragraph "The keeper/),
  ]);
});

test.each([
  ['a filled shape', '0 0 1 rg 72 600 100 100 re f', 'no-text'],
  ['the frame of a blank page', '50 50 500 700 re S', 'blank'],
  ['a white background', 'q 1 1 1 rg 0 0 612 792 re f Q', 'blank'],
  [
    'a white background in the grey of black',
    'q 1 g 0 0 612 792 re f Q q 1 1 1 rg Q 9 9 9 9 re f',
    'no-text',
  ],
  ['a clip alone', '50 50 500 700 re W n', 'blank'],
])('without text: %s', async (_, content, outcome) => {
  const bytes = pdfFile('<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>', content);
  const read = documentOf(bytes, 'a.pdf').then(
    ({ blocks }) => (blocks.length === 0 ? 'blank' : 'text'),
    (error: { failure?: string }) => error.failure,
  );
  expect(await read).toBe(outcome);
});
