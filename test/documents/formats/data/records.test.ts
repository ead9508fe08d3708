// JSON, JSON Lines and CSV: files of records.
import { describe, expect, test } from 'vitest';
import { extract } from '../../../../src/documents/extract.js';
import type { Extraction } from '../../../../src/documents/formats/format.js';
import { documentOf, fixture, keepsTheRules, outline } from '../../structure.js';

async function read(content: string | Buffer, name: string): Promise<Extraction> {
  const extraction = await extract(Buffer.from(content), name);
  extraction.documents.forEach(keepsTheRules);
  return extraction;
}

describe('JSON Lines', () => {
  test('reads a document per line and names the lines that it cannot read', async () => {
    const { documents, failures } = await read(fixture('hives.jsonl'), 'hives.jsonl');
    expect(documents.map((document) => [document.source, document.metadata, outline(document)])).toEqual([
      ['hives.jsonl#a', { weight: 14 }, ['1 paragraph "The first hive."', '1 paragraph "It is heavy."']],
      [
        'hives.jsonl#3',
        { title: 'Second', place: 'garden' },
        ['3 heading (1 Second) "Second"', '3 paragraph "It is light."'],
      ],
      [
        'hives.jsonl#6',
        { name: 'Third', weight: 9 },
        ['6 record "name: Third"', '6 record "weight: 9"', '6 record "frames: [1,2]"'],
      ],
    ]);
    expect(failures).toEqual([
      { source: 'hives.jsonl#line-4', code: 'malformed' },
      { source: 'hives.jsonl#line-5', code: 'duplicate-source' },
      { source: 'hives.jsonl#line-7', code: 'malformed' },
    ]);
  });

  test('takes the text as it is', async () => {
    const { documents } = await read('{"id": 7, "text": "  a\\r\\n\\r\\n b "}', 'a.jsonl');
    expect(documents).toMatchObject([{ source: 'a.jsonl#7', text: '  a\r\n\r\n b ' }]);
    expect(documents[0]!.metadata).toBeUndefined();
  });

  test.each([
    ['a blank text', '{"text":" "}', { text: ' ', blocks: [] }],
    ['half a character', '{"text":"a\\ud800b"}', { text: 'a\ufffdb' }],
    ['a text that is no string', '{"text":5,"body":"b"}', { text: 'b', metadata: { text: 5 } }],
    ['metadata next to other fields', '{"text":"a","x":1,"metadata":{"y":2}}', { metadata: { x: 1, y: 2 } }],
    ['metadata that is no object', '{"text":"a","metadata":"m"}', { metadata: { metadata: 'm' } }],
    [
      'a field that would be the prototype',
      '{"text":"a","__proto__":{"x":1}}',
      { metadata: JSON.parse('{"__proto__":{"x":1}}') },
    ],
    ['nothing', '{}', { text: '', blocks: [] }],
    ['an empty id', '{"id":" ","text":"a"}', { source: 'a.jsonl#1' }],
  ])('reads a record with %s', async (_, line, expected) => {
    const { documents } = await read(line, 'a.jsonl');
    expect(documents).toMatchObject([expected]);
  });

  test('refuses data too deep for those who read the output', async () => {
    const { failures } = await read(`{"text":"a","x":${'['.repeat(200)}${']'.repeat(200)}}`, 'a.jsonl');
    expect(failures).toEqual([{ source: 'a.jsonl#line-1', code: 'malformed' }]);
  });
});

describe('JSON', () => {
  test('reads a list of objects as records, with their lines', async () => {
    const { documents, failures } = await read(fixture('hives.json'), 'hives.json');
    expect(failures).toEqual([]);
    expect(documents.map((document) => [document.source, outline(document)])).toEqual([
      ['hives.json#1', ['2 paragraph "The first hive [old]."']],
      ['hives.json#2', ['3 paragraph "The second, \\"new\\" one."']],
    ]);
  });

  test('reads anything else as one document, with comments and trailing commas', async () => {
    const document = await documentOf(fixture('settings.json'), 'settings.json');
    expect(document.text).toBe(fixture('settings.json').toString());
    expect(outline(document)).toEqual([
      '1 code "{\\n  // Comments are fine here."',
      '3 code (1 scale) "  \\"scale\\": {\\n    \\"unit\\": \\"kg\\",\\n  },"',
      '6 code (1 hives) "  \\"hives\\": [\\"a\\", \\"b\\"], /* and here */\\n}"',
    ]);
  });

  test('reads records with comments around them', async () => {
    const { documents } = await read(
      '// [\n[ /* { */\n  {"text": "// a, ]"},\n\n  {"text": "b"},\n]\n',
      'a.json',
    );
    expect(documents.map((document) => [document.text, document.blocks[0]!.line])).toEqual([
      ['// a, ]', 3],
      ['b', 5],
    ]);
  });

  test('takes no key for another thing than a key, whatever its name', async () => {
    const record = (end: string) => `[{"id":"a","text":"x","__proto__":{"text":"y"}}]${end}`;
    const plain = await read(record(''), 'a.json');
    expect(plain.documents.map(({ text }) => text)).toEqual(['x']);
    expect(await read(record(' // so far'), 'a.json')).toEqual(plain);
  });

  test('reads deep data with a comment as it does without', async () => {
    const deep = `[${'['.repeat(20_000)}${']'.repeat(20_000)},] // so far`;
    expect((await documentOf(deep, 'a.json')).text).toBe(deep);
  });

  test.each([
    ['ends in a comment that nothing closes', '[{"text": "a"}] /* so far'],
    ['breaks off after a comment', '[{"text": "a"}, // so far\n'],
    ['breaks off in a list of numbers', '[0.1, 0.2, 0.'],
  ])('refuses a file that %s', async (_, text) => {
    await expect(extract(Buffer.from(text), 'a.json')).rejects.toThrow(/^a\.json is not valid JSON: .+\.$/s);
  });

  test('names what is wrong with a file', async () => {
    await expect(extract(Buffer.from('{"a": }'), 'x/a.json')).rejects.toThrow(
      /^x\/a\.json is not valid JSON: .+\.$/,
    );
  });
});

describe('CSV', () => {
  test('reads a document per row, with any line break', async () => {
    const { documents, failures } = await read(fixture('hives.csv'), 'hives.csv');
    expect(documents.map((document) => [document.source, document.text, document.blocks[0]!.line])).toEqual([
      ['hives.csv#7', 'name: Willow\nweight: 14\nnote: heavy; close\r\nto the limit', 2],
      ['hives.csv#8', 'name: Heather\nnote: light', 5],
    ]);
    expect(documents[1]!.metadata).toEqual({ name: 'Heather', note: 'light' });
    expect(failures).toEqual([{ source: 'hives.csv#line-6', code: 'duplicate-source' }]);
  });

  test.each([
    ['tabs', 'a.tsv', 'a\tb,c\n1\t2,3\n', ['a: 1\nb,c: 2,3']],
    [
      'quotes in a field',
      'a.csv',
      'a,b\n5" pipe,"say ""hi"""\n"x"y,z\n',
      ['a: 5" pipe\nb: say "hi"', 'a: xy\nb: z'],
    ],
    [
      'rows of other lengths',
      'a.csv',
      'a,,a\n1\n1,2,3,4\n',
      ['a: 1', 'a: 1\ncolumn 2: 2\na (3): 3\ncolumn 4: 4'],
    ],
    ['a text column', 'a.csv', 'id,text,lang\nx,"Hello, you",en\n', ['Hello, you']],
    ['bars', 'a.csv', 'a|b\n1|2', ['a: 1\nb: 2']],
    ['only a header', 'a.csv', 'a,b\n', []],
  ])('reads %s', async (_, name, text, expected) => {
    expect((await read(text, name)).documents.map((document) => document.text)).toEqual(expected);
  });

  test('goes on after a quote that is not closed', async () => {
    const { documents, failures } = await read('a,b\n1,2\n3,"4\n5,6\n', 'a.csv');
    expect(documents.map((document) => document.text)).toEqual(['a: 1\nb: 2', 'a: 5\nb: 6']);
    expect(failures).toEqual([{ source: 'a.csv#line-3', code: 'malformed' }]);
  });
});
