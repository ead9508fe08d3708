import { describe, expect, test } from 'vitest';
import { extract, FORMATS, formatFor } from '../../src/documents/extract.js';
import { formatNamed } from '../../src/documents/formats/registry.js';
import { documentOf, fixture, outline } from './structure.js';

describe('formatFor', () => {
  test.each([
    ['notes/A.MD', 'markdown'],
    ['a.b.html', 'html'],
    ['a.rst', 'rst'],
    ['README', 'text'],
    ['src/Makefile', 'code'],
    ['CMakeLists.txt', 'code'],
    ['x.d.ts', 'code'],
    ['data.ndjson', 'jsonl'],
    ['a.ipynb', 'notebook'],
    ['photo.jpg', undefined],
    ['noextension', undefined],
    ['.hidden', undefined],
    ['folder.md/file', undefined],
    ['constructor', undefined],
  ])('%s is %s', (name, format) => {
    expect(formatFor(name)).toBe(format);
  });

  test.each([
    ['pdf', fixture('bees.pdf')],
    ['docx', fixture('bees.docx')],
    ['pptx', fixture('bees.pptx')],
    ['xlsx', fixture('bees.xlsx')],
    ['rtf', Buffer.from('{\\rtf1 x}')],
    ['eml', Buffer.from('Received: from a by b\nSubject: c\n\nd')],
    ['mbox', Buffer.from('From ann@example.org Mon May  6 10:00:00 2024\nSubject: c\n\nd')],
    ['odt', fixture('bees.odt')],
    ['ods', fixture('bees.ods')],
    ['odp', fixture('bees.odp')],
    ['epub', fixture('bees.epub')],
    ['man', Buffer.from('.\\" A page.\n.TH PUMP 8\n')],
    ['html', Buffer.from('\n<!DOCTYPE html><p>x')],
    ['code', Buffer.from('#!/bin/sh\necho')],
    [undefined, Buffer.from('PK\x03\x04 some other archive')],
    [undefined, Buffer.from('plain')],
  ])('knows %s by its content where the name says nothing', (format, bytes) => {
    expect(formatFor('file', bytes)).toBe(format);
    expect(formatFor('file.md', bytes)).toBe('markdown');
  });

  test('knows a manual page by its content where the name ends in its section', () => {
    expect(formatFor('pump.8', Buffer.from('.\\" A page.\n.SH NAME\n'))).toBe('man');
    expect(formatFor('pump.log.1', Buffer.from('started\n'))).toBe(undefined);
  });

  test('has one format for each file name', () => {
    const keys = FORMATS.flatMap((format) => [
      ...format.extensions,
      ...('names' in format ? format.names : []),
    ]);
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
    expect(keys.filter((key) => key !== key.toLowerCase())).toEqual([]);
  });
});

describe('extract', () => {
  test('reads text of an unknown name as plain text', async () => {
    const document = await documentOf('\ufeffOne\r\ntwo.\r\n \r\n  Three. \r\n', 'letter.unknown');
    expect(document.format).toBe('text');
    expect(document.text).toBe('One\r\ntwo.\r\n \r\n  Three. \r\n');
    expect(outline(document)).toEqual(['1 paragraph "One\\r\\ntwo."', '4 paragraph "Three."']);
  });

  test.each(FORMATS.map((format) => [format.extensions[0]!, format.name] as const))(
    'gives a blank document without blocks for a blank %s',
    async (extension, format) => {
      const bytes = formatNamed(format).isBinary ? fixture(`blank.${format}`) : Buffer.from(' \n\n');
      const { documents, failures } = await extract(bytes, `a${extension}`);
      expect(failures).toEqual([]);
      const records = format === 'jsonl' || format === 'csv' || format === 'mbox';
      expect(documents.map((document) => document.blocks)).toEqual(records ? [] : [[]]);
    },
  );

  test('refuses binary data under the name of a text', async () => {
    await expect(extract(Buffer.from('a\0b'), 'notes.md')).rejects.toMatchObject({
      failure: 'undecodable',
      message: expect.stringContaining('notes.md'),
    });
  });

  test.each(['a.pdf', 'a.docx', 'a.ipynb', 'a.json'])('refuses a malformed %s', async (name) => {
    await expect(extract(Buffer.from('{ not this'), name)).rejects.toMatchObject({ failure: 'malformed' });
  });
});
