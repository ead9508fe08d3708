import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { extract, formatFor } from '../../../../src/documents/extract.js';
import { isBinaryName } from '../../../../src/documents/walk/rules/binary-extensions.js';
import { documentOf, outline } from '../../structure.js';

test('gzip: the file within is read by its own name', async () => {
  const document = await documentOf(gzipSync('= Guide\n\nWords.\n'), 'docs/guide.adoc.gz');
  expect(document).toMatchObject({ source: 'docs/guide.adoc.gz', format: 'asciidoc' });
  expect(outline(document)).toEqual(['1 heading (1 Guide) "Guide"', '3 paragraph "Words."']);
  const page = await documentOf(gzipSync('.TH PUMP 8\n.SH NAME\npump\n'), 'pump.8.gz');
  expect(page.format).toBe('man');
  expect((await documentOf(gzipSync('Words.\n'), 'NEWS.Debian.gz')).format).toBe('text');
});

test('gzip: records have the address of the packed file', async () => {
  const { documents, failures } = await extract(gzipSync('{"id":7,"text":"a"}\nx\n'), 'a.jsonl.gz');
  expect(documents.map(({ source }) => source)).toEqual(['a.jsonl.gz#7']);
  expect(failures).toEqual([{ source: 'a.jsonl.gz#line-2', code: 'malformed' }]);
});

test('gzip: what is not text is left out by its content, archives by their names', () => {
  const bytes = gzipSync(Buffer.from([0, 1, 2, 3, 0, 0, 0]));
  expect(formatFor('a.unknown.gz', bytes)).toBe(undefined);
  expect(formatFor('a.unknown.gz', gzipSync('text'))).toBe('gzip');
  expect(formatFor('a.pdf.gz', bytes)).toBe('gzip');
  expect(['a.tar.gz', 'a.png.gz', 'a.md.gz'].map(isBinaryName)).toEqual([true, true, false]);
});

test('gzip: what unpacks without end, or is packed again and again, ends in a code', async () => {
  const failure = (bytes: Buffer, name = 'a.md.gz') => expect(extract(bytes, name)).rejects;
  await failure(gzipSync(Buffer.alloc(150 * 1024 * 1024))).toMatchObject({ failure: 'too-large' });
  await failure(Buffer.from('no gzip')).toMatchObject({ failure: 'malformed' });
  await failure(gzipSync('text').subarray(0, 15)).toMatchObject({ failure: 'malformed' });
  let bytes: Buffer = Buffer.from('text');
  for (let i = 0; i < 10; i++) bytes = gzipSync(bytes);
  await failure(bytes, `a.md${'.gz'.repeat(10)}`).toMatchObject({ failure: 'too-large' });
});

test('gzip: the reader is told of the file within while it is read, so that a PDF has the bounds of a PDF', async () => {
  const pdf = readFileSync(new URL('../../../../fixtures/formats/bees.pdf', import.meta.url));
  const told: unknown[] = [];
  await extract(gzipSync(pdf), 'a.pdf.gz', (format, bytes) => {
    told.push([format, bytes]);
    return () => told.push('done');
  });
  expect(told).toEqual([['pdf', pdf.length], 'done']);
});
