// PDF files whose structure costs a reader more than their size: each is read, in time and memory that their size explains.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Bookmark, madePdf, type Text } from '../documents/formats/office/pdf/made-pdf.js';
import { makeWorkspace, type Workspace } from '../helpers/cli.js';
import { writeFiles } from '../ingest/run-workspace.js';
import { outcome, readFiles } from './made.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWorkspace();
});
afterEach(() => workspace.remove());

const mebibyte = 1024 * 1024;

test('6,000 headings take no more memory than their text', async () => {
  const words = 'The pump moves water from the lower tank to the upper tank while the valve stays open. ';
  const pages = Array.from({ length: 150 }, (_, page) =>
    Array.from({ length: 40 }, (_, i): Text[] => [
      { text: `Section ${page * 40 + i} about pumps`, y: 780 - i * 19, size: 11 },
      { text: words, y: 770 - i * 19, size: 7 },
    ]).flat(),
  );
  writeFiles(workspace.dir, { 'a.pdf': madePdf(pages), 'b.md': 'Fine.' });
  const limits = { memory: 400 * mebibyte };
  const steps = await readFiles(workspace.dir, ['a.pdf', 'b.md'], { readerLimits: limits });
  expect(outcome(steps)).toEqual(['a.pdf', 'b.md']);
});

function nested(levels: number): Bookmark {
  let bookmark: Bookmark = { title: 'Title', page: 0 };
  for (let i = 1; i < levels; i++) bookmark = { title: 'Title', page: 0, children: [bookmark] };
  return bookmark;
}

const lattice = Array.from({ length: 20_000 }, (_, i) => i);

test.each<[string, () => Buffer]>([
  [
    'as many words side by side as below each other',
    () =>
      madePdf([
        lattice.map((i) => ({ text: 'one', x: 1 + 40 * (i % 140), y: 1 + 12 * Math.floor(i / 140) })),
      ]),
  ],
  [
    'words drawn from the bottom to the top',
    () => madePdf([lattice.map((i) => ({ text: 'one two', y: 1 + i / 20, size: 0.04 }))]),
  ],
  ['one line of a million letters', () => madePdf([[{ text: 'a-'.repeat(500_000), y: 700 }]])],
  ['a million dots', () => madePdf([[{ text: `a ${'. '.repeat(500_000)}b`, y: 700 }]])],
  ['a million letters apart', () => madePdf([[{ text: 'N '.repeat(500_000), y: 700 }]])],
  [
    'each line ends in a cut word',
    () => madePdf([lattice.map((i) => ({ text: 'some inter-', y: 20_000 - i, size: 0.9 }))]),
  ],
  [
    'a field for each word',
    () =>
      madePdf([lattice.slice(0, 3000).map((i) => ({ text: 'one', y: 1 + 12 * i }))], {
        annotations: lattice
          .slice(0, 3000)
          .map((i) => `<</Subtype/Widget/FT/Tx/T(a${i})/V(two)/Rect[100 ${12 * i} 200 ${12 * i + 12}]>>`),
      }),
  ],
  [
    'a bookmark for each line',
    () =>
      madePdf([Array.from({ length: 700 }, (_, i) => ({ text: `Title ${i}`, y: 750 - i, size: 0.9 }))], {
        bookmarks: lattice.map((i) => ({ title: `Title ${i}`, page: 0 })),
      }),
  ],
  ['bookmarks in bookmarks', () => madePdf([[{ text: 'Title', y: 700 }]], { bookmarks: [nested(800)] })],
])('%s', async (_, make) => {
  writeFiles(workspace.dir, { 'a.pdf': make() });
  const limits = { baseMs: 20_000, msPerMegabyte: 0 };
  expect(outcome(await readFiles(workspace.dir, ['a.pdf'], { readerLimits: limits }))).toEqual(['a.pdf']);
});
