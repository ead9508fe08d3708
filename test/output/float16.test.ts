// Outputs whose vectors are of float16.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { npyHeaderBytes } from '../../src/output/format/npy-header.js';
import { openOutput } from '../../src/output/read/output.js';
import { verifyOutput } from '../../src/output/read/verify.js';
import { openWriter } from '../../src/output/write/writer.js';
import { fromFloat16, toFloat16 } from '../../src/vectors/float16.js';
import { dimensions, filesOf, opened, temporaryFolder, vectorOf, writeAll, writerOptions } from './sample.js';

const documents = [
  { source: 'docs/a.md', texts: ['one', 'two', 'three'] },
  { source: 'docs/b.md', texts: ['four'] },
  { source: 'docs/c.md', texts: ['five', 'one'] },
];
const float16 = { dtype: 'float16' } as const;

function rounded(text: string): Float32Array {
  const values = new Float32Array(dimensions);
  fromFloat16(toFloat16(vectorOf(text)), values);
  return values;
}

async function written(changes = {}): Promise<string> {
  const dir = join(await temporaryFolder(), 'out');
  await writeAll(dir, documents, { ...float16, ...changes });
  return dir;
}

test('holds each vector in half of the bytes, and in its line as it is there', async () => {
  const dir = await written();
  const npy = await readFile(join(dir, 'vectors.npy'));
  expect(npy.length).toBe(npyHeaderBytes + 6 * dimensions * 2);
  expect(npy.toString('latin1', 10, 30)).toContain("'descr': '<f2'");
  const output = await opened(dir);
  expect(output.manifest).toMatchObject({ format: 3, dtype: 'float16' });
  const texts = documents.flatMap((document) => document.texts);
  expect(await output.vectors([0, 1, 2, 3, 4, 5])).toEqual(texts.map(rounded));
  expect(await output.vectors([5, 0])).toEqual([rounded('one'), rounded('one')]);
  for await (const { first, rows, floats } of output.blocks()) {
    expect([first, rows]).toEqual([0, 6]);
    expect(floats.subarray(dimensions, 2 * dimensions)).toEqual(rounded('two'));
  }
  await output.hold();
  for await (const { floats } of output.blocks())
    expect(floats.subarray(0, dimensions)).toEqual(rounded('one'));
  expect(Float32Array.from(JSON.parse(await output.line(1)).embedding)).toEqual(rounded('two'));
  expect(await verifyOutput(dir)).toMatchObject({ problems: [], rows: 6 });
});

test('an edit keeps the other rows to the byte, and leaves what a first run would', async () => {
  const edited = documents.map((document, index) =>
    index === 1 ? { ...document, texts: ['new'] } : document,
  );
  const [dir, fresh] = [await written(), join(await temporaryFolder(), 'out')];
  await writeAll(dir, edited, float16);
  await writeAll(fresh, edited, float16);
  expect(await filesOf(dir)).toEqual(await filesOf(fresh));
  expect((await writeAll(dir, edited, float16)).changed).toBe(false);
});

test('--format changes the lines alone', async () => {
  const [dir, npy] = [await written(), await written({ formats: ['npy'] })];
  await writeAll(dir, documents, { ...float16, formats: ['npy'] });
  expect(await filesOf(dir)).toEqual(await filesOf(npy));
  await writeAll(dir, documents, float16);
  expect(await filesOf(dir)).toEqual(await filesOf(await written()));
});

test('finds a vector that is damaged, and a file of the other numbers', async () => {
  const dir = await written();
  const path = join(dir, 'vectors.npy');
  const bytes = await readFile(path);
  bytes[npyHeaderBytes + 4 * dimensions]! ^= 1;
  await writeFile(path, bytes);
  const output = await openOutput(dir, { sums: false });
  onTestFinished(() => output?.close());
  await expect(output?.vectors([2])).rejects.toThrow(/row 2 is not as it was written/);
  expect(await output?.vectors([3])).toEqual([rounded('four')]);
  const { problems } = await verifyOutput(dir);
  expect(problems.join()).toMatch(/row 2/);

  const other = await written({ dtype: 'float32' });
  const manifest = join(other, 'manifest.json');
  await writeFile(
    manifest,
    (await readFile(manifest, 'utf8')).replace('"rows":6', '"dtype":"float16",\n"rows":6'),
  );
  await expect(opened(other)).rejects.toThrow(/\(dtype\)/);
});

test('copies no rows of other numbers', async () => {
  const previous = await opened(await written());
  const writer = await openWriter(join(await temporaryFolder(), 'out'), writerOptions({ previous }));
  expect(() => writer.keep('docs/a.md')).toThrow('expected vectors of float32');
  await writer.abort();
});

test('replaces an output of other numbers, also one without rows', async () => {
  const dir = join(await temporaryFolder(), 'out');
  await writeAll(dir, []);
  const replaces = await opened(dir);
  const writer = await openWriter(dir, writerOptions({ ...float16, replaces }));
  await writer.commit();
  expect((await opened(dir)).manifest.dtype).toBe('float16');
});
