// Text side by side, in whatever order it is drawn.
import { expect, test } from 'vitest';
import { documentOf } from '../../../structure.js';
import { column, madePdf, type Text } from './made-pdf.js';

const lamp = [
  'The keeper of the lamp walks',
  'every night around the tower',
  'and looks for ships that are',
  'late, since the fog hides the',
  'rocks that lie in the north.',
];
const ferry = [
  'The ferry crosses the sound in',
  'the morning and comes back by',
  'noon, when the market opens and',
  'all the fish is sold before the',
  'boats go out again for more.',
];
const baker = [
  'A baker on the quay starts',
  'at three and has the bread',
  'ready when the crew of the',
  'first boat comes in from',
  'the sea with empty hands.',
];

/** One text of each column after the other. */
function byRow(...columns: Text[][]): Text[] {
  return columns[0]!.flatMap((_, i) => columns.map((texts) => texts[i]!));
}

async function paragraphsOf(texts: Text[]): Promise<string[]> {
  const { text, blocks } = await documentOf(madePdf([texts]), 'a.pdf');
  return blocks.map(({ start, end }) => text.slice(start, end));
}

test('three columns drawn row by row', async () => {
  const texts = byRow(column(50, 700, lamp), column(225, 700, ferry), column(400, 700, baker));
  expect(await paragraphsOf(texts)).toEqual([lamp, ferry, baker].map((lines) => lines.join('\n')));
});

test('columns whose lines are at other heights, under a title across both', async () => {
  const title = 'A Paper about the Lamp and the Ferry, in Rows and in Columns';
  const texts = byRow(column(72, 700, lamp), column(320, 695, ferry));
  expect(await paragraphsOf([{ text: title, x: 100, y: 750, size: 16 }, ...texts])).toEqual([
    title,
    lamp.join('\n'),
    ferry.join('\n'),
  ]);
});

test('columns around a line across both', async () => {
  const wide = 'Figure 1: what stands across both columns goes between what is above and below of it.';
  const texts = [
    ...byRow(column(72, 700, lamp), column(320, 700, ferry)),
    { text: wide, y: 610 },
    ...byRow(column(72, 570, baker), column(320, 570, lamp)),
  ];
  expect(await paragraphsOf(texts)).toEqual([
    lamp.join('\n'),
    ferry.join('\n'),
    wide,
    baker.join('\n'),
    lamp.join('\n'),
  ]);
});

test('a line that is too long for its column leaves the gutter where it is', async () => {
  const long = [...lamp, ...baker, ...lamp, ...baker];
  long[7] = 'ready when the crew of the first boat is back';
  const other = [...ferry, ...ferry, ...ferry, ...ferry];
  const texts = [...column(72, 700, long), ...column(280, 700, other)];
  const { text } = await documentOf(madePdf([texts]), 'a.pdf');
  expect(text.replaceAll(/\n+/g, '\n')).toBe([...long, ...other].join('\n'));
});

test('columns drawn from the last to the first, and lines from the bottom to the top', async () => {
  expect(await paragraphsOf([...column(320, 700, ferry), ...column(72, 700, lamp)])).toEqual([
    lamp.join('\n'),
    ferry.join('\n'),
  ]);
  expect(await paragraphsOf(column(72, 700, lamp).reverse())).toEqual([lamp.join('\n')]);
});

test('a word that goes on in the next column is whole', async () => {
  const left = [...lamp.slice(0, 4), 'rocks that lie to the inter-'];
  const right = ['national waters in the north', ...ferry.slice(1)];
  const [text] = await paragraphsOf([...column(72, 700, left), ...column(320, 700, right)]);
  expect(text).toContain('to the international\nwaters in the north\n');
});

test('tables are read by row: of words, of sentences, and drawn column by column', async () => {
  const left = ['Close the valve', 'Open the pump', 'Read the gauge', 'Write the log'];
  const right = [
    'Stops the water at once',
    'Starts the water again',
    'Shows the level of the tank',
    'Keeps what was seen',
  ];
  const rows = left.map((text, i) => `${text} ${right[i]}`).join('\n');
  expect(await paragraphsOf(byRow(column(72, 700, left, 20), column(300, 700, right, 20)))).toEqual([rows]);
  const names = ['Pump', 'Lamp', 'Rope', 'Sail'];
  const counts = ['10', '12', '7', '99'];
  const table = [...column(72, 700, names), ...column(300, 700, counts)];
  expect(await paragraphsOf(table)).toEqual([names.map((name, i) => `${name} ${counts[i]}`).join('\n')]);
});

test('a page on its side is read upright', async () => {
  const turned = lamp.map((text, i) => ({ text, x: 100 + 12 * i, y: 100, turn: 90 }));
  expect(await paragraphsOf([...turned, { text: 'Page', x: 500, y: 20 }])).toEqual([lamp.join('\n'), 'Page']);
});

test('sections of columns follow each other, each below its title', async () => {
  const texts = [
    { text: 'Lamps', y: 760, size: 16 },
    ...column(72, 730, lamp),
    ...column(320, 730, ferry),
    { text: 'Bakers', y: 630, size: 16 },
    ...column(72, 600, baker),
    ...column(320, 600, lamp),
  ];
  expect(await paragraphsOf(texts)).toEqual([
    'Lamps',
    lamp.join('\n'),
    ferry.join('\n'),
    'Bakers',
    baker.join('\n'),
    lamp.join('\n'),
  ]);
});

test('three columns whose lines are at other heights, below two', async () => {
  const wide = (x: number, lines: string[]) => column(x, 700, [...lines, ...lines]);
  const texts = [
    ...wide(72, lamp),
    ...wide(320, ferry),
    { text: 'Bakers', y: 530, size: 16 },
    ...column(50, 495, lamp),
    ...column(225, 501, baker),
    ...column(400, 501, ferry),
  ];
  const last = (await paragraphsOf(texts)).slice(-4);
  expect(last).toEqual(['Bakers', ...[lamp, baker, ferry].map((lines) => lines.join('\n'))]);
});

test('a title in large letters beside columns makes their gutter no narrower', async () => {
  const texts = [
    { text: 'Abstract', y: 716, size: 18 },
    ...column(72, 700, lamp),
    ...column(214, 716, ['Ferries cross the sound', ...ferry]),
  ];
  expect(await paragraphsOf(texts)).toEqual([
    'Abstract',
    lamp.join('\n'),
    ['Ferries cross the sound', ...ferry].join('\n'),
  ]);
});

test('a cell of several lines is read whole, in the row of the cells beside it', async () => {
  const texts = [
    { text: 'Berth', y: 700 },
    { text: 'Depth', x: 150, y: 700 },
    { text: 'Notes', x: 250, y: 700 },
    { text: 'A1', y: 670 },
    { text: '4.5', x: 150, y: 670 },
    ...column(250, 682, ['Small boats only, from', 'the first of May', 'to the last of June']),
    { text: 'A2', y: 640 },
    { text: '6.0', x: 150, y: 640 },
    { text: 'Ferries', x: 250, y: 640 },
  ];
  expect((await paragraphsOf(texts)).join('\n')).toBe(
    'Berth Depth Notes\nA1 4.5 Small boats only, from\nthe first of May\nto the last of June\nA2 6.0 Ferries',
  );
});
