// Large JSON Lines are read as small ones are.
import { expect, test } from 'vitest';
import { extract } from '../../src/documents/extract.js';
import { hashOf } from '../../src/documents/reading.js';
import { largeLines } from '../../src/documents/records/large-lines.js';

const lines = [
  '{"id":"ä","text":"Grüße 😀","tags":["a"]}',
  '',
  'no JSON',
  '{"text":"no id"}\r',
  '{"id":"ä","text":"again"}',
  '  {"id":7,"text":"blanks around"}  ',
  '{"id":"last","text":"without an end"}',
];

test.each(['', '\ufeff'])('as the format reads them, after %j', async (mark) => {
  const bytes = Buffer.from(mark + lines.join('\n'));
  const { documents, failures } = await extract(bytes, 'in.jsonl');
  const reading = await largeLines(bytes, 'in.jsonl');
  expect(reading?.failures).toEqual(failures);
  expect(reading?.documents.map((one) => [one.source, one.hash(), one.open()])).toEqual(
    documents.map((document) => [document.source, hashOf(document), document]),
  );
});

test('what is no UTF-8, or has a long line, is for others to read', async () => {
  const long = `{"text":"${'x'.repeat(1_000_000)}"}\n`;
  for (const bytes of [Buffer.from(lines.join('\n'), 'utf16le'), Buffer.from([0xe4, 10]), Buffer.from(long)])
    expect(await largeLines(bytes, 'in.jsonl')).toBeUndefined();
});

test('a signal is obeyed between two megabytes', async () => {
  const bytes = Buffer.from('{"text":"words"}\n'.repeat(200_000));
  const controller = new AbortController();
  setImmediate(() => controller.abort(new Error('told to stop')));
  await expect(largeLines(bytes, 'in.jsonl', controller.signal)).rejects.toThrow('told to stop');
});
