import { expect, test } from 'vitest';
import { extract } from '../../../../src/documents/extract.js';
import { windows1252 } from '../../../../src/documents/formats/office/word-extractor.js';
import { documentOf, fixture, outline } from '../../structure.js';

test('DOC: the text, with its quotes and the words of links', async () => {
  expect(outline(await documentOf(fixture('bees.doc'), 'bees.doc'))).toEqual([
    '1 paragraph "Keeping bees"',
    '3 paragraph "A hive in spring is “busy”."',
    '5 paragraph "The site says more."',
  ]);
});

test('DOC: a soft hyphen is no word, and bytes are characters of Windows', async () => {
  const bytes = fixture('bees.doc');
  bytes[bytes.indexOf(Buffer.from('spring', 'utf16le')) + 2] = 0x1f;
  expect((await documentOf(bytes, 'bees.doc')).text).toContain('A hive in sring is');
  expect(windows1252('5 \u0080, \u0093a\u0094\u0081')).toBe('5 €, “a”');
});

test('DOC: files of that name that are RTF, HTML or text are read as that', async () => {
  const formatOf = async (content: string) => (await documentOf(content, 'a.doc')).format;
  expect(await formatOf('{\\rtf1 Words.}')).toBe('rtf');
  expect(await formatOf('<html><body>Words.</body></html>')).toBe('html');
  expect(await formatOf('Words.')).toBe('text');
});

test('DOC: what is encrypted, or no document, ends in a code', async () => {
  const failure = (bytes: Buffer) => expect(extract(bytes, 'a.doc')).rejects;
  const locked = fixture('bees.doc');
  const start = locked.indexOf(Buffer.from('eca5', 'hex'));
  locked.writeUInt16LE(locked.readUInt16LE(start + 10) | 0x0100, start + 10);
  await failure(locked).toMatchObject({ failure: 'encrypted' });
  await failure(fixture('bees.msg')).toMatchObject({ failure: 'malformed' });
  await failure(fixture('bees.doc').subarray(0, 600)).toMatchObject({ failure: 'malformed' });
  await failure(Buffer.from([0, 1, 2])).toMatchObject({ failure: 'malformed' });
});
