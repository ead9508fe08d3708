import { expect, test } from 'vitest';
import { documentOf, fixture, outline } from '../../../structure.js';

const blocks = async (html: string): Promise<string[]> => outline(await documentOf(html, 'a.html'));

test('reads what a reader of the page reads', async () => {
  const document = await documentOf(fixture('bees.html'), 'bees.html');
  expect(document.metadata).toEqual({ title: 'Bees & hives' });
  expect(outline(document)).toEqual([
    '4 heading (1 Bees & hives) "Bees & hives"',
    '11 heading (2 The hive) "The hive"',
    '12 paragraph "A colony wakes when the willow flowers.\\nIt needs nothing."',
    '15 item "1. Open the hive."',
    '16 item "2. Close it again."',
    '17 item "- gently"',
    '20 code "weigh hive\\n  weigh frame"',
    '24 table "month | weight\\nMay | 14 kg"',
    '27 paragraph "A swarm in May"',
    '27 paragraph "a proverb"',
  ]);
});

test('leaves the title out of the text of a page with a main heading', async () => {
  const document = await documentOf('<title>Site</title><h1>Page</h1>text', 'a.html');
  expect(document.metadata).toEqual({ title: 'Site' });
  expect(outline(document)).toEqual(['1 heading (1 Page) "Page"', '1 paragraph "text"']);
});

test.each([
  [
    'entities and inline elements',
    'a&nbsp;b <b>c</b><i>d</i>&lt;e&#62;&hellip;',
    ['1 paragraph "a b cd<e>…"'],
  ],
  ['text without elements', 'one\n\ntwo', ['1 paragraph "one two"']],
  ['nested skipped elements', '<nav>a<nav>b</nav>c</nav>d', ['1 paragraph "d"']],
  ['a skipped element that is not closed', '<body><nav>a<main>b</main></body>', ['1 paragraph "b"']],
  [
    'lists in lists',
    '<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol><ul><li>d</ul>',
    ['1 item "1. a"', '1 item "- b"', '1 item "2. c"', '1 item "- d"'],
  ],
  ['a page footer', 'a<footer>b</footer>', ['1 paragraph "a"']],
  ['a heading that is not closed', '<h2>a<p>b</p>', ['1 heading (2 a) "a"', '1 paragraph "b"']],
  ['elements in a heading', '<h2><div>a</div> <span>b</span><br>c</h2>', ['1 heading (2 a b c) "a b c"']],
  [
    'a table for layout',
    '<table><tr><td><p>a</p><p>b</p><table><tr><td>c<td>d</table></table>',
    ['1 paragraph "a"', '1 paragraph "b"', '1 table "c | d"'],
  ],
  ['blank cells', '<table><tr><td><td></tr><tr><td>a<td><td>b</table>', ['1 table "a |  | b"']],
  [
    'the labels of a drawing',
    '<svg><style>a{}</style><path d="M0"/><text>a</text><text>b</text></svg>',
    ['1 paragraph "a"', '1 paragraph "b"'],
  ],
  [
    'a page with a drawing',
    '<p>a</p><svg><text>b</text><g/></svg>c<svg/>d',
    ['1 paragraph "a"', '1 paragraph "b cd"'],
  ],
  ['broken tags', 'a < b <c d="', ['1 paragraph "a < b"']],
])('reads %s', async (_, html, expected) => {
  expect(await blocks(html)).toEqual(expected);
});
