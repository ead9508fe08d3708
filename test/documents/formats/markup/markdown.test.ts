import { expect, test } from 'vitest';
import { documentOf, fixture, outline } from '../../structure.js';

const blocks = async (text: string): Promise<string[]> => outline(await documentOf(text, 'a.md'));

test('reads the structure of a document', async () => {
  const document = await documentOf(fixture('bees.md'), 'bees.md');
  expect(document.metadata).toEqual({
    title: 'Keeping bees',
    tags: ['bees', 'garden'],
    weight: 3,
    draft: false,
  });
  expect(outline(document)).toEqual([
    '8 heading (1 Keeping bees) "# Keeping *bees*"',
    '10 paragraph "A colony wakes when the willow flowers.\\nIt needs nothing from you before that."',
    '13 heading (2 The hive) "The hive\\n--------"',
    '16 item "- Check the queen."',
    '17 item "- Clean the floor:\\n  - scrape it\\n  - brush it\\n\\n  Then put it back."',
    '23 item "1. Open the hive."',
    '24 item "2. Close it again."',
    '26 code "```sh\\n# not a heading\\nweigh hive\\n```"',
    '31 paragraph "> A swarm in May\\n> is worth a load of hay."',
    '34 table "| month | weight |\\n|-------|-------:|\\n| May   | 14 kg  |"',
    '38 code "    indented code"',
    '40 heading (2 Feeding (more)) "## Feeding ([more](https://example.org/feed)) ##"',
    '45 paragraph "Feed only what is missing."',
    '46 paragraph "***"',
    '47 paragraph "The end."',
  ]);
});

test('tells long items apart into their parts', async () => {
  const long = 'honey '.repeat(150).trim();
  expect(await blocks(`- a ${long}\n  - b\n\n  c\n\n  \`\`\`\n  - d\n  \`\`\`\n- e\n`)).toEqual([
    `1 item "- a ${long}"`,
    '2 item "  - b"',
    '4 paragraph "  c"',
    '6 code "  ```\\n  - d\\n  ```"',
    '9 item "- e"',
  ]);
});

test.each([
  [
    'a fence inside an item',
    '- ```\n  - x\n  ```\n- y\n',
    ['1 item "- ```\\n  - x\\n  ```"', '4 item "- y"'],
  ],
  ['a lazy line', '- a\nb\n\nc\n', ['1 item "- a\\nb"', '4 paragraph "c"']],
  ['a longer fence around a shorter one', '````\n```\n````\n', ['1 code "````\\n```\\n````"']],
  ['a fence that is never closed', '~~~\na\n\n# b\n', ['1 code "~~~\\na\\n\\n# b"']],
  ['back-ticks in a line', '``` a ``` b\n', ['1 paragraph "``` a ``` b"']],
  [
    'a table after text',
    'text\na | b\n--|--\nc | d\n',
    ['1 paragraph "text"', '2 table "a | b\\n--|--\\nc | d"'],
  ],
  ['a number in the middle of a paragraph', 'In\n1984. And\n', ['1 paragraph "In\\n1984. And"']],
  ['an empty heading', '#\n\n# ![](x.png)\n', ['1 paragraph "#"', '3 paragraph "# ![](x.png)"']],
  ['blank lines in indented code', 'a\n\n    b\n\n    c\n', ['1 paragraph "a"', '3 code "    b\\n\\n    c"']],
  ['two stars', '**\na\n***\nb\n', ['1 paragraph "**\\na"', '3 paragraph "***"', '4 paragraph "b"']],
  ['code right after a marker', '-      a\n\n  b\n', ['1 item "-      a\\n\\n  b"']],
  ['no heading', '#tag\n####### seven\n', ['1 paragraph "#tag\\n####### seven"']],
  ['code in a pre', '<pre>\na\n\n# b\n</pre>\n', ['2 code "a\\n\\n# b"']],
  [
    'HTML between other blocks',
    '# A\n<div align="center">\n<h2>B</h2> <img src="x.svg" alt="Plan">\n</div>\nc\n\n<details><summary>More</summary>\n\n- d\n\n</details>\n\ne',
    [
      '1 heading (1 A) "# A"',
      '3 heading (2 B) "B"',
      '3 paragraph "Plan"',
      '5 paragraph "c"',
      '7 paragraph "More"',
      '9 item "- d"',
      '13 paragraph "e"',
    ],
  ],
  [
    'tags, comments and names of characters in a text',
    'Press <kbd>Q</kbd> <!-- not\nE --> at 5&nbsp;&lt; 6.<a name="q"></a><br>Or `<b>` <img src=\'a.png\' alt="the A&amp;B"> \\<b> <option> <T> a<b\n\n~~~\n<b>&lt;</b>\n~~~\n',
    [
      '1 paragraph "Press Q at 5\u00a0< 6. Or `<b>` the A&B \\\\<b> <option> <T> a<b"',
      '4 code "~~~\\n<b>&lt;</b>\\n~~~"',
    ],
  ],
  [
    'definitions of links',
    'See [a][b] and [^1].\n\n[b]: https://x.org "B"\n[`c()`]: <d e>\n[//]: # (a comment)\nText.\n\n[^1]: A note.\n\n[x]: y z\n',
    [
      '1 paragraph "See [a][b] and [^1]."',
      '3 paragraph "Text."',
      '8 paragraph "[^1]: A note."',
      '10 paragraph "[x]: y z"',
    ],
  ],
  ['two rules', '---\n\n---\n', ['1 paragraph "---"', '3 paragraph "---"']],
  ['a rule at the top', '---\ntext\n', ['1 paragraph "---"', '2 paragraph "text"']],
])('reads %s', async (_, text, expected) => {
  expect(await blocks(text)).toEqual(expected);
});

test.each([
  ['# `__init__` and _more_ snake_case __x__', '__init__ and more snake_case x'],
  ['# [![badge](b.svg)](l) Name <a id="x"></a> {#anchor}', 'badge Name'],
  ['# C# &amp; \\*F#\\*', 'C# & *F#*'],
  ['<h1 align="center">\n  <img src="x">\n  Title\n</h1>', 'Title'],
  ['Two\nlines\n===', 'Two lines'],
  ['# R&amp;D &copy; 2024 &#233;&#xe9; &amp;lt; `&amp;` &nosuch;', 'R&D © 2024 éé &lt; &amp; &nosuch;'],
])('takes the title of %j', async (text, title) => {
  expect((await documentOf(text, 'a.md')).blocks[0]!.title).toBe(title);
});

test('cuts titles that are files of one line', async () => {
  const { blocks: found } = await documentOf(`# ${'word '.repeat(100_000)}`, 'a.md');
  expect(found[0]!.title).toHaveLength(200);
  expect(found[0]!.title).toMatch(/^word word .*…$/);
});

test.each([
  [
    "a: 1.10\nb: 2024-05-01\nc: \"x: y\"\nd: 'it''s'\ne: ~\nf: -3",
    { a: '1.10', b: '2024-05-01', c: 'x: y', d: "it's", e: null, f: -3 },
  ],
  ['tags:\n  - a\n  - "b c"\nkey: [1, "two", three]', { tags: ['a', 'b c'], key: [1, 'two', 'three'] }],
  ['a: {b: 1}\nc: |\n  text\nd: &x y\n__proto__: z', { c: undefined, ['__proto__']: 'z' }],
])('reads the front matter %j', async (text, metadata) => {
  const document = await documentOf(`---\n${text}\n---\nbody\n`, 'a.md');
  const expected = Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined));
  expect(document.metadata).toEqual(expected);
  expect(document.blocks.at(-1)!.line).toBe(text.split('\n').length + 3);
});

test.each([
  ['TOML', '+++\ntitle = "Quay" # x\ndraft = false\nn = 3\ntags = [\n  "sea",\n]\n[params]\nx = 1\n+++\n'],
  ['JSON', '{\n  "title": "Quay",\n  "draft": false, "n": 3,\n  "tags": ["sea"]\n}\n'],
  ['YAML', '---\r\n# x\r\ntitle: Quay\r\ndraft: false\r\nn: 3\r\ntags: [sea]\r\n---\r\n'],
])('front matter in %s is metadata, no text', async (_, front) => {
  const document = await documentOf(`${front}\n# Pier\n\nBoats.\n`, 'a.md');
  expect(document.metadata).toEqual({ title: 'Quay', draft: false, n: 3, tags: ['sea'] });
  expect(document.text.trim()).toBe('# Pier\n\nBoats.');
  expect(document.blocks[0]!.line).toBe(front.split('\n').length + 1);
});

test('the title of the front matter is the main heading of a text without one, once', async () => {
  expect(await blocks('---\ntitle: Quay\n---\nBoats.\n\n## Ropes\n')).toEqual([
    '1 heading (1 Quay) "Quay"',
    '4 paragraph "Boats."',
    '6 heading (2 Ropes) "## Ropes"',
  ]);
  expect(await blocks('---\ntitle: Quay\n---\n## Quay\n')).toEqual(['4 heading (1 Quay) "## Quay"']);
  expect(await blocks('---\ntitle: Quay\n---\n')).toEqual([]);
});

test.each(['---\n\n# No front matter\n\n---\n', '{\n"a": 1,\n}\n', '{\n}x\n', '{{< note >}}\n\n# a\n'])(
  'a text is no front matter: %j',
  async (text) => {
    const document = await documentOf(text, 'a.md');
    expect(document.text).toBe(text);
    expect(document.metadata).toBeUndefined();
  },
);

test.each([
  ['|Code|**Meaning**|`a|b`|\n|--|--|--|\n|1|2|3|', 'Code | Meaning | a|b'],
  ['Code | R&amp;D \\| x\n--|--\n1|2', 'Code | R&D | x'],
  ['| | A |\n|--|--|\n|1|2|', '| A'],
  ['| | |\n|--|--|\n|1|2|', undefined],
])('takes the header row of the table %j', async (text, context) => {
  const document = await documentOf(text, 'a.md');
  expect(document.blocks.map((block) => [block.kind, block.context])).toEqual([['table', context]]);
});

const data = 'iVBORw0KGgo/+'.repeat(20);

test.each([
  [`a ![pump](data:image/png;base64,${data}== "Pump") b`, 'a ![pump](data:image/png;base64,… "Pump") b'],
  [`see [p]: <data:image/png;base64,${data}>`, 'see [p]: <data:image/png;base64,…>'],
  [`[p]: <data:image/png;base64,${data}>\na`, 'a'],
  [`<img src="data:image/png;base64,${data}\n${data}" alt="b">\nc`, 'b\nc'],
  [
    `\`<img src='data:image/svg+xml;utf8,<svg a="${data}">(b)</svg>'>\` c`,
    "`<img src='data:image/svg+xml;utf8,…'>` c",
  ],
  [`url(data:font/woff2;charset=utf-8;base64,${data})`, 'url(data:font/woff2;charset=utf-8;base64,…)'],
  [`data:text/plain,${'%41'.repeat(40)} a`, 'data:text/plain,… a'],
  ['see data:text/plain,Hello and data: nothing', 'see data:text/plain,Hello and data: nothing'],
  [`metadata:${data}`, `metadata:${data}`],
])('takes the data out of %j', async (text, expected) => {
  expect((await documentOf(text, 'a.md')).text).toBe(expected);
});

test('a definition stands with its term, whatever is between them', async () => {
  const text =
    'Apple\n: A fruit.\n: Also a firm.\n\nOrange\nLemon\n\n:   Another.\n\n    More.\n\n| a |\n|---|\n| 1 |\n\n: Caption\n\nA: b\n:::\n';
  expect(await blocks(text)).toEqual([
    '1 item "Apple\\n: A fruit.\\n: Also a firm."',
    '5 item "Orange\\nLemon\\n\\n:   Another.\\n\\n    More."',
    '12 table "| a |\\n|---|\\n| 1 |"',
    '16 paragraph ": Caption"',
    '18 paragraph "A: b\\n:::"',
  ]);
});

test('definitions of links may take two lines', async () => {
  expect(await blocks('[a]: https://e.org\n  "Title"\n[b]:\n  https://e.org/b\n[c]: x\ntext')).toEqual([
    '1 paragraph "text"',
  ]);
});

test('a file that begins with what it imports is read as MDX', async () => {
  const page =
    "---\ntitle: Start\n---\n\nimport Tabs from '@theme/Tabs';\n\n<Tabs>\nWords {1 + 1}.\n</Tabs>\n";
  const { text, format } = await documentOf(page, 'a.md');
  expect([format, text]).toEqual(['markdown', 'Start\n\nWords .']);
  expect((await documentOf('import duty is paid.\n\n<Tabs>', 'a.md')).text).toContain('import duty');
});
