// Plain text: headings, pages, lists of contents, codes of terminals.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { documentOf, outline } from '../../structure.js';

const rfc = readFileSync(new URL('../../../../fixtures/cases/text/rfc.txt', import.meta.url));

test('an RFC: contents by line, sections as headings, no running heads and feet', async () => {
  const document = await documentOf(rfc, 'rfc.txt');
  expect(document.blocks.flatMap(({ level, title, line }) => (title ? [[line, level, title]] : []))).toEqual([
    [39, 1, '1. Introduction'],
    [41, 2, '1.1. Intent'],
    [60, 1, '2. Method'],
  ]);
  const contents = document.blocks.filter((block) => block.kind === 'item');
  expect(contents).toHaveLength(29);
  expect(contents.every(({ start, end }) => /^\d+\. .*\d$/.test(document.text.slice(start, end)))).toBe(true);
  expect(document.text).not.toMatch(/\f|\[Page|RFC 0/);
});

describe('headings', () => {
  test('underlined', async () => {
    expect(
      outline(await documentOf('Pumps\n=====\n\nWords.\n\nOil\n---\nMore words.\n\n---\n', 'a.txt')),
    ).toEqual([
      '1 heading (1 Pumps) "Pumps\\n====="',
      '4 paragraph "Words."',
      '6 heading (2 Oil) "Oil\\n---"',
      '8 paragraph "More words."',
      '10 paragraph "---"',
    ]);
  });

  test('by the name or the number of a part, and in capitals', async () => {
    const text =
      'I. Scope\n\nWords.\n\n§ 2 Pumps\n\nWords.\n\nCHAPTER THREE\n\nWords.\n\nOIL AND WATER\n\nWords.\n\nArticle 4: Oil\n\nWords.\n';
    const { blocks } = await documentOf(text, 'a.txt');
    expect(blocks.flatMap(({ level, title }) => (title ? [[level, title]] : []))).toEqual([
      [2, 'I. Scope'],
      [3, '§ 2 Pumps'],
      [1, 'CHAPTER THREE'],
      [1, 'OIL AND WATER'],
      [3, 'Article 4: Oil'],
    ]);
  });

  test.each([
    'WARNING\n\nThe pump is hot.\n',
    'I went there\n\nAnd came back.\n',
    'Part of it\n\nIs gone.\n',
    'Article about pumps\n\nWords.\n',
    'ABC 12345 678\n\nWords\n\nDEF 98765 432\n',
  ])('none in %j', async (text) => {
    const { blocks } = await documentOf(text, 'a.txt');
    expect(blocks.every((block) => block.level === undefined)).toBe(true);
  });

  test('no list of numbered lines', async () => {
    const { blocks } = await documentOf('1. Milk\n\n2. Bread\n\n3. Honey\n', 'a.txt');
    expect(blocks.every((block) => block.level === undefined)).toBe(true);
  });

  test('no sentence with a number, and no table row', async () => {
    const { blocks } = await documentOf(
      '1. The pump must be oiled.\n\nWords.\n\n3 x 4 = 12\n\nWords.\n',
      'a.txt',
    );
    expect(blocks.every((block) => block.level === undefined)).toBe(true);
  });

  test('at the margin of an indented text', async () => {
    const body = '   The pump moves water.\n'.repeat(12);
    const { blocks } = await documentOf(
      `Title page\n\nAbstract\n\n${body}\nStatus of This Memo\n\n${body}`,
      'a.txt',
    );
    expect(blocks.flatMap(({ title }) => title ?? [])).toEqual(['Abstract', 'Status of This Memo']);
  });
});

test('a paragraph goes on over the end of a page', async () => {
  const text = 'The pump moves\n\nNobody          [Page 1]\n\f\nRFC 0     Pumps     May 2000\n\nthe water.\n';
  expect((await documentOf(text, 'a.txt')).text).toBe('The pump moves\nthe water.\n');
});

test('pages without running heads lose no line', async () => {
  const text = 'One.\n\fTwo words.\n\fThree.\n';
  const document = await documentOf(text, 'a.txt');
  expect(document.text.split(/\s+/).join(' ').trim()).toBe('One. Two words. Three.');
});

test.each([
  ['colours', '\x1b[1;31mERROR\x1b[0m pump \x1b]8;;http://x\x07failed\x1b]8;;\x07\n', 'ERROR pump failed\n'],
  ['bold and underlined letters of old manuals', 'N\bNA\bAM\bME _\bp_\bu_\bm_\bp\n', 'NAME pump\n'],
])('%s go', async (_, shown, text) => {
  expect((await documentOf(shown, 'a.log')).text).toBe(text);
});

test('takes a time in proportion to its size', async () => {
  for (const part of ['1. A\n\n', '\f', '. ', '[Page 1]\n\f\n', 'A\n===\n', '\x1b[', 'a   ', '\r']) {
    await documentOf(part.repeat(30_000), 'a.txt');
  }
});
