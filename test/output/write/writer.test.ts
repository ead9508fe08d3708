import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openOutput } from '../../../src/output/read/output.js';
import { verifyOutput } from '../../../src/output/read/verify.js';
import { recover } from '../../../src/output/write/recover.js';
import { openWriter } from '../../../src/output/write/writer.js';
import { fixtures } from '../../helpers/cli.js';
import fc from '../../helpers/properties.js';
import {
  addDocument,
  chunksOf,
  documentHash,
  filesOf,
  makeSpace,
  opened,
  type SampleDocument,
  sha256,
  temporaryFolder,
  vectorOf,
  writeAll,
  writerOptions,
} from '../sample.js';

const a: SampleDocument = { source: 'docs/a.md', texts: ['alpha', 'beta', 'alpha'] };
const b: SampleDocument = { source: 'docs/b.md', texts: ['gamma'], metadata: { title: 'B' } };
const blank: SampleDocument = { source: 'docs/blank.md', texts: [] };
const c: SampleDocument = { source: 'docs/c.md', texts: ['delta', 'epsilon'] };

async function outputFolder(): Promise<string> {
  return join(await temporaryFolder(), 'out');
}

test('writes the files that the design names', async () => {
  const dir = await outputFolder();
  const result = await writeAll(dir, [a, b, blank]);
  const lineBytes = (await stat(join(dir, 'chunks.jsonl'))).size;
  expect(result).toEqual({ changed: true, rows: 4, bytes: lineBytes + 128 + 4 * 32, lineBytes });
  expect(Object.keys(await filesOf(dir)).sort()).toEqual([
    'chunks.jsonl',
    'manifest.json',
    'rows.sum',
    'vectors.npy',
  ]);
  expect(await verifyOutput(dir, { deep: true })).toEqual({ problems: [], rows: 4, documents: 3 });

  const text = await readFile(join(dir, 'manifest.json'), 'utf8');
  const manifest = JSON.parse(text);
  expect(Object.keys(manifest)).toEqual([
    ...[
      'format',
      'space',
      'chunking',
      'readers',
      'formats',
      'rows',
      'files',
      'roots',
      'documents',
      'recordFiles',
    ],
  ]);
  const hashes = a.texts.map((chunk) => Buffer.from(sha256(chunk), 'hex').subarray(0, 16));
  expect(manifest.documents[0]).toEqual({
    source: a.source,
    root: 0,
    hash: documentHash(a),
    rows: 3,
    bytes: expect.any(Number),
    sum: expect.stringMatching(/^[0-9a-f]{16}$/),
    chunks: Buffer.concat(hashes).toString('base64url'),
  });
  expect(manifest.documents[2]).toMatchObject({ source: blank.source, rows: 0, bytes: 0, chunks: '' });
  expect(text.split('\n').filter((line) => line.includes('"source"'))).toHaveLength(3);
});

test('sums the rows of a document that is larger than the buffers of its files', async () => {
  const dir = await outputFolder();
  const long = Array.from({ length: 30 }, (_, row) => `${row} ${'ä"\n'.repeat(1 + (row % 5) * 12_000)}`);
  expect(await writeAll(dir, [a, { source: 'docs/b.md', texts: long }, c])).toMatchObject({ rows: 35 });
  expect((await stat(join(dir, 'chunks.jsonl'))).size).toBeGreaterThan(2.5 * 1024 * 1024);
  expect(await verifyOutput(dir, { deep: true })).toEqual({ problems: [], rows: 35, documents: 3 });
});

test('touches nothing when nothing changed', async () => {
  const dir = await outputFolder();
  await writeAll(dir, [a, b]);
  const before = await filesOf(dir);
  const { mtimeNs, ino } = await stat(join(dir, 'manifest.json'), { bigint: true });
  const folder = await stat(dir, { bigint: true });
  expect(await writeAll(dir, [a, b])).toMatchObject({ changed: false, rows: 4 });
  expect(await filesOf(dir)).toEqual(before);
  expect(await stat(join(dir, 'manifest.json'), { bigint: true })).toMatchObject({ mtimeNs, ino });
  // Not even a temporary folder came and went.
  expect((await stat(dir, { bigint: true })).mtimeNs).toBe(folder.mtimeNs);
});

test('finds out at the end that rewritten documents are the same, and leaves the files alone', async () => {
  const dir = await outputFolder();
  await writeAll(dir, [a, b, c]);
  const { ino } = await stat(join(dir, 'chunks.jsonl'), { bigint: true });
  const previous = await opened(dir);
  const writer = await openWriter(dir, writerOptions({ previous }));
  await writer.keep(a.source);
  await addDocument(writer, b);
  await writer.keep(c.source);
  expect(await writer.commit()).toMatchObject({ changed: false });
  expect((await stat(join(dir, 'chunks.jsonl'), { bigint: true })).ino).toBe(ino);
  expect(existsSync(join(dir, '.run'))).toBe(false);
});

test('any sequence of runs ends with the bytes of one run over the last state', async () => {
  const folder = await temporaryFolder();
  let dirs = 0;
  const texts = fc.array(fc.constantFrom('one', 'two', 'three', 'four', '数据\n', '"\\'), { maxLength: 4 });
  const corpus = fc
    .dictionary(fc.constantFrom('a', 'b', 'c/x', 'c-y', 'd', 'ü', '\u{1f600}', '\uff01'), texts, {
      maxKeys: 8,
    })
    .map((documents) =>
      Object.entries(documents)
        .map(([source, chunks]): SampleDocument => ({ source, texts: chunks }))
        .sort((x, y) => Buffer.compare(Buffer.from(x.source), Buffer.from(y.source))),
    );
  const format = fc.constantFrom(['jsonl', 'npy'] as const, ['npy'] as const);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(corpus, format), { minLength: 2, maxLength: 4 }), async (runs) => {
      const dir = join(folder, String(dirs++));
      for (const [documents, formats] of runs) {
        await writeAll(dir, documents, { formats });
        expect((await verifyOutput(dir, { deep: true })).problems).toEqual([]);
      }
      const fresh = join(folder, String(dirs++));
      const [documents, formats] = runs.at(-1) ?? [[], []];
      await writeAll(fresh, documents, { formats });
      expect(await filesOf(dir)).toEqual(await filesOf(fresh));
    }),
    { numRuns: 25 },
  );
});

test('re-renders kept lines when the format changes, and back', async () => {
  const dir = await outputFolder();
  await writeAll(dir, [a, b]);
  const withEmbeddings = await filesOf(dir);
  await writeAll(dir, [a, b], { formats: ['npy'] });
  const output = await opened(dir);
  const line = await output.line(output.document(b.source)!.firstRow);
  expect(Object.keys(JSON.parse(line))).toEqual(['id', 'text', 'metadata']);
  expect((await verifyOutput(dir, { deep: true })).problems).toEqual([]);
  expect(await writeAll(dir, [a, b], { formats: ['jsonl'] })).toMatchObject({ changed: true });
  expect(await filesOf(dir)).toEqual(withEmbeddings);
});

test('lists failures in an order of their own, and takes the list away when there are none', async () => {
  const dir = await outputFolder();
  await writeAll(dir, [a]);
  const fail = async (...sources: string[]) => {
    const previous = await opened(dir);
    const writer = await openWriter(dir, writerOptions({ previous }));
    for (const source of sources) writer.fail({ source, code: 'unreadable' });
    if (sources.length > 0) writer.fail({ source: 'docs/a.md', code: 'rejected', chunk: 2 });
    await writer.keep(a.source);
    return await writer.commit();
  };
  const { ino } = await stat(join(dir, 'chunks.jsonl'), { bigint: true });
  expect(await fail('docs/z', 'docs/b', 'docs/z')).toMatchObject({ changed: true });
  expect(await readFile(join(dir, 'failures.jsonl'), 'utf8')).toBe(
    '{"source":"docs/a.md","code":"rejected","chunk":2}\n' +
      '{"source":"docs/b","code":"unreadable"}\n{"source":"docs/z","code":"unreadable"}\n',
  );
  expect(await (await opened(dir)).failures()).toHaveLength(3);
  expect(await fail('docs/b', 'docs/z')).toMatchObject({ changed: false });
  expect(await fail()).toMatchObject({ changed: true });
  expect(existsSync(join(dir, 'failures.jsonl'))).toBe(false);
  expect((await stat(join(dir, 'chunks.jsonl'), { bigint: true })).ino).toBe(ino);
});

test('remembers record files and failed chunks, and numbers roots by their names', async () => {
  const dir = await outputFolder();
  const writer = await openWriter(dir, writerOptions({ roots: ['notes', 'docs'] }));
  await writer.begin({ source: 'docs/r.csv#1', recordOf: 'docs/r.csv', root: 'docs', hash: sha256('1') });
  await writer.end({ failed: 2 });
  await writer.begin({ source: 'notes/a', root: 'notes', hash: sha256('2') });
  await writer.end();
  writer.recordFile({ source: 'notes/r.json', root: 'notes', hash: sha256('n'), documents: 0 });
  writer.recordFile({ source: 'docs/r.csv', root: 'docs', hash: sha256('r'), documents: 1 });
  await writer.commit();
  const output = await opened(dir);
  expect(output.manifest.roots).toEqual(['docs', 'notes']);
  expect(output.manifest.recordFiles.map(({ source }) => source)).toEqual(['docs/r.csv', 'notes/r.json']);
  expect(output.document('docs/r.csv#1')).toMatchObject({ root: 'docs', failed: 2 });
  expect(output.document('notes/a')).toMatchObject({ root: 'notes' });
  expect(output.recordFile('docs/r.csv')).toEqual({
    source: 'docs/r.csv',
    root: 'docs',
    hash: sha256('r'),
    documents: 1,
  });
  expect(output.recordFile('docs/none')).toBeUndefined();

  // Another root's run keeps what it doesn't list, under the same numbers.
  const next = await openWriter(dir, writerOptions({ roots: ['notes'], previous: output }));
  await next.keep('docs/r.csv#1', { recordOf: 'docs/r.csv' });
  await next.keep('notes/a');
  for (const file of output.manifest.recordFiles) next.recordFile(file);
  expect(await next.commit()).toMatchObject({ changed: false });

  // A new root in front moves the numbers: only the manifest is written.
  const third = await openWriter(dir, writerOptions({ roots: ['a', 'docs', 'notes'], previous: output }));
  await third.keep('docs/r.csv#1', { recordOf: 'docs/r.csv' });
  await third.keep('notes/a');
  expect(await third.commit()).toMatchObject({ changed: true });
  expect((await opened(dir)).document('notes/a')).toMatchObject({ root: 'notes' });
});

test('abort leaves the old output and nothing else', async () => {
  const dir = await outputFolder();
  await writeAll(dir, [a, b]);
  const before = await filesOf(dir);
  const previous = await opened(dir);
  const writer = await openWriter(dir, writerOptions({ previous }));
  await addDocument(writer, { source: 'docs/0.md', texts: ['new'] });
  await writer.keep(a.source);
  expect(existsSync(join(dir, '.run'))).toBe(true);
  await writer.abort();
  await writer.abort();
  expect(await filesOf(dir)).toEqual(before);
});

test('a commit that fails after its record is finished by recovery, and not undone by abort', async () => {
  const dir = await outputFolder();
  await writeAll(dir, [a, b]);
  const fresh = join(await temporaryFolder(), 'out');
  await writeAll(fresh, [a, c]);
  const onStep = (step: string) => {
    if (step === 'renamed vectors.npy') throw Object.assign(new Error('broken disk'), { code: 'EIO' });
  };
  const previous = await opened(dir);
  const writer = await openWriter(dir, writerOptions({ previous, onStep }));
  await writer.keep(a.source);
  await addDocument(writer, c);
  await expect(writer.commit()).rejects.toThrow(`${dir} can't be read or written (EIO)`);
  await writer.abort();
  expect((await opened(dir)).document(c.source)).toBeDefined();
  expect((await verifyOutput(dir, { deep: true })).problems).toEqual([]);
  expect(await recover(dir)).toBe(true);
  expect(await recover(dir)).toBe(false);
  await rm(join(dir, '.run'), { recursive: true });
  expect(await filesOf(dir)).toEqual(await filesOf(fresh));
});

test('recovery refuses a record whose files are gone, and drops one that is not whole', async () => {
  const dir = await outputFolder();
  await writeAll(dir, [a]);
  const before = await filesOf(dir);
  const onStep = (step: string) => {
    if (step === 'recorded') throw new Error('stopped');
  };
  const writer = await openWriter(dir, writerOptions({ onStep }));
  await addDocument(writer, b);
  await expect(writer.commit()).rejects.toThrow();
  const record = await readFile(join(dir, '.run', 'commit'), 'utf8');
  const [stage = ''] = (await readdir(join(dir, '.run'))).filter((name) => name.startsWith('stage-'));
  await rm(join(dir, '.run', stage, 'chunks.jsonl'));
  await expect(recover(dir)).rejects.toMatchObject({ code: 'EMBED_DAMAGED_OUTPUT', exitCode: 5 });
  for (let length = 0; length < record.length - 1; length += 11) {
    await writeFile(join(dir, '.run', 'commit'), record.slice(0, length));
    expect((await opened(dir)).rows).toBe(3);
  }
  expect(await recover(dir)).toBe(false);
  await rm(join(dir, '.run'), { recursive: true });
  expect(await filesOf(dir)).toEqual(before);
});

test('refuses what would break the order or mix spaces', async () => {
  const dir = await outputFolder();
  await writeAll(dir, [a, b]);
  const previous = await opened(dir);
  const writer = await openWriter(dir, writerOptions({ previous }));
  await writer.keep(b.source);
  expect(() => writer.keep(a.source)).toThrow(/expected documents in order of source/);
  await expect(addDocument(writer, b)).rejects.toThrow(/expected documents in order/);
  expect(() => writer.keep('docs/none')).toThrow(/expected a document of the previous output/);
  const [first, second] = chunksOf(c);
  if (first === undefined || second === undefined) throw new Error('expected two chunks');
  await writer.begin({ source: c.source, root: 'docs', hash: documentHash(c) });
  expect(() => writer.row({ ...first, source: 'docs/d' }, vectorOf('x'))).toThrow(
    /expected rows of docs\/c.md/,
  );
  expect(() => writer.row(first, new Float32Array(3))).toThrow(/expected 8 dimensions, got 3/);
  await writer.row(second, vectorOf('x'));
  expect(() => writer.row(first, vectorOf('x'))).toThrow(/expected the chunks of docs\/c.md in order/);
  await expect(writer.commit()).rejects.toThrow(/^expected the end of docs\/c.md first$/);
  await writer.abort();
  const other = await openWriter(dir, writerOptions({ previous, space: makeSpace('other') }));
  expect(() => other.keep(a.source)).toThrow(/expected the vector space of the previous output/);
});

test('replaces an output in another space when nothing is kept, as --rebuild does', async () => {
  const dir = await outputFolder();
  await writeAll(dir, [a, b]);
  await writeFile(join(dir, 'failures.jsonl'), '{"source":"x","code":"unreadable"}\n');
  const writer = await openWriter(dir, writerOptions({ space: makeSpace('other') }));
  await addDocument(writer, a);
  await writer.commit();
  const output = await opened(dir);
  expect(output.space.model).toBe('other');
  expect(output.rows).toBe(3);
  expect(existsSync(join(dir, 'failures.jsonl'))).toBe(false);
});

test('removes the journals with the commit, unless told that they are of use', async () => {
  const dir = await outputFolder();
  const journal = join(dir, '.run', `journal-${'a'.repeat(32)}`);
  await mkdir(join(dir, '.run'), { recursive: true });
  await writeFile(journal, 'vectors');
  const writer = await openWriter(dir, writerOptions());
  await addDocument(writer, a);
  await writer.commit({ keepJournal: true });
  expect(existsSync(journal)).toBe(true);
  await writeAll(dir, [a, b]);
  expect(existsSync(join(dir, '.run'))).toBe(false);
});

test('names the path that it can not write', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'file'), 'mine');
  const writer = await openWriter(join(folder, 'file'), writerOptions());
  await expect(addDocument(writer, a)).rejects.toMatchObject({
    code: 'EMBED_OUTPUT',
    exitCode: 2,
    message: expect.stringContaining(join(folder, 'file')),
  });
  await writer.abort();
  expect(await readFile(join(folder, 'file'), 'utf8')).toBe('mine');
  await expect(openOutput(join(folder, 'file'))).rejects.toMatchObject({
    message: `${join(folder, 'file')} can't be the output folder (a file is in its place): choose another folder with --out.`,
  });
});

test.each(['chunks.jsonl', 'vectors.npy', 'rows.sum'])(
  'does not copy a damaged %s, and leaves the output as it is',
  async (name) => {
    const dir = await outputFolder();
    await writeAll(dir, [a, b, c]);
    const previous = await opened(dir);
    const bytes = await readFile(join(dir, name));
    bytes.writeUInt8(bytes.at(-5)! ^ 1, bytes.length - 5);
    await writeFile(join(dir, name), bytes);
    const before = await filesOf(dir);
    const writer = await openWriter(dir, writerOptions({ previous }));
    await addDocument(writer, { source: 'docs/0.md', texts: ['new'] });
    for (const { source } of [a, b, c]) await writer.keep(source);
    await expect(writer.commit()).rejects.toMatchObject({
      code: 'EMBED_DAMAGED_OUTPUT',
      message: expect.stringContaining(`${join(dir, name)} is damaged (docs/c.md: `),
    });
    await writer.abort();
    expect(await filesOf(dir)).toEqual(before);
    if (name === 'vectors.npy') await expect(previous.vectors([0, 5])).rejects.toThrow('row 5 is not as');
  },
);

test('an output of format 1 becomes one of format 2 when something changes, but not a damaged one', async () => {
  const dir = join(await temporaryFolder(), 'index');
  await cp(join(fixtures, 'outputs/format-1/index'), dir, { recursive: true });
  const edit = async (leave: string) => {
    const previous = await opened(dir);
    const { space, chunking, readers, formats, roots } = previous.manifest;
    const writer = await openWriter(dir, { previous, space, chunking, readers, formats, roots });
    for (const { source } of previous.documents()) {
      if (source !== leave) await writer.keep(source, { recordOf: previous.recordFileOf(source) });
    }
    for (const file of previous.manifest.recordFiles) writer.recordFile(file);
    return await writer.commit().finally(() => writer.abort());
  };
  const path = join(dir, 'vectors.npy');
  const whole = await readFile(path);
  await writeFile(path, Buffer.from(whole).fill(0, whole.length - 4));
  await expect(edit('docs/harbour.md')).rejects.toThrow('vectors.npy is damaged (its SHA-256');
  await writeFile(path, whole);
  expect(await edit('docs/harbour.md')).toMatchObject({ changed: true, rows: 4 });
  expect((await opened(dir)).manifest).toMatchObject({ format: 2, rows: 4 });
  expect((await verifyOutput(dir, { deep: true })).problems).toEqual([]);
});
