// Reads an output as its users do: lines and floats, checked against each other.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseNpyHeader } from '../../src/output/format/npy-header.js';

export interface OutputRow {
  id: string;
  text: string;
  embedding: number[];
  metadata: {
    source: string;
    chunk: number;
    start: number;
    end: number;
    line: number;
    page?: number;
    heading: string[];
    context?: string;
    hash: string;
    tokens: number;
  };
}

export interface ReadOutput {
  rows: OutputRow[];
  vectors: Float32Array[];
  sources: string[];
}

/** All rows with their vectors of vectors.npy. */
export function readOutput(dir: string): ReadOutput {
  const lines = readFileSync(join(dir, 'chunks.jsonl'), 'utf8').split('\n');
  if (lines.pop() !== '') throw new Error('chunks.jsonl does not end with a newline');
  const rows = lines.map((line) => JSON.parse(line) as OutputRow);
  const npy = readFileSync(join(dir, 'vectors.npy'));
  const shape = parseNpyHeader(npy.subarray(0, 128));
  if (!shape || shape.rows !== rows.length) throw new Error('vectors.npy has another number of rows');
  const { dimensions } = shape;
  const floats = new Float32Array(new Uint8Array(npy.subarray(128)).buffer);
  const vectors = rows.map((_, row) => floats.subarray(row * dimensions, (row + 1) * dimensions));
  return { rows, vectors, sources: [...new Set(rows.map((row) => row.metadata.source))] };
}

/** Name → SHA-256 of every file in an output folder: equal outputs have equal bytes. */
export function fingerprint(dir: string): Record<string, string> {
  if (!existsSync(dir)) return {};
  const files = readdirSync(dir, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return Object.fromEntries(
    files.map((file) => [
      file.name,
      file.isDirectory()
        ? 'a folder'
        : createHash('sha256')
            .update(readFileSync(join(dir, file.name)))
            .digest('hex'),
    ]),
  );
}

/** What a run in progress has kept of its vectors so far. */
export function journalBytes(dir: string): number {
  const folder = join(dir, '.run');
  if (!existsSync(folder)) return 0;
  const name = readdirSync(folder).find((one) => one.startsWith('journal-'));
  return name === undefined ? 0 : statSync(join(folder, name)).size;
}
