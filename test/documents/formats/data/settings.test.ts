import { expect, test } from 'vitest';
import { split } from '../../../../src/chunks/split.js';
import { estimateCounter } from '../../../../src/tokens/estimating-counter.js';
import { documentOf, fixture, outcome, outline } from '../../structure.js';

/** Line, path and first words of each block. */
async function sections(content: string | Buffer, name: string): Promise<string[]> {
  return outline(await documentOf(content, name)).map((line) => line.replace(/^(.{0,72}).*$/s, '$1'));
}

test('yaml: keys that hold much, and entries of lists by their names, are sections; comments and texts stay', async () => {
  const document = await documentOf(fixture('hives.yaml'), 'hives.yaml');
  expect(document.text).toBe(fixture('hives.yaml').toString());
  expect(outline(document).map((line) => line.slice(0, 60))).toEqual([
    '1 code (1 defaults) "# The hives of the garden.\\n# Weighed i',
    '5 code (1 hives) "hives:"',
    '6 code (2 north) "  # The oldest one.\\n  - name: north\\n    ',
    '10 code (3 notes) "    notes: |\\n      It woke late, but wel',
    '16 code (2 south) "  - name: south\\n    weight: 9\\n    visit',
    '19 code (3 tools) "    tools:\\n      - smoker\\n      - a lon',
    '23 code (<1) "\\"the end\\": \'of it\'"',
    '24 code "---\\nsecond: document"',
  ]);
});

test('toml: tables are sections; texts and arrays over several lines are not', async () => {
  expect(await sections(fixture('hives.toml'), 'hives.toml')).toEqual([
    '1 code "# The hives of the garden.\\ntitle = \\"Hives\\" # all of them"',
    '4 code (1 hives.north) "# The oldest one.\\n[hives.north]\\nweight = 14\\nn',
    '16 code (1 hives.south wall.queens) "[[hives.\\"south wall\\".queens]]\\nma',
  ]);
});

test.each([
  [
    'a.ini',
    '; all\na=1\n\n# one\n[remote "x"] ; y\nb: 2\n[ ]\n',
    ['1 code "; all\\na=1"', '4 code (1 remote x)'],
  ],
  ['.editorconfig', '[*.{js,ts}]\nindent = 2\n', ['1 code (1 *.{js,ts})']],
  ['a.service', '[Unit]\nAfter=a\n\n[Service]\nUser=b\n', ['1 code (1 Unit)', '4 code (1 Service)']],
  ['a.yml', '- one\n- two\n', ['1 code "- one\\n- two"']],
  ['a.yml', 'a: 1\nb:\n- c\nd: 2\n', ['1 code "a: 1"', '2 code (1 b)', '4 code (<1) "d: 2"']],
  ['a.yml', '{{- if .Values.x }}\na:\n  b: {{ .y }}\n{{- end }}\n', ['1 code "{{- if', '2 code (1 a)']],
  ['a.yml', 'http://x: no key\nurl: http://x\n', ['1 code']],
  ['a.yml', '---\n{}\n', []],
  ['a.yml', '# only words\n', ['1 code "# only words"']],
])('%s %j', async (name, text, expected) => {
  const found = await sections(text, name);
  expect(found).toHaveLength(expected.length);
  for (const [i, start] of expected.entries()) expect(found[i]).toContain(start);
});

test('settings: a path is no longer than people read, at any depth', async () => {
  const deep = Array.from({ length: 400 }, (_, i) => `${' '.repeat(i)}k${i}:`).join('\n');
  const document = await documentOf(deep, 'a.yaml');
  const chunks = [...split(document, { size: 64, overlap: 0, counter: estimateCounter() })];
  expect(Math.max(...chunks.map(({ heading }) => heading.length))).toBe(6);
});

test('settings: any depth, width and length takes time in proportion', async () => {
  const many = (text: string) => text.repeat(Math.ceil(150_000 / text.length));
  const hostile = [
    '- ',
    '- a\n',
    'a: ',
    'a:\n',
    '"',
    "'",
    '"\\',
    '[',
    '[[a]\n',
    '[a]\n',
    '"""\n',
    '&a *a ',
    '#',
    '# \n',
    '---\n',
    '|\n',
  ];
  const deep = Array.from({ length: 500 }, (_, i) => `${' '.repeat(i)}a: |`).join('\n');
  for (const text of [...hostile.map(many), deep, `a: ${many('b ')}`, `a = [${many('[1],')}`]) {
    for (const name of ['a.yaml', 'a.toml', 'a.ini']) {
      const from = process.cpuUsage();
      await outcome(Buffer.from(text), name);
      expect([name, text.slice(0, 20), process.cpuUsage(from).user < 1e6]).toEqual([
        name,
        text.slice(0, 20),
        true,
      ]);
    }
  }
});

test.each([
  ['a.toml', 'a = "Gr\\u00fc\\u00dfe \\U0001F600"', 'a = "Grüße 😀"'],
  ['a.toml', "a = 'C:\\u00fc'", "a = 'C:\\u00fc'"],
  ['a.yaml', 'a: "M\\xfcnchen \\\\u00fc \\u0041"', 'a: "München \\\\u00fc \\u0041"'],
  ['a.yaml', 'a: [\\u4e00-\\u9fa5]', 'a: [\\u4e00-\\u9fa5]'],
  [
    'a.properties',
    'a=Gr\\u00fc\\u00dfe \\\\u00fc \\ud83d\\ude00 \\ud83d\\n',
    'a=Grüße \\\\u00fc 😀 \\ud83d\\n',
  ],
  ['a.json5', '{a: \'x\\u00e9\', b: "\\u706f"}', '{a: \'xé\', b: "灯"}'],
])('%s: letters of %s are read, other escapes stay', async (name, text, shown) => {
  expect((await documentOf(text, name)).text).toBe(shown);
});

test('a string that is never closed, full of escaped quotes, is gone through once', async () => {
  const line = `a = "\\u00fc ${'\\"'.repeat(500_000)}`;
  expect((await documentOf(`${line}\nb = "\\u00fc"`, 'a.toml')).text).toBe(`${line}\nb = "ü"`);
});
