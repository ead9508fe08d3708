// Small files that could cost much: depth, width and one long line of the marks of each format. Each is read, or fails with
// a code, in time that is proportional to its size; a reader that looks at all that follows for each mark takes seconds.
import { expect, test } from 'vitest';
import { split } from '../../../src/chunks/split.js';
import { estimateCounter } from '../../../src/tokens/estimating-counter.js';
import type { Block } from '../../../src/types/document.js';
import { outcome } from '../structure.js';

const size = 40_000;
/** Processor time for one file, in ms; the slowest takes a quarter of it. */
const most = 1000;

const formats: { name: string; start?: string; marks: string[] }[] = [
  {
    name: 'a.html',
    marks: [
      '<div><p>a',
      '<ul><li>',
      '<table><tr><td>',
      '<h1>',
      '<!--',
      '<a href="',
      '<',
      '&',
      '<dl><dt>a<dd>b',
      '<td colspan=1000>a',
    ],
  },
  {
    name: 'a.md',
    marks: [
      '> ',
      '- ',
      '`',
      '``a',
      '[',
      '[a](',
      '![',
      '<!--',
      '<a b="',
      '|a|\n|-|\n',
      '[a]: b\n',
      '# a\n',
      '*a ',
      '\\',
    ],
  },
  {
    name: 'a.rst',
    marks: [
      'a\n=\n',
      '.. a:: b\n',
      '.. ',
      '* ',
      '`',
      '|',
      '*',
      '+---+\n',
      '::\n\n',
      '.. _a: b\n',
      ':a:`',
      '= =\n',
    ],
  },
  {
    name: 'a.adoc',
    marks: ['== a\n', '|===\n', '----\n', '[', '{a}', '<<', '`', 'a:: b\n', '****\n', 'footnote:[', '** '],
  },
  {
    name: 'a.org',
    marks: ['* ', `${'*'.repeat(50)} a\n`, '|a|\n', '[[', '#+BEGIN_SRC\n', ':A:\n', '=', '{{{', '- a\n'],
  },
  {
    name: 'a.tex',
    start: '\\begin{document}\n',
    marks: [
      '\\section{',
      '{',
      '$',
      '\\[',
      '\\begin{itemize}\\item ',
      '\\footnote{',
      '\\verb|',
      '^{',
      '%\n',
      '\\def\\a{',
    ],
  },
  {
    name: 'a.8',
    start: '.TH A 8\n',
    marks: ['.SH a\n', '.RS\n', '\\f', '\\*(', '\\[', '.de a\n', '.ie \\{', '.TS\n', '"', '.so a\n'],
  },
  {
    name: 'a.srt',
    marks: ['1\n00:00:01,000 --> 00:00:02,000\na\n\n', '<i>', '{\\', '-->', '00:00:01,000 --> ', '<v a>'],
  },
  {
    name: 'a.rtf',
    start: '{\\rtf1 ',
    marks: ['{', '}', '{\\b ', '\\u8364?', '\\trowd\\cell ', '{\\footnote ', '{\\*\\a', '\\bin99999 '],
  },
  { name: 'a.eml', start: 'Subject: a\n', marks: ['a: b\n', ' a\n', '=?utf-8?q?a?= ', '<a@b>, ', '"', '('] },
  {
    name: 'b.eml',
    start: 'Subject: a\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=a\n\n',
    marks: [
      '--a\n',
      '\n--a\nContent-Type: message/rfc822\n\nSubject: x\n\n',
      'Content-Type: multipart/mixed; boundary=a\n\n--a\n',
    ],
  },
  {
    name: 'a.xml',
    start: '<r>',
    marks: ['<a>', '<a b="', '<!--', '<![CDATA[', '&', '<section><title>a</title>', '<row><entry>'],
  },
];

test.each(formats)(
  '$name: any depth, width and length takes time in proportion',
  async ({ name, start = '', marks }) => {
    for (const mark of marks) {
      const text = mark.repeat(Math.ceil(size / mark.length));
      for (const content of mark.includes('\n') ? [text, text.replaceAll('\n', ' ')] : [text]) {
        const from = process.cpuUsage();
        expect(typeof (await outcome(Buffer.from(start + content), name))).toBe('string');
        const spent = process.cpuUsage(from).user / 1000;
        expect(spent, `${name} of ${JSON.stringify(mark)}`).toBeLessThan(most);
      }
    }
  },
);

test('sections within each other are chunked in proportion, and a chunk names no more of them than people read', () => {
  const count = 20_000;
  const line = 'words that fill a chunk of their own\n';
  const blocks = Array.from({ length: count }, (_, i): Block => {
    return {
      kind: 'heading',
      start: i * line.length,
      end: (i + 1) * line.length - 1,
      line: i + 1,
      level: i + 1,
      title: `t${i}`,
    };
  });
  const document = { source: 'a', format: 'text', text: line.repeat(count), blocks };
  const from = process.cpuUsage();
  const chunks = [...split(document, { size: 16, overlap: 0, counter: estimateCounter(), headings: true })];
  expect(process.cpuUsage(from).user / 1000).toBeLessThan(5000);
  expect(chunks.length).toBeGreaterThan(count / 4);
  expect(chunks.at(-1)!.heading).toEqual(blocks.slice(0, 64).map(({ title }) => title));
});
