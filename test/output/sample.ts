// Small made-up documents, vectors and vector spaces for the tests of the output.
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { RowSums } from '../../src/output/format/row-sum.js';
import { type Output, openOutput } from '../../src/output/read/output.js';
import { type OutputWriter, openWriter } from '../../src/output/write/writer.js';
import type { WriterOptions } from '../../src/output/write/writer-options.js';
import type { Chunk } from '../../src/types/document.js';
import type { VectorSpace } from '../../src/types/space.js';
import type { Vector } from '../../src/types/vector.js';
import { spaceId } from '../../src/vectors/space-json.js';

export const dimensions = 8;

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A unit vector that only this text has: a swapped order can't go unseen. */
export function vectorOf(text: string): Vector {
  const bytes = createHash('sha256').update(text).digest();
  const values = Float32Array.from({ length: dimensions }, (_, i) => bytes.readInt16LE(i * 2) + 0.5);
  const norm = Math.hypot(...values);
  return values.map((value) => value / norm);
}

export function makeSpace(model = 'sample'): VectorSpace {
  const space: Omit<VectorSpace, 'id'> = {
    embedder: 'ollama',
    variant: '',
    model,
    digest: 'abc123',
    dimensions,
    options: {},
    prefixes: { document: 'd: ', query: 'q: ' },
    canaries: [vectorOf('naïve café'), vectorOf('数据')],
  };
  return { id: spaceId(space), ...space };
}

export interface SampleDocument {
  source: string;
  texts: string[];
  metadata?: Chunk['metadata'];
}

export function chunksOf({ source, texts, metadata }: SampleDocument): Chunk[] {
  let start = 0;
  return texts.map((text, index) => {
    const chunk: Chunk = {
      source,
      index,
      start,
      end: start + text.length,
      text,
      tokens: text.split(/\s+/).length,
      line: index + 1,
      heading: ['Guide', source],
      hash: sha256(text),
      key: sha256(text),
      occurrence: texts.slice(0, index).filter((other) => other === text).length,
    };
    if (metadata !== undefined) chunk.metadata = metadata;
    start = chunk.end;
    return chunk;
  });
}

export function documentHash(document: SampleDocument): string {
  return sha256(JSON.stringify(document.texts));
}

export function writerOptions(changes: Partial<WriterOptions> = {}): WriterOptions {
  return {
    space: makeSpace(),
    chunking: { size: 256, overlap: 32, counter: 'sample/1', splitter: 'sample/1' },
    readers: { text: 1 },
    formats: ['jsonl', 'npy'],
    roots: ['docs'],
    ...changes,
  };
}

export async function addDocument(writer: OutputWriter, document: SampleDocument): Promise<void> {
  await writer.begin({ source: document.source, root: 'docs', hash: documentHash(document) });
  for (const chunk of chunksOf(document)) await writer.row(chunk, vectorOf(chunk.text));
  await writer.end();
}

/** Writes documents as a run does: what the folder has unchanged is kept, the rest is written. */
export async function writeAll(
  dir: string,
  documents: readonly SampleDocument[],
  changes: Partial<WriterOptions> = {},
): Promise<{ changed: boolean; rows: number; bytes: number }> {
  const previous = await openOutput(dir);
  const writer = await openWriter(dir, writerOptions({ previous, ...changes }));
  for (const document of documents) {
    const old = previous?.document(document.source);
    if (old?.hash === documentHash(document)) await writer.keep(document.source);
    else await addDocument(writer, document);
  }
  const result = await writer.commit();
  await previous?.close();
  return result;
}

/** Opens an output that must be there; closed when the test ends. */
export async function opened(dir: string): Promise<Output> {
  const output = await openOutput(dir);
  if (output === undefined) throw new Error(`expected an output in ${dir}`);
  onTestFinished(() => output.close());
  return output;
}

/** A folder that goes when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'embed-outputs-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** All files under a folder with their SHA-256, for comparing outputs byte by byte. */
export async function filesOf(dir: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    files[path.slice(dir.length + 1)] = entry.isFile()
      ? createHash('sha256')
          .update(await readFile(path))
          .digest('hex')
      : 'folder';
  }
  return files;
}

/** Numbers in [0, 1) that are the same in every run. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Makes sizes and sums of an output fit its rows again, as a clumsy repair would. Rows keep their number. */
export async function mendSums(dir: string): Promise<void> {
  const read = (name: string) => readFile(join(dir, name));
  const manifest = JSON.parse((await read('manifest.json')).toString());
  const sums = await RowSums.create(manifest.formats.includes('jsonl'));
  const vectors = (await read('vectors.npy')).subarray(128);
  const rowBytes = manifest.space.dimensions * 4;
  sums.addVectors(vectors, rowBytes);
  sums.addLines(await read('chunks.jsonl'));
  await writeFile(join(dir, 'rows.sum'), sums.rows(0, sums.vectors));
  let text = (await read('manifest.json')).toString();
  let row = 0;
  for (const { sum, rows } of manifest.documents) {
    text = text.replace(sum, sums.ofDocument(row, row + rows));
    row += rows;
  }
  await writeFile(join(dir, 'manifest.json'), text);
}
