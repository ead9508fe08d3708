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
      ['hives.jsonl#a-2', undefined, ['5 paragraph "again"']],
      [
        'hives.jsonl#6',
        { name: 'Third', weight: 9 },
        ['6 record "name: Third"', '6 record "weight: 9"', '6 record "frames: [1,2]"'],
      ],
    ]);
    expect(failures).toEqual([
      { source: 'hives.jsonl#line-4', code: 'malformed' },
      { source: 'hives.jsonl#line-7', code: 'malformed' },
    ]);
  });

  test.each([
    [
      'objects over several lines',
      '{\n "id": "a",\n "text": "one"\n}\n{\n "id": "b",\n "text": "{two\\"}"\n}\n',
      5,
    ],
    ['a list', '[{"id":"a","text":"one"},\n{"id":"b","text":"{two\\"}"}]\n', 2],
    ['record separators', '\x1e{"id":"a","text":"one"}\n\x1e{"id":"b","text":"{two\\"}"}\n', 2],
    [
      'numbers that JSON has not',
      '{"id":"a","text":"one","n":NaN}\n{"id":"b","text":"{two\\"}","n":-Infinity}\n',
      2,
    ],
  ])('reads %s', async (_, content, line) => {
    const { documents, failures } = await read(content, 'a.jsonl');
    expect(documents.map(({ source, text }) => [source, text])).toEqual([
      ['a.jsonl#a', 'one'],
      ['a.jsonl#b', '{two"}'],
    ]);
    expect(documents[1]!.blocks[0]!.line).toBe(line);
    expect(failures).toEqual([]);
  });

  test('goes on behind an object over several lines that is damaged, and names it', async () => {
    const content =
      '{\n "id": "a",\n "text": "one"\n}\n{\n "id": "b",,\n}\n{\n "id": "c",\n "text": "three"\n}\n';
    const { documents, failures } = await read(content, 'a.jsonl');
    expect(documents.map(({ text }) => text)).toEqual(['one', 'three']);
    expect(failures).toEqual([{ source: 'a.jsonl#line-5', code: 'malformed' }]);
  });

  test('takes a time in proportion to the size, damaged or not', async () => {
    for (const piece of ['{\n', '{\n"a":1}\n', '[{', '{\n{}\n', '{"a":NaN}\n']) {
      const { documents, failures } = await extract(
        Buffer.from(`{\n"a":1\n}\n${piece.repeat(8_000)}`),
        'a.jsonl',
      );
      expect(documents.length + failures.length).toBeGreaterThan(0);
    }
  });

  test('takes the id of MongoDB', async () => {
    const { documents } = await read('{"_id":{"$oid":"507f1f77bcf86cd799439011"},"text":"one"}\n', 'a.jsonl');
    expect(documents[0]!.source).toBe('a.jsonl#507f1f77bcf86cd799439011');
  });

  test('keeps large ids as they are written, and texts with the same id', async () => {
    const rows = [
      '{"id": 9007199254740993, "text": "one"}',
      '{"id":9007199254740992,"text":"two [9007199254740993]"}',
    ];
    const same = [
      '{"id":1,"text":"first"}',
      '{"id":"1-2","text":"second"}',
      '{"id":1,"text":"third"}',
      '{"id":1,"text":"fourth"}',
    ];
    for (const [name, content] of [
      ['a.jsonl', [...rows, ...same].join('\n')],
      ['a.json', `[${[...rows, ...same].join(',\n')}]`],
    ] as const) {
      const { documents, failures } = await read(content, name);
      expect(documents.map((document) => [document.source.split('#')[1], document.text])).toEqual([
        ['9007199254740993', 'one'],
        ['9007199254740992', 'two [9007199254740993]'],
        ['1', 'first'],
        ['1-2', 'second'],
        ['1-3', 'third'],
        ['1-4', 'fourth'],
      ]);
      expect(failures).toEqual([]);
    }
    const { documents } = await read(
      '{"n": [1234567890123456789, 0.12345678901234567890, -1e22, "9007199254740993"]}',
      'a.jsonl',
    );
    expect(documents[0]!.text).toBe(
      'n: ["1234567890123456789",0.12345678901234568,-1e+22,"9007199254740993"]',
    );
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

  test('decodes what strings escape, and keeps the lines of the file', async () => {
    const json =
      '{\n  "a": "\\u706f\\u5854 \\"q\\" \\ud83d\\ude00 C:\\\\x\\nnext\\u0000\\ud800",\n  // \\u0041\n  "list": [\n    1\n  ]\n}';
    const document = await documentOf(json, 'a.json');
    expect(document.text).toBe(
      '{\n  "a": "灯塔 "q" 😀 C:\\x\n    next \ufffd",\n  // \\u0041\n  "list": [\n    1\n  ]\n}',
    );
    expect(document.blocks.map(({ line, title }) => [line, title])).toEqual([
      [1, undefined],
      [4, 'list'],
    ]);
  });

  test('reads JSON5 as it is, under its keys', async () => {
    const json5 =
      "{\n  // Words.\n  pump: {\n    'oil level': 0x1F,\n    note: 'it\\'s low',\n  },\n  'valves': [+1, .5],\n}\n";
    const document = await documentOf(json5, 'a.json5');
    expect(document.text).toBe(json5);
    expect(document.blocks.flatMap(({ title }) => title ?? [])).toEqual(['pump', 'valves']);
    expect((await documentOf('{"a": "\\u706f"}', 'a.json5')).text).toBe('{"a": "灯"}');
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

  test('reads the numbers that Python writes and JSON has not', async () => {
    const { documents } = await read(
      '{"a": NaN, "b": -Infinity, "c": "NaN stays", /* and */ "d": Infinity}',
      'a.json',
    );
    expect(documents[0]!.text).toContain('NaN stays');
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
      ['hives.csv#7-2', 'name: Twice\nweight: 1', 6],
    ]);
    expect(documents[1]!.metadata).toEqual({ name: 'Heather', note: 'light' });
    expect(failures).toEqual([]);
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

  test.each([
    [
      'a line that names the separator',
      '\ufeffsep=;\r\nname;desc\r\nPump;"moves, water"\r\n',
      ['name: Pump\ndesc: moves, water'],
    ],
    [
      'no header',
      'Pump,moves water,10\nLamp,gives light,12\n',
      [
        'column 1: Pump\ncolumn 2: moves water\ncolumn 3: 10',
        'column 1: Lamp\ncolumn 2: gives light\ncolumn 3: 12',
      ],
    ],
    [
      'no header, but dates',
      '2024-01-02,Pump\n2024-01-03,Lamp\n',
      ['column 1: 2024-01-02\ncolumn 2: Pump', 'column 1: 2024-01-03\ncolumn 2: Lamp'],
    ],
    ['years as names', 'land,2019,2020\nOrkney,1,2\n', ['2019: 1\n2020: 2\nland: Orkney']],
    [
      'one column of sentences',
      'question\nHow, then, do I go?\nWhere; is it?\n',
      ['question: How, then, do I go?', 'question: Where; is it?'],
    ],
    ['decimal commas', 'a;b\n1,5;2,5\n3,5;4,5\n', ['a: 1,5\nb: 2,5', 'a: 3,5\nb: 4,5']],
    [
      'a title above',
      'Report of 2024,,\n,,\nname,desc,price\nPump,moves water,10\n',
      ['Report of 2024', 'name: Pump\ndesc: moves water\nprice: 10'],
    ],
    [
      'titles without separators above',
      'Report\n\nDate: 2024\n\nname,desc\nPump,x\n',
      ['Report\nDate: 2024', 'name: Pump\ndesc: x'],
    ],
    [
      'a title that has another separator',
      'Pumps, and more\n\nname;desc;price\nPump;x;1\n',
      ['Pumps, and more', 'name: Pump\ndesc: x\nprice: 1'],
    ],
    [
      'one column of words with commas',
      'text\nhello, world\nanother, line\n',
      ['hello, world', 'another, line'],
    ],
    ['single quotes', "'id','text'\n'1','hello, there'\n", ['hello, there']],
    ['blanks behind commas', 'id, text, note\n1, "hello, there", x\n', ['hello, there']],
    ['quotes behind backslashes', 'id,text\n1,"a \\"b\\" \\\\c"\n2,d\n', ['a "b" \\c', 'd']],
    [
      'paths that end in a backslash',
      'name,path\na,"C:\\x\\"\nb,"D:\\"\n',
      ['name: a\npath: C:\\x\\', 'name: b\npath: D:\\'],
    ],
    ['numbers that Excel keeps as formulas', 'code,name\n="0012",Pump\n', ['code: 0012\nname: Pump']],
    [
      'line breaks of old Macs',
      'name,desc\rPump,moves water\rLamp,gives light\r',
      ['name: Pump\ndesc: moves water', 'name: Lamp\ndesc: gives light'],
    ],
  ])('reads a table with %s', async (_, text, expected) => {
    const { documents, failures } = await read(text, 'a.csv');
    expect(documents.map((document) => document.text)).toEqual(expected);
    expect(failures).toEqual([]);
  });

  test('says on which line a row below a separator line or a title starts', async () => {
    const lines = async (text: string) =>
      (await read(text, 'a.csv')).documents.map((row) => row.blocks[0]!.line);
    expect(await lines('sep=;\na;b\n1;2\n')).toEqual([3]);
    expect(await lines('Report,\na,b\n1,2\n')).toEqual([1, 3]);
  });

  test('goes on after a quote that is not closed', async () => {
    const { documents, failures } = await read('a,b\n1,2\n3,"4\n5,6\n', 'a.csv');
    expect(documents.map((document) => document.text)).toEqual(['a: 1\nb: 2', 'a: 5\nb: 6']);
    expect(failures).toEqual([{ source: 'a.csv#line-3', code: 'malformed' }]);
  });
});

test('JSON Lines with the ending of JSON are records, as databases export them', async () => {
  const lines = '{"id":"a","text":"one"}\r\n\n{"id":"b","text":"two"}\n{"id":"c","text":\n';
  const { documents, failures } = await read(lines, 'dump.json');
  expect(documents.map(({ source, format, text }) => [source, format, text])).toEqual([
    ['dump.json#a', 'json', 'one'],
    ['dump.json#b', 'json', 'two'],
  ]);
  expect(failures).toEqual([{ source: 'dump.json#line-4', code: 'malformed' }]);
  const pretty = '{\n "text": "one"\n}\n{\n "text": "two"\n}\n';
  expect((await read(pretty, 'dump.json')).documents.map(({ text }) => text)).toEqual(['one', 'two']);
  expect((await read('{"a": "}\\n{"}', 'a.json')).documents).toHaveLength(1);
  await expect(read('{"a": 1}}\n{', 'a.json')).rejects.toThrow('is not valid JSON');
});

test('comments above a table of CSV are its title, whatever separators they have', async () => {
  const { documents } = await read(
    '# exported by a tool\n# in 2024; by hand\nname,desc\nPump,moves\n',
    'a.csv',
  );
  expect(documents.map(({ text }) => text)).toEqual([
    '# exported by a tool\n# in 2024; by hand',
    'name: Pump\ndesc: moves',
  ]);
  const named = await read('#chrom\tstart\nchr1\t10\n', 'a.tsv');
  expect(named.documents.map(({ text }) => text)).toEqual(['#chrom: chr1\nstart: 10']);
});
