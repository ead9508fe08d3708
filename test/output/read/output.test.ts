import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DamagedOutputError } from '../../../src/errors.js';
import { openOutput } from '../../../src/output/read/output.js';
import { opened, type SampleDocument, sha256, temporaryFolder, vectorOf, writeAll } from '../sample.js';

const documents: SampleDocument[] = Array.from({ length: 40 }, (_, i) => ({
  source: `docs/${String(i).padStart(3, '0')}.md`,
  texts: Array.from({ length: i % 5 }, (_, j) => (j === 3 ? 'repeated' : `text ${i} ${j}`)),
}));
const texts = documents.flatMap((document) => document.texts);

async function sampleOutput(): Promise<string> {
  const dir = join(await temporaryFolder(), 'out');
  await writeAll(dir, documents);
  return dir;
}

test('there is none where there is none', async () => {
  const folder = await temporaryFolder();
  expect(await openOutput(folder)).toBeUndefined();
  expect(await openOutput(join(folder, 'none', 'at', 'all'))).toBeUndefined();
});

test('finds documents by source and by row, in order', async () => {
  const output = await opened(await sampleOutput());
  expect(output.documents().map(({ source }) => source)).toEqual(documents.map(({ source }) => source));
  expect(output.document('docs/none.md')).toBeUndefined();
  let row = 0;
  for (const { source, texts: chunks } of documents) {
    expect(output.document(source)).toMatchObject({
      source,
      root: 'docs',
      rows: chunks.length,
      firstRow: row,
    });
    for (const _ of chunks) expect(output.documentOf(row++).source).toBe(source);
  }
  expect(() => output.documentOf(row)).toThrow(RangeError);
});

test('finds the first row of a text, and nothing else', async () => {
  const output = await opened(await sampleOutput());
  for (const text of texts) expect(output.findRow(sha256(text))).toBe(texts.indexOf(text));
  expect(output.findRow(sha256('unknown'))).toBeUndefined();
});

test('reads vectors in the order asked for, near and far, again and again', async () => {
  const output = await opened(await sampleOutput());
  const last = texts.length - 1;
  const rows = [last, 0, 7, 8, 9, 7, last, 3];
  const vectors = await output.vectors(rows);
  expect(vectors).toEqual(rows.map((row) => vectorOf(texts[row] ?? '')));
  expect(await output.vectors([])).toEqual([]);
});

test('reads all vectors in blocks', async () => {
  const output = await opened(await sampleOutput());
  const floats: number[] = [];
  for await (const block of output.blocks()) {
    expect(block.first * 8).toBe(floats.length);
    floats.push(...block.floats);
  }
  expect(floats).toEqual(texts.flatMap((text) => [...vectorOf(text)]));
});

test("reads a document's lines, or one", async () => {
  const output = await opened(await sampleOutput());
  const textsOf = async (source: string) => {
    const found: string[] = [];
    for await (const line of output.lines(output.document(source)!)) {
      found.push(JSON.parse(line.toString()).text);
    }
    return found;
  };
  expect(await textsOf('docs/004.md')).toEqual(documents[4]?.texts);
  expect(await textsOf('docs/000.md')).toEqual([]);
  const row = texts.indexOf('text 33 1');
  expect(JSON.parse(await output.line(row)).text).toBe('text 33 1');
});

test('stays what it was when a commit replaces the files', async () => {
  const dir = await sampleOutput();
  const old = await opened(dir);
  await writeAll(dir, [{ source: 'docs/new.md', texts: ['new'] }]);
  expect(await old.vectors([5])).toEqual([vectorOf(texts[5] ?? '')]);
  expect((await opened(dir)).rows).toBe(1);
});

const manifestDamages: [string, (text: string) => string][] = [
  ['an empty file', () => ''],
  ['no JSON', () => 'hello\n'],
  ['a cut', (text) => text.slice(0, text.length / 2)],
  ['a cut at a line', (text) => text.slice(0, text.indexOf('\n', text.length / 2) + 1)],
  ['a lost line', (text) => text.replace(/\n\{"source":"docs\/007.*/, '')],
  ['a repeated line', (text) => text.replace(/(\n\{"source":"docs\/007.*)/, '$1$1')],
  ['another format', (text) => text.replace('"format":2', '"format":0')],
  ['a changed model', (text) => text.replace('"model":"sample"', '"model":"other"')],
  ['a changed row count', (text) => text.replace(/"rows":80/, '"rows":81')],
  ['a changed size', (text) => text.replace(/("bytes":\d+)/, '$10')],
  ['a changed document', (text) => text.replace(/"rows":4,"bytes":(\d)/, '"rows":4,"bytes":9$1')],
  ['a bad hash', (text) => text.replace(/"hash":"[0-9a-f]/, '"hash":"')],
  ['a bad sum', (text) => text.replace(/"sum":"[0-9a-f]/, '"sum":"')],
  ['no sum', (text) => text.replace(/"sum":"[0-9a-f]*",/, '')],
  ['an unknown root', (text) => text.replace('"root":0', '"root":7')],
  ['lost chunk hashes', (text) => text.replace(/"chunks":"[^"]/, '"chunks":"')],
  ['text after the end', (text) => `${text}{}\n`],
];

test.each(manifestDamages)('refuses a manifest with %s', async (_, damage) => {
  const dir = await sampleOutput();
  const path = join(dir, 'manifest.json');
  const text = await readFile(path, 'utf8');
  expect(damage(text)).not.toBe(text);
  await writeFile(path, damage(text));
  const error = await openOutput(dir).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DamagedOutputError);
  expect(error).toMatchObject({
    exitCode: 5,
    message: expect.stringMatching(
      /manifest\.json is damaged \(.+\): restore .* --rebuild`, which .*\.$|instead of the manifest's/,
    ),
  });
});

test('refuses every single byte missing from the manifest, and never crashes', async () => {
  const dir = await sampleOutput();
  const path = join(dir, 'manifest.json');
  const bytes = await readFile(path);
  for (let at = 0; at < bytes.length; at += 29) {
    await writeFile(path, Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]));
    const outcome = await openOutput(dir).catch((reason: unknown) => reason);
    if (outcome instanceof DamagedOutputError) continue;
    // A letter less in a source or a name is another valid manifest.
    expect(outcome).toHaveProperty('manifest');
    await (outcome as { close(): Promise<void> }).close();
  }
});

test.each(['chunks.jsonl', 'vectors.npy', 'rows.sum', 'manifest.json'])(
  'says that %s is missing',
  async (name) => {
    const dir = await sampleOutput();
    await rm(join(dir, name));
    await expect(openOutput(dir)).rejects.toThrow(`${join(dir, name)} is damaged (it is missing)`);
  },
);

test.each(['chunks.jsonl', 'vectors.npy', 'rows.sum'])('notices when %s is cut', async (name) => {
  const dir = await sampleOutput();
  await truncate(join(dir, name), 900);
  await expect(openOutput(dir)).rejects.toThrow(/900 bytes instead of the manifest's \d+/);
});

test('notices a header of another shape', async () => {
  const dir = await sampleOutput();
  const bytes = await readFile(join(dir, 'vectors.npy'));
  bytes.write(bytes.toString('latin1', 0, 128).replace('(80, 8)', '(40,16)'), 0, 'latin1');
  await writeFile(join(dir, 'vectors.npy'), bytes);
  await expect(openOutput(dir)).rejects.toThrow(/its header is not that of 80 rows/);
});
