import { expect, test } from 'vitest';
import { documentOf, fixture, outline } from '../../structure.js';

/** Line, level and title of each block, and how its text begins. */
async function sections(content: string | Buffer, name: string): Promise<string[]> {
  const document = await documentOf(content, name);
  expect(document.format).toBe('code');
  return document.blocks.map(({ line, start, level, title }) => {
    const first = document.text.slice(start).trimStart().split('\n', 1)[0]!;
    return level === undefined ? `${line}: ${first}` : `${line} ${'#'.repeat(level)} ${title}: ${first}`;
  });
}

test('reads Python, with decorators, comments and strings', async () => {
  expect(await sections(fixture('bees.py'), 'bees.py')).toEqual([
    '1: """Weighs hives.',
    '10 # class Hive: # Why a class: hives remember their weight.',
    '16 ## __init__: def __init__(self, weight):',
    '19 ## heavy: @property',
    '28 ## feed: async def feed(',
    '41 ## close: def close(self):',
    '47 # main: def main():',
    "51 # if __name__ == '__main__': if __name__ == '__main__':",
  ]);
});

test('reads TypeScript, with template strings', async () => {
  expect(await sections(fixture('bees.ts'), 'bees.ts')).toEqual([
    '1: // Weighs hives.',
    '7 # class Hive: /**',
    '14 ## constructor: constructor(weight: number) {',
    '18 ## feed: /** Feeds honey in spring and syrup in autumn. */',
    '29 ## heavy: get heavy(): boolean {',
    '36 ## report: report(): string {',
    '44 # main: export function main(): void {',
    '48 # main();: main();',
  ]);
});

test('reads Go', async () => {
  expect(await sections(fixture('bees.go'), 'bees.go')).toEqual([
    '1: // Package bees weighs hives.',
    '6 # type Hive: // Hive remembers its weight.',
    '11 # Hive.Feed: // Feed adds honey.',
    '16 # main: func main() {',
  ]);
});

test('reads C, with types on a line of their own and lines of the preprocessor', async () => {
  expect(await sections(fixture('bees.c'), 'bees.c')).toEqual([
    '1: #include <stdio.h>',
    '3 # weigh: /* Weighs a hive. */',
    '13 # main: int main(void) {',
  ]);
});

test.each([
  [
    'a.js',
    '/** Doc. */\n\nconst f = async (a) => {\n  g(a);\n};\n\nexports.h = function () {\n};\n',
    ['1: /** Doc. */', '3 # f: const f = async (a) => {', '7 # h: exports.h = function () {'],
  ],
  [
    'a.test.js',
    "describe('hive', () => {\n  it('weighs', () => {});\n});\n",
    ["1 # hive: describe('hive', () => {"],
  ],
  ['b.js', '// a\n\n// b\nf();\n\n// c\n\n// d\nfunction g() {}\n', ['1: // a', '8 # g: // d']],
  ['c.js', 'f();\n/* a\nfunction g() {}\n', ['1: f();']],
  [
    'a.rs',
    '#[derive(Debug)]\npub struct Hive;\n\nimpl Hive {\n    fn a(&self) {}\n}\n',
    ['1 # struct Hive: #[derive(Debug)]', '4 # impl Hive: impl Hive {'],
  ],
  ['A.java', '@Deprecated\npublic final class Hive {\n}\n', ['1 # class Hive: @Deprecated']],
  [
    'a.cs',
    'class Hive\n{\n    int a;\n}\nclass Bee\n{\n}\n',
    ['1 # class Hive: class Hive', '5 # class Bee: class Bee'],
  ],
  [
    'a.rb',
    'module Hive\n  def weigh\n  end\nend\n\nputs 1\n',
    ['1 # module Hive: module Hive', '6 # puts 1: puts 1'],
  ],
  [
    'a.sh',
    'set -e\nweigh() {\n  echo 14\n}\nweigh\n',
    ['1: set -e', '2 # weigh: weigh() {', '5 # weigh: weigh'],
  ],
  ['a.hs', 'weigh :: Int -> Int\nweigh x = x\n', ['1 # weigh: weigh :: Int -> Int']],
  ['a.clj', '(defn weigh [x]\n  x)\n', ['1 # weigh: (defn weigh [x]']],
  [
    'a.sql',
    'CREATE TABLE IF NOT EXISTS hives (\n  id int\n);\n',
    ['1 # TABLE hives: CREATE TABLE IF NOT EXISTS hives ('],
  ],
  ['a.css', '/* wide */\n.hive {\n  color: red;\n}\n', ['1 # .hive: /* wide */']],
  ['Makefile', 'all: build\n\tcc a.c\n', ['1 # all: all: build']],
  ['script', '#!/bin/sh\necho 1\n', ['1: #!/bin/sh']],
])('reads %s', async (name, text, expected) => {
  expect(await sections(text, name)).toEqual(expected);
});

test('nests what a long definition holds, and ends its section', async () => {
  const body = '        work()\n'.repeat(50);
  const text = `class A:\n    def f(self):\n${body}\n    x = 1\n\ndef g():\n    pass\n\nprint(g())\n`;
  expect(await sections(text, 'a.py')).toEqual([
    '1 # class A: class A:',
    '2 ## f: def f(self):',
    '54 ## x: x = 1',
    '56 # g: def g():',
    '59 # print(g()): print(g())',
  ]);
});

test('keeps a comment in the middle of a function there', async () => {
  const document = await documentOf('def f():\n    a\n# was: b\n    c\n\ndef g():\n    d\n', 'a.py');
  expect(outline(document)).toEqual([
    '1 code (1 f) "def f():\\n    a\\n# was: b\\n    c"',
    '6 code (1 g) "def g():\\n    d"',
  ]);
});
