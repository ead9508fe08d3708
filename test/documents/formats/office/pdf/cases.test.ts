// PDF files that were read wrong, with what their readers see.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Document } from '../../../../../src/types/document.js';
import { documentOf, outline } from '../../../structure.js';

const cases = new URL('../../../../../fixtures/cases/pdf/', import.meta.url);

async function read(name: string): Promise<Document> {
  return documentOf(readFileSync(new URL(`${name}.pdf`, cases)), `${name}.pdf`);
}

test.each([
  [
    'columns',
    [
      'p1:1 paragraph "Column one starts here with the\\nstory of the lamp that burned\\nfor many years on the cape."',
      'p1:4 paragraph "Column two starts here with the\\nstory of the ferry that crossed\\nthe sound every morning."',
    ],
  ],
  [
    'columns-rows',
    [
      'p1:1 paragraph "Column one starts here with the\\nstory of the lamp that burned\\nfor many years on the cape."',
      'p1:4 paragraph "Column two starts here with the\\nstory of the ferry that crossed\\nthe sound every morning."',
    ],
  ],
  ['table', ['p1:1 paragraph "Item Cost Where\\nPump 10 Hall 1\\nLamp 12 Hall 2"']],
  [
    'hyphen',
    [
      'p1:1 paragraph "The lighthouse keeper is responsible\\nfor the maintenance of the well-known\\nlamp and for the international\\nsignals on the northern cape."',
    ],
  ],
  [
    'hyphen-paper',
    [
      'p1:1 paragraph "The index relies on efficient\\npassage retrieval and on embeddings\\nthat are learned from a small number\\nof questions, not on a state-of-the-art\\nencoder."',
    ],
  ],
  [
    'headers',
    [1, 2, 3].map(
      (page) => `p${page}:1 paragraph "Body of page ${page} tells about pumps and\\ncontinues on the next"`,
    ),
  ],
  ['rotated', ['p1:1 paragraph "Upright words here."', 'p1:2 paragraph "Rotated margin words"']],
  ['spaced', ['p1:1 paragraph "This is kerned\\nSPACED OUT"']],
  ['ligature', ['p1:1 paragraph "The final floor of the office"']],
  ['cjk-cmap', ['p1:1 paragraph "灯塔の説明\\nLatin words stay"']],
  ['cjk-identity', ['p1:1 paragraph "!\\"#\\nLatin words stay"']],
  ['arabic-shapes', ['p1:1 paragraph "بات\\nThe first efficient flow"']],
  [
    'form',
    ['p1:1 paragraph "Name of the applicant: Skarn Harbour Ltd"', 'p1:2 paragraph "Reviewer note words"'],
  ],
])('%s', async (name, expected) => {
  expect(outline(await read(name))).toEqual(expected);
});

test('a cover of three sizes leaves levels for the sections', async () => {
  const { blocks } = await read('cover');
  expect(blocks.filter(({ level }) => level).map(({ page, level, title }) => [page, level, title])).toEqual([
    [1, 1, 'Annual Report'],
    [2, 2, '1. Section about topic A'],
    [3, 2, '2. Section about topic B'],
    [4, 2, '3. Section about topic C'],
  ]);
});

test('a stamp in the margin is text behind the page, and no heading', async () => {
  const document = await read('stamp');
  expect(document.blocks.filter(({ level }) => level).map(({ level, title }) => [level, title])).toEqual([
    [1, 'Pumping Water with Sensors'],
    [2, '1 Introduction'],
    [2, '2 Method'],
  ]);
  expect(outline(document).at(-1)).toBe('p1:14 paragraph "arXiv:0000.00001v1 [cs.XX] 1 Jan 2020"');
});

test('heads and feet are left out, and a sentence goes on over the end of a page', async () => {
  const { text, blocks } = await read('running-heads');
  expect(text).not.toMatch(/ACME|Chapter/);
  const joined = text.replaceAll('\n', ' ');
  const sentence =
    'The pump moves water from the lower tank to the upper tank while the valve stays open and the sensor reports the level each second. ';
  expect(`${joined} `.replaceAll(sentence, '').length).toBeLessThan(2 * sentence.length);
  expect(blocks.map(({ page }) => page)).toEqual([1, 6]);
});
