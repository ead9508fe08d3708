// Levels of headings, with bookmarks and without.
import { expect, test } from 'vitest';
import { documentOf } from '../../../structure.js';
import { column, type Extras, madePdf, type Text } from './made-pdf.js';

const words = [
  'The keeper of the lamp walks every night around',
  'the tower and looks for ships that are late.',
];
const body = (y: number): Text[] => column(72, y, words);

async function headingsOf(pages: Text[][], extras?: Extras): Promise<string[]> {
  const { blocks } = await documentOf(madePdf(pages, extras), 'a.pdf');
  return blocks.filter(({ level }) => level).map(({ page, level, title }) => `p${page} ${level} ${title}`);
}

test('bookmarks give the levels, below the title of the cover', async () => {
  const pages: Text[][] = [
    [
      { text: 'Big Cover Title', y: 600, size: 40 },
      { text: 'By A. Nobody', y: 500, size: 20 },
    ],
    [
      { text: 'Chapter 1', y: 750, size: 20 },
      { text: 'Pumps', y: 720, size: 24 },
      ...body(690),
      { text: 'Small parts', y: 620, font: 'Times-Bold' },
      ...body(600),
      { text: 'Larger than the parts', y: 540, size: 14 },
      ...body(520),
    ],
    [
      // Two lines, without a gap to the text.
      { text: 'Valves and all that', y: 750, size: 10 },
      { text: 'belongs to them', y: 738, size: 10 },
      ...body(726),
    ],
  ];
  const bookmarks = [
    { title: '1 Pumps', page: 1, children: [{ title: 'Small parts', page: 1 }] },
    { title: 'Valves and all that belongs to them', page: 2 },
  ];
  expect(await headingsOf(pages, { bookmarks })).toEqual([
    'p1 1 Big Cover Title',
    'p2 2 Chapter 1 Pumps',
    'p2 3 Small parts',
    'p2 3 Larger than the parts',
    'p3 2 Valves and all that belongs to them',
  ]);
});

test('bookmarks that lead to no page, or name what is nowhere, change nothing', async () => {
  const pages: Text[][] = [[{ text: 'Pumps', y: 700, size: 20 }, ...body(680)]];
  const bookmarks = [
    { title: 'Nowhere', page: 7 },
    { title: 'Not here', page: 0 },
  ];
  expect(await headingsOf(pages, { bookmarks })).toEqual(['p1 1 Pumps']);
});

test('authors and dates between the title and the text are none', async () => {
  const pages: Text[][] = [
    [
      { text: 'On Lamps', y: 740, size: 20 },
      { text: 'A. Nobody', y: 700, size: 14 },
      { text: 'Abstract', y: 660, size: 14 },
      ...body(640),
      { text: 'Introduction', y: 590, size: 14 },
      ...body(570),
    ],
  ];
  expect(await headingsOf(pages)).toEqual(['p1 1 On Lamps', 'p1 2 Abstract', 'p1 2 Introduction']);
});

test('numbers tell depths in one size, and titles in the size of the text', async () => {
  const bold = (text: string, y: number): Text => ({ text, y, font: 'Times-Bold' });
  const sized = (text: string, y: number): Text => ({ text, y, size: 14 });
  expect(
    await headingsOf([[sized('1 Lamps', 740), ...body(715), sized('1.1 Oil', 670), ...body(645)]]),
  ).toEqual(['p1 1 1 Lamps', 'p1 2 1.1 Oil']);
  expect(
    await headingsOf([
      [
        bold('1. Lamps', 740),
        ...body(728),
        bold('1.1. Oil', 690),
        ...body(678),
        bold('12 mm of rain', 640),
        ...body(628),
        bold('NAMES AND DATES', 590),
        ...body(578),
        bold('A sentence in bold letters.', 540),
        ...body(528),
      ],
    ]),
  ).toEqual(['p1 1 1. Lamps', 'p1 2 1.1. Oil', 'p1 1 NAMES AND DATES']);
});

test('lists of contents are no headings, and lose their dots', async () => {
  const entries = [1, 2, 3].map(
    (n): Text => ({ text: `${n} Part of pumps ${'. '.repeat(30)} ${n * 7}`, y: 700 - 20 * n, size: 14 }),
  );
  const pages = [[{ text: 'Contents', y: 740, size: 18 }, ...entries, ...body(600)]];
  expect(await headingsOf(pages)).toEqual(['p1 1 Contents']);
  const { text } = await documentOf(madePdf(pages), 'a.pdf');
  expect(text).toContain('1 Part of pumps 7\n2 Part of pumps 14\n3 Part of pumps 21');
});

test('sizes that only a figure has make no level', async () => {
  const figure: Text[] = [
    { text: 'Pump', y: 400, size: 20 },
    { text: 'Valve', x: 300, y: 300, size: 16 },
  ];
  const pages = [1, 2, 3, 4, 5].map((n): Text[] => [
    { text: `${n} Section`, y: 740, size: 14 },
    ...body(715),
    { text: 'Part', y: 670, size: 12 },
    ...body(650),
    ...(n === 3 ? figure : []),
  ]);
  const found = await headingsOf([[{ text: 'On Water', y: 700, size: 30 }], ...pages]);
  expect(found.slice(0, 3)).toEqual(['p1 1 On Water', 'p2 2 1 Section', 'p2 3 Part']);
});
