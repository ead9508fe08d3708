// Heads, feet and page numbers: what is left out, and what only looks like it.
import { expect, test } from 'vitest';
import { documentOf } from '../../../structure.js';
import { column, madePdf, type Text } from './made-pdf.js';

const numbers = [1, 2, 3, 4, 5, 6];
/** Text of a page that is on no other. */
const body = (page: number): Text[] =>
  column(
    72,
    700,
    ['lamp', 'ferry', 'baker', 'fog', 'quay'].map(
      (word, i) => `The ${word} of day ${page * 10 + i} is late.`,
    ),
  );

async function textOf(page: (number: number) => Text[], pages = numbers): Promise<string> {
  return (await documentOf(madePdf(pages.map((number) => [...page(number), ...body(number)])), 'a.pdf')).text;
}

const bodies = await textOf(() => []);

test.each<[string, (page: number) => Text[]]>([
  [
    'heads of left and right pages, Roman numbers',
    (page) => [
      { text: page % 2 ? 'Chapter One' : 'The Big Book', x: page % 2 ? 400 : 72, y: 760, size: 9 },
      { text: ['i', 'ii', 'iii', 'iv', 'v', 'vi'][page - 1]!, x: 300, y: 40 },
    ],
  ],
  [
    'a head that is another on each page, beside the number of the page',
    (page) => [
      { text: `Topic ${'ABCDEF'[page - 1]}`, y: 760, size: 9 },
      { text: String(page + 10), x: 500, y: 760, size: 9 },
    ],
  ],
  [
    'heads of chapters without a number, where most are on several pages',
    (page) => [{ text: page < 4 ? 'Lamps' : page < 6 ? 'Ferries' : 'Bakers', y: 760, size: 9 }],
  ],
  [
    'a foot of two lines',
    (page) => [
      { text: 'ACME Corp. Confidential', y: 40, size: 8 },
      { text: `Printed for you, page ${page} of 6`, y: 30, size: 8 },
    ],
  ],
  [
    'a foot in larger letters than the text',
    (page) => [
      { text: 'ACME Works', y: 30, size: 13 },
      { text: `Page ${page}`, x: 500, y: 30, size: 13 },
    ],
  ],
  ['numbers as high as those of an article of LaTeX', (page) => [{ text: String(page), x: 300, y: 131 }]],
  ['a stamp across the page', () => [{ text: 'DRAFT', x: 100, y: 300, size: 80, turn: 45 }]],
])('%s', async (_, running) => {
  expect(await textOf(running)).toBe(bodies);
});

test('two pages with the same head and their numbers', async () => {
  const running = (page: number): Text[] => [
    { text: 'Letter to the mayor', y: 760, size: 9 },
    { text: `Page ${page} of 2`, x: 300, y: 40 },
  ];
  expect(await textOf(running, [1, 2])).toBe(await textOf(() => [], [1, 2]));
});

test.each<[string, (page: number) => Text[], number[]?]>([
  ['headings with a number each', (page) => [{ text: `Step ${page}`, y: 760, size: 16 }]],
  ['the same heading on some pages', (page) => (page < 4 ? [{ text: 'Usage', y: 760, size: 16 }] : [])],
  ['a note on two pages far apart', (page) => (page % 5 === 1 ? [{ text: 'See the map.', y: 40 }] : [])],
  ['numbers that count something else', (page) => [{ text: String(page * page + 3), y: 40 }]],
  ['one page', () => [{ text: 'Letter to the mayor', y: 760, size: 9 }], [1]],
])('kept: %s', async (_, texts, pages = numbers) => {
  const text = await textOf(texts, pages);
  for (const page of pages) for (const { text: words } of texts(page)) expect(text).toContain(words);
});

test('what all pages have in common stays when there is nothing else', async () => {
  const pages = numbers.map(() => [{ text: 'Ticket for one ride', y: 760 }]);
  expect((await documentOf(madePdf(pages), 'a.pdf')).text).toContain('Ticket for one ride');
});

test.each(['1', '– 1 –', 'Page 1 of 1', 'Seite 1/3'])('the number of a single page: %s', async (number) => {
  expect(await textOf(() => [{ text: number, x: 300, y: 40 }], [1])).toBe(await textOf(() => [], [1]));
});

test.each(['2', 'Page 3 of 2', '1 of us', '1 mm'])('what is no number of its page: %s', async (words) => {
  expect(await textOf(() => [{ text: words, x: 300, y: 40 }], [1])).toContain(words);
});

test('heads that repeat the title of their section, each on one page', async () => {
  const titled = (page: number): Text[] => [
    { text: `${['Lamps', 'Ferries', 'Bakers'][page - 1]}`, y: 730, size: 20 },
  ];
  const head = (page: number): Text[] => [
    { text: `${['Lamps', 'Ferries', 'Bakers'][page - 1]}`, y: 770, size: 9 },
  ];
  expect(await textOf((page) => [...head(page), ...titled(page)], [1, 2, 3])).toBe(
    await textOf(titled, [1, 2, 3]),
  );
});

test('heads on two pages of three, as the first has none', async () => {
  const head = (page: number): Text[] => (page === 1 ? [] : [{ text: 'The Big Book', y: 770, size: 9 }]);
  expect(await textOf(head, [1, 2, 3])).toBe(await textOf(() => [], [1, 2, 3]));
});
