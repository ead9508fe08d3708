// The rules that hold for every format, on made-up and on real input.
import { readFileSync } from 'node:fs';
import glob from 'fast-glob';
import { describe, expect, test } from 'vitest';
import { extract } from '../../src/documents/extract.js';
import fc from '../helpers/properties.js';
import { documentOf, keepsTheRules } from './structure.js';

/** Pieces that mean something to one of the formats, so that random files are full of borders. */
const pieces = fc.constantFrom(
  ...[
    '\n',
    '\n\n',
    '\r\n',
    ' ',
    '  ',
    '    ',
    '\t',
    '\u00a0',
    '\ufeff',
    'word',
    'Ünïcode 字',
    '😀',
    '\ud800',
  ],
  ...[
    '#',
    '# ',
    '## A',
    '---',
    '===',
    '***',
    '- ',
    '* ',
    '1. ',
    '> ',
    '| a | b |',
    '|---|---|',
    '```',
    '~~~',
  ],
  ...[
    '<p>',
    '</p>',
    '<h1>',
    '</h1>',
    '<h2>T',
    '<pre>',
    '</pre>',
    '<li>',
    '<ul>',
    '</ul>',
    '<table>',
    '<tr>',
    '<td>',
  ],
  ...[
    '</table>',
    '<nav>',
    '</nav>',
    '<title>',
    '</title>',
    '<br>',
    '<!--',
    '-->',
    '&amp;',
    '<script>',
    '</script>',
  ],
  ...['* TODO A', '#+begin_src', '#+end_src', '#+title: A', ':x:', ':END:', '|-+-|', '[[a][b]]'],
  ...['= A', '----', '////', '====', '|===', '.Title', '[NOTE]', 'a:: ', '<<a,b>>', '{nbsp}', ':a: b'],
  ...['{\\rtf1 ', '{\\*\\x ', '\\par ', '\\cell ', '\\row ', '\\intbl ', "\\'e4", '\\u8212 ', '{\\footnote '],
  ...[
    'From a 1 2020\n',
    'Subject: a\n',
    'Content-Type: multipart/mixed; boundary=b\n',
    '--b\n',
    '=C3=A4',
    '=\n',
  ],
  ...[
    '<book>',
    '<para>',
    '</para>',
    '<title>',
    '<section>',
    '<listitem>',
    '<entry>',
    '<row>',
    '<term>',
    '<x y="z">',
    '&x;',
  ],
  ...[
    '.TH A 1\n',
    '.SH B\n',
    '.TP\n',
    '.nf\n',
    '.fi\n',
    '.TS\n',
    '\\fB',
    '.de x\n',
    '.if n ',
    '\\{',
    '.Dd x\n',
    '.Op Fl a\n',
  ],
  ...[
    '\\section{',
    '\\begin{tabular}{l}',
    '\\end{tabular}',
    '\\item ',
    '\\begin{verbatim}',
    '$',
    '%',
    '\\footnote{',
    "\\'e",
  ],
  ...['WEBVTT', '00:01.000 --> 00:02.000', '<v A>', '7'],
  ...['.. note::', '.. code-block:: c', '::', '+---+', '=== ===', ':a: b', '>>> a', '======', '.. _x:'],
  ...[
    'class A',
    'def f(',
    'function f() {',
    '}',
    '{',
    ')',
    '(',
    'end',
    '//',
    '/*',
    '*/',
    '@a(',
    '"""',
    "'",
    '"',
  ],
  ...[
    '{"id":1,"text":"a"}',
    '{"a":[1]}',
    '[',
    ']',
    ',',
    ';',
    'a,b\n',
    '"key": {',
    'int main(void)\n',
    'static int\n',
  ],
);
const content = fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join(''));

const unchanged = [
  'a.txt',
  'a.ts',
  'a.py',
  'a.c',
  'a.java',
  'a.go',
  'a.rs',
  'a.rb',
  'a.hs',
  'a.sql',
  'a.css',
];
const changed = [
  'a.md',
  'a.mdx',
  'a.rst',
  'a.yaml',
  'a.toml',
  'a.ini',
  'a.html',
  'a.json',
  'a.jsonl',
  'a.csv',
  'a.tsv',
  'a.adoc',
  'a.org',
  'a.vtt',
  'a.rtf',
  'a.eml',
  'a.mbox',
  'a.mhtml',
  'a.xml',
  'a.man',
  'a.tex',
];

describe('blocks hold all text', () => {
  test.each(unchanged)('of any %s, whose text is the file as it is', async (name) => {
    await fc.assert(
      fc.asyncProperty(content, async (file) => {
        const text = Buffer.from(file)
          .toString()
          .replace(/^\ufeff/, '');
        const document = await documentOf(Buffer.from(file), name);
        expect(document.text).toBe(text);
        const lines = document.blocks.map((block) => text.slice(0, block.start).split('\n').length);
        expect(document.blocks.map((block) => block.line)).toEqual(lines);
      }),
      { numRuns: 400 },
    );
  });

  test.each(changed)('of any %s', async (name) => {
    await fc.assert(
      fc.asyncProperty(content, async (file) => {
        const read = await extract(Buffer.from(file), name).catch(
          (error: { failure?: string }) => error.failure,
        );
        if (typeof read === 'object') read.documents.forEach(keepsTheRules);
        else expect(read).toBe('malformed');
      }),
      { numRuns: 400 },
    );
  });

  test('of any notebook', async () => {
    const cell = fc.record({ cell_type: fc.constantFrom('markdown', 'code', 'raw'), source: content });
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { maxLength: 5 }), async (cells) => {
        await documentOf(JSON.stringify({ cells }, null, 1), 'a.ipynb');
      }),
      { numRuns: 200 },
    );
  });
});

test('real documents keep the rules', async () => {
  const files = ['md', 'ts', 'js', 'json', 'yml'].flatMap((end) =>
    glob.sync(`node_modules/{c,f,m,u,z}*/**/*.${end}`).sort().slice(0, 60),
  );
  expect(files.length).toBeGreaterThan(150);
  for (const file of files) {
    const { documents } = await extract(readFileSync(file), file);
    documents.forEach(keepsTheRules);
  }
});

describe('a file of one thing takes time in proportion to its size', () => {
  const size = 200_000;
  const fill = (part: string): string => part.repeat(Math.ceil(size / part.length));
  const files: [string, string][] = [
    ...[
      '#',
      '`',
      '*',
      '<',
      ' ',
      '\u00a0',
      'x ',
      '[',
      '_',
      '"',
      '\\',
      '|-|\n',
      '- \n',
      '* a\n  ',
      '/*\n',
      '"""\n',
      '>>> \n',
    ].flatMap((part) =>
      ['a.md', 'a.rst', 'a.html', 'a.ts', 'a.py', 'a.c', 'a.sql', 'a.txt', 'a.ipynb'].map(
        (name): [string, string] => [name, fill(part)],
      ),
    ),
    ...['* a\n', '#+begin_src a\n', ':a:\n', '[[', '|', ' |\n'].map((part): [string, string] => [
      'a.org',
      fill(part),
    ]),
    ...['=', '----\n', '|===\n', '<<', '((', '{nbsp}', '[[', 'a::', '`', '**', '_a', 'http://', '3*|'].map(
      (part): [string, string] => ['a.adoc', fill(part)],
    ),
    ['a.adoc', `:a: ${'x'.repeat(200)}\n${fill('{a}')}`],
    ...['00:01.000 --> 00:02.000\n', '<', '1\n', '<v ', '{\\'].map((part): [string, string] => [
      'a.vtt',
      fill(part),
    ]),
    ...[
      '{',
      '}',
      '\\',
      "\\'83",
      '\\u1',
      '{\\footnote ',
      '\\cell',
      '\\row',
      '{\\fonttbl',
      '\\intbl x\\par',
    ].map((part): [string, string] => ['a.rtf', `{\\rtf1 ${fill(part)}`]),
    ...['From a\n\n', 'A: b\n', '=?utf-8?B?', '(', '"', '<a@b>, ', 'To: a, ', ';a=b', '\n'].map(
      (part): [string, string] => ['a.mbox', `From a\nSubject: ${fill(part)}`],
    ),
    ['a.eml', `Content-Type: multipart/mixed; boundary=b\n\n${fill('--b\n')}`],
    [
      'a.eml',
      `Content-Type: multipart/mixed; boundary=b\n\n--b\n${fill('Content-Type: message/rfc822\n\n')}`,
    ],
    ['a.mhtml', `Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n${fill('=3D=\n')}`],
    ...[
      '<a>',
      '</a>',
      '<a b="',
      '&a;',
      '<!--',
      '<![CDATA[',
      '<!DOCTYPE a [',
      '<a/>',
      '<para>',
      '<row>',
      '<x>a',
    ].flatMap((part): [string, string][] => [
      ['a.xml', `<book>${fill(part)}`],
      ['a.xml', `<data>${fill(part)}`],
    ]),
    ['a.xml', `<!DOCTYPE a [<!ENTITY b "${'x'.repeat(200)}">]><a>${fill('&b;')}</a>`],
    ['a.xml', `<!DOCTYPE a [${fill('<!ENTITY a "')}`],
    ['a.xml', `${fill('<!-- -->')}<!DOCTYPE a`],
    ['a.xml', fill('<a>').replace(/$/, '</b>'.repeat(50_000))],
    ...[
      '.TP\n',
      '.TS\n',
      '.de a\n',
      '.if t \\{',
      '.ie n \\{\n',
      '.ds a b\n',
      '\\',
      '\\*[',
      '.IP "',
      'a\\\n',
      '.Op Op ',
      '.Fn ',
    ].map((part): [string, string] => ['a.man', `.Dd x\n${fill(part)}`]),
    ['a.man', `.ds a ${'x'.repeat(200)}\n${fill('\\*a')}`],
    ['a.html', `${'<div>'.repeat(200_000)}x${'</div>'.repeat(200_000)}`],
    ['a.html', `<h1>x${fill('\u00a0')}¶`],
    ['a.html', `<pre>${fill('a<b>')}`],
    ['a.html', `<p>x${fill('<br>')}`],
    ['a.json', '['.repeat(200_000) + ']'.repeat(200_000)],
    ['a.json', `[${fill('1,//x\n')}]`],
    ['a.jsonl', `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`],
    ['a.csv', `a\n${fill('"b\n')}`],
    ['a.csv', `a\n"${fill('x')}`],
    ['a.md', `---\n${fill('a: [')}\n---\n`],
  ];
  // Any quadratic step takes minutes here, and the test runs out of time.
  test.each(files)('%s', async (name, file) => {
    const read = await extract(Buffer.from(file), name).catch((error: { failure?: string }) => error.failure);
    if (typeof read === 'object') read.documents.forEach(keepsTheRules);
    else expect(read).toBe('malformed');
  });
});
