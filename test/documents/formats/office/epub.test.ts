import { describe, expect, test } from 'vitest';
import { extract } from '../../../../src/documents/extract.js';
import { zip } from '../../../helpers/zip.js';
import { documentOf, fixture, outline } from '../../structure.js';

const container = (file: string) =>
  `<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="${file}"/></rootfiles></container>`;
const html = (body: string) =>
  `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>The book</title></head><body>${body}</body></html>`;

/** A book of these chapters, in a folder of its own, with an old table of contents. */
function book(chapters: string[], points = '', parts: Record<string, string> = {}): Buffer {
  const items = chapters.map(
    (_, i) => `<item id="c${i}" href="Text/c%20${i}.html" media-type="application/xhtml+xml"/>`,
  );
  const order = chapters.map((_, i) => `<itemref idref="c${i}"/>`);
  const texts = chapters.map((body, i) => [`OEBPS/Text/c ${i}.html`, html(body)]);
  return zip({
    'META-INF/container.xml': container('OEBPS/b.opf'),
    'OEBPS/b.opf': `<opf:package xmlns:opf="http://www.idpf.org/2007/opf"><opf:manifest>${items.join('').replaceAll('<item', '<opf:item')}<opf:item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/></opf:manifest><opf:spine toc="ncx">${order.join('').replaceAll('<itemref', '<opf:itemref')}</opf:spine></opf:package>`,
    'OEBPS/toc.ncx': `<!DOCTYPE ncx PUBLIC "a" "b"><ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>${points}</navMap></ncx>`,
    ...Object.fromEntries(texts),
    ...parts,
  });
}

const point = (title: string, file: string, inner = '') =>
  `<navPoint><navLabel><text>${title}</text></navLabel><content src="${file}"/>${inner}</navPoint>`;

describe('EPUB', () => {
  test('reads chapters in order, as deep as the table of contents says', async () => {
    const document = await documentOf(fixture('bees.epub'), 'bees.epub');
    expect(document.format).toBe('epub');
    expect(outline(document)).toEqual([
      '1 heading (1 Spring) "Spring"',
      '3 paragraph "A colony wakes\u00a0up."',
      '5 heading (2 Feeding) "Feeding"',
      '7 paragraph "Feed only what is missing."',
      '9 table "month | kg\\nMay | 14"',
      '12 paragraph (1 Autumn) "Wasps rob weak hives."',
      '14 heading (1 Part two) "Part two"',
      '16 heading (2 Winter) "Winter"',
      '18 paragraph "Bees sleep."',
    ]);
  });

  test('reads the old table of contents, and goes on in a chapter of several files', async () => {
    const points = point(
      'Part',
      'Text/c%200.html',
      point('Chapter', 'Text/c%201.html#a', point('Later', 'Text/c%201.html#b')),
    );
    const chapters = ['<h1>Part</h1>', '<h2>Chapter</h2><p>One.</p>', '<h3>Deeper</h3><p>Two.</p>'];
    expect(outline(await documentOf(book(chapters, points), 'a.epub'))).toEqual([
      '1 heading (1 Part) "Part"',
      '3 heading (2 Chapter) "Chapter"',
      '5 paragraph "One."',
      '7 heading (3 Deeper) "Deeper"',
      '9 paragraph "Two."',
    ]);
  });

  test('is readable without a table of contents, or with a broken one', async () => {
    const outlineOf = async (bytes: Buffer) => outline(await documentOf(bytes, 'a.epub'));
    const expected = ['1 heading (1 One) "One"', '3 paragraph "Text."'];
    expect(await outlineOf(book(['<h1>One</h1><p>Text.</p>']))).toEqual(expected);
    expect(await outlineOf(book(['<h1>One</h1><p>Text.</p>'], '<navPoint>'))).toEqual(expected);
  });

  test('is encrypted where its chapters are, not where only its fonts are', async () => {
    const encryption = (uri: string, algorithm: string) => ({
      'META-INF/encryption.xml': `<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData><enc:EncryptionMethod Algorithm="${algorithm}"/><enc:CipherData><enc:CipherReference URI="${uri}"/></enc:CipherData></enc:EncryptedData></encryption>`,
    });
    const chapter = ['<p>Text.</p>'];
    const chapters = encryption('OEBPS/Text/c%200.html', 'http://www.w3.org/2001/04/xmlenc#aes256-cbc');
    await expect(extract(book(chapter, '', chapters), 'a.epub')).rejects.toMatchObject({
      failure: 'encrypted',
    });
    const fonts = encryption('OEBPS/Text/c%200.html', 'http://www.idpf.org/2008/embedding');
    expect((await documentOf(book(chapter, '', fonts), 'a.epub')).text).toBe('Text.');
  });

  test('fails where nothing says what its chapters are', async () => {
    await expect(extract(zip({ mimetype: 'application/epub+zip' }), 'a.epub')).rejects.toMatchObject({
      failure: 'malformed',
    });
    await expect(extract(book([]), 'a.epub')).rejects.toMatchObject({ failure: 'malformed' });
  });
});
