import { expect, test } from 'vitest';
import { documentOf, fixture, outline } from '../../structure.js';

test('mdx: pages are read as Markdown; statements, tags and expressions go, what components hold and show stays', async () => {
  const document = await documentOf(fixture('bees.mdx'), 'bees.mdx');
  expect(document).toMatchObject({ format: 'mdx', metadata: { title: 'Keeping bees' } });
  expect(outline(document)).toEqual([
    '13 heading (1 Keeping bees) "# Keeping bees"',
    '15 paragraph "A colony wakes when the willow flowers,  hives of it."',
    '17 paragraph "Before you open a hive\\nSmoke keeps the bees calm, and so does warm  weather."',
    '20 item "- Check the queen."',
    '21 item "- Clean the floor:\\n  - scrape it"',
    '28 paragraph "Spring"',
    '30 paragraph "Feed {sugar} only in `{code}`."',
    '32 code "```js\\nimport { weigh } from \'hive\'\\n```"',
    '43 table "| month | weight |\\n|-------|-------:|\\n| May   | 14 kg  |"',
    '47 paragraph "The weight is $w = \\\\frac{m}{n}$ in a < b."',
  ]);
  expect(document.text).not.toMatch(/\n\n\n/);
});

test.each([
  ['import x from "y"\nWords.', 'Words.'],
  ['import goods from China, not a module.\n\nMore.', 'import goods from China, not a module.\n\nMore.'],
  ['import {\n  a,\n\n  b,\n} from "y";\nimport "z"\n\nWords.', 'Words.'],
  ['export default ({ children }) => <Layout x="}">{children}</Layout>\n\nWords.', 'Words.'],
  ['export const a =\n  1\nWords.', 'Words.'],
  ['export function f() {\n\n  return `}` // }\n}\n\nWords.', 'Words.'],
  ['Important words.\n\nimport duties are words, too.', 'Important words.\n\nimport duties are words, too.'],
  ['A {"text"} and {`another`} and {`\u0024{no}`}.', 'A text and another and .'],
  ['Escaped \\{braces\\} and \\<Tag>.', 'Escaped \\{braces\\} and \\<Tag>.'],
  ['An open { brace, {later}, stays.', 'An open { brace, {later}, stays.'],
  ['<>A <ui.Key title={"Escape"}/> in a fragment.</>', 'A Escape  in a fragment.'],
  ['1 <2 and a<b, c > d.', '1 <2 and a<b, c > d.'],
  ['<Open\nWords.', '<Open\nWords.'],
  ["{list.map((x) => (\n  <li>don't</li>\n))}\nWords.", 'Words.'],
  ['<p className={x} {...rest}>Words.</p>', 'Words.'],
  ['<Steps>\n      1. One\n      2. Two\n</Steps>', '1. One\n2. Two'],
])('mdx: %j', async (mdx, text) => {
  expect((await documentOf(mdx, 'a.mdx')).text.trim()).toBe(text);
});

test('mdx: any depth, width and length takes time in proportion', async () => {
  const many = (text: string) => text.repeat(Math.ceil(100_000 / text.length));
  const hostile = [
    many('{'),
    many('{`'),
    many('<A b={'),
    many('<A b="'),
    many('<A>'),
    many('<A>\n'),
    many('{a} '),
    many('<A b={c} d="e" />'),
    many('export const a = {\n'),
    many('export const a = 1 = = = ,'),
    `export const a = ${many('[1,"x"],= ')}`,
    many('`a` '),
    many('$a '),
    many('\\'),
    `<A ${many('b ')}`,
    many('import a from\n'),
  ];
  for (const mdx of hostile) {
    const from = process.cpuUsage();
    await documentOf(mdx, 'a.mdx');
    expect([mdx.slice(0, 20), process.cpuUsage(from).user < 1e6]).toEqual([mdx.slice(0, 20), true]);
  }
});
