// Records that would make an output of hundreds of times their size, since each row repeats what goes with its
// text.
import { expect, test } from 'vitest';
import { extract } from '../../src/documents/extract.js';

const words = 'some words '.repeat(100_000);
const lines = (...records: object[]) =>
  Buffer.from(records.map((record) => JSON.stringify(record)).join('\n'));

const tooLarge = (source: string) => ({ source, code: 'too-large' });

test('a record whose rows would repeat a megabyte each fails alone', async () => {
  const records = [
    { id: 'fine', text: words, html: 'x'.repeat(60_000) },
    { id: 'other', text: words, html: 'x'.repeat(1_000_000) },
    { id: 'own', text: words, metadata: { html: 'x'.repeat(1_000_000) } },
    { id: 'key', ['k'.repeat(1_000_000)]: 'v' },
    { id: 'short', text: 'A few words.', html: 'x'.repeat(1_000_000) },
  ];
  for (const [name, bytes] of [
    ['a.jsonl', lines(...records)],
    [
      'a.json',
      Buffer.from(
        `[${lines(...records)
          .toString()
          .replaceAll('\n', ',\n')}]`,
      ),
    ],
  ] as const) {
    const { documents, failures } = await extract(bytes, name);
    expect(documents.map(({ source }) => source)).toEqual([`${name}#fine`, `${name}#short`]);
    expect(failures).toEqual([2, 3, 4].map((line) => tooLarge(`${name}#line-${line}`)));
  }
});

test('a row of a table whose rows would repeat a megabyte each fails alone', async () => {
  const table = `id,text,html\na,few,${'x'.repeat(1_000_000)}\nb,${words},${'x'.repeat(1_000_000)}\n`;
  const { documents, failures } = await extract(Buffer.from(table), 'a.csv');
  expect(documents.map(({ source }) => source)).toEqual(['a.csv#a']);
  expect(failures).toEqual([tooLarge('a.csv#line-3')]);
});

test('a record of which one row would hold more than anybody reads fails alone', async () => {
  const bytes = lines({ id: 'a', text: 'few', html: 'x'.repeat(9_000_000) }, { id: 'b', text: 'few' });
  const { documents, failures } = await extract(bytes, 'a.jsonl');
  expect(documents.map(({ source }) => source)).toEqual(['a.jsonl#b']);
  expect(failures).toEqual([tooLarge('a.jsonl#line-1')]);
});

test('an id longer than any path fails alone, and is not repeated in its failure', async () => {
  const bytes = lines({ id: 'x'.repeat(4096), text: 'one' }, { id: '#'.repeat(1_000_000), text: 'two' });
  const { documents, failures } = await extract(bytes, 'a.jsonl');
  expect(documents).toHaveLength(1);
  expect(failures).toEqual([tooLarge('a.jsonl#line-2')]);
});
