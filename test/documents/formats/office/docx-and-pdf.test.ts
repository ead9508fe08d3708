// PDF, DOCX and notebooks: files whose text is extracted.
import { describe, expect, test } from 'vitest';
import { extract } from '../../../../src/documents/extract.js';
import { documentOf, fixture, outline } from '../../structure.js';

describe('PDF', () => {
  test('reads pages, paragraphs and headings', async () => {
    const document = await documentOf(fixture('bees.pdf'), 'bees.pdf');
    expect(outline(document)).toEqual([
      'p1:1 heading (1 Keeping bees) "Keeping bees"',
      'p1:2 heading (1 The hive in spring) "The hive in spring"',
      'p1:3 paragraph "A colony wakes when the willow flowers. The keeper opens\\nthe hive on a warm noon, looks for brood, and closes it\\nagain before the frames cool."',
      'p1:6 paragraph "Feed only what is missing. A hive that still holds two full\\nframes of honey needs nothing from you."',
      'p1:8 item "• Check the queen."',
      'p1:9 item "• Clean the floor."',
      'p2:1 heading (1 The hive in autumn) "The hive in autumn"',
      'p2:2 paragraph "Café wasps rob weak hives; narrow the entrance.\\nWeißdorn and heather give the last nectar."',
      'p2:4 code "weight = 14.2\\nframes = 9"',
    ]);
  });

  test('leaves the bytes as they are', async () => {
    const bytes = fixture('bees.pdf');
    await extract(bytes, 'bees.pdf');
    expect(bytes.equals(fixture('bees.pdf'))).toBe(true);
  });

  test('names a file that needs a password', async () => {
    await expect(extract(fixture('locked.pdf'), 'locked.pdf')).rejects.toMatchObject({
      failure: 'encrypted',
      message: 'locked.pdf is protected with a password: save a copy without one, with `qpdf --decrypt`.',
    });
  });
});

describe('DOCX', () => {
  test('reads headings, lists and tables', async () => {
    const document = await documentOf(fixture('bees.docx'), 'bees.docx');
    expect(document.format).toBe('docx');
    expect(outline(document)).toEqual([
      '1 heading (1 Keeping bees) "Keeping bees"',
      '3 heading (1 The hive in spring) "The hive in spring"',
      '5 paragraph "A colony wakes when the willow flowers. The keeper opens the hive on a warm noon."',
      '7 item "- Check the queen."',
      '8 item "- Clean the floor."',
      '10 heading (2 Feeding) "Feeding"',
      '12 paragraph "Feed only what is missing."',
      '14 table "month | weight\\nMay | 14 kg"',
    ]);
  });

  test('names a file that needs a password', async () => {
    // Word keeps encrypted documents in its older container, in a stream of this name.
    const container = Buffer.concat([
      Buffer.from('d0cf11e0a1b11ae1', 'hex'),
      Buffer.from('EncryptedPackage', 'utf16le'),
    ]);
    await expect(extract(container, 'a.docx')).rejects.toMatchObject({ failure: 'encrypted' });
    await expect(extract(container.subarray(0, 8), 'a.docx')).rejects.toMatchObject({ failure: 'malformed' });
  });
});

describe('notebook', () => {
  test('reads cells and what they printed, with the lines of the file', async () => {
    const document = await documentOf(fixture('bees.ipynb'), 'bees.ipynb');
    expect(outline(document)).toEqual([
      '7 heading (1 Keeping bees) "# Keeping bees"',
      '9 paragraph "A colony wakes."',
      '35 code "weigh(hive)"',
      '35 code "14 kg"',
    ]);
    const lines = fixture('bees.ipynb').toString().split('\n');
    expect(lines[7 - 1]).toContain('# Keeping bees');
    expect(lines[35 - 1]).toContain('weigh(hive)');
  });

  test('reads a notebook on one line', async () => {
    const cells = [
      { cell_type: 'markdown', source: '"cells": [1]\n\nb' },
      {
        cell_type: 'code',
        source: ['a\n', 'b'],
        outputs: [{ output_type: 'stream', text: 'printed' }],
      },
    ];
    expect(outline(await documentOf(JSON.stringify({ cells }), 'a.ipynb'))).toEqual([
      '1 paragraph "\\"cells\\": [1]"',
      '1 paragraph "b"',
      '1 code "a\\nb"',
      '1 code "printed"',
    ]);
  });
});
