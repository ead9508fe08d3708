// Rows of an output as destinations store them, a batch at a time.
import { join } from 'node:path';
import type { DestinationRow } from '../destinations/destination.js';
import { withEmbedding } from '../output/format/chunk-line.js';
import { damaged } from '../output/format/damage.js';
import type { OutputDocument } from '../output/format/manifest-reader.js';
import { chunksName } from '../output/format/owned-names.js';
import type { Output } from '../output/read/output.js';
import { isPlain } from '../text/plain-json.js';
import { storable } from '../text/storable.js';
import type { Vector } from '../types/vector.js';

/** Bytes of one batch at most, unless a single row is larger. */
const maxBatchBytes = 8 * 1024 * 1024;

export interface RowBatch {
  rows: DestinationRow[];
  /** Rows in which a character was replaced that stores refuse. */
  replaced: number;
}

export interface BatchOptions {
  /** Rows at most. */
  most: number;
  /** Whether a row of the output is wanted. */
  wants(row: number): boolean;
  /** The sum of a row, 32 hex digits. */
  sumOf(row: number): string;
}

type Line = Omit<DestinationRow, 'vector'>;

/** The wanted rows, in the order of the output. */
export async function* rowBatches(output: Output, options: BatchOptions): AsyncGenerator<RowBatch> {
  const { most, sumOf } = options;
  const perRow = output.space.dimensions * 4;
  let lines: Line[] = [];
  let places: number[] = [];
  let bytes = 0;
  let replaced = 0;
  const batch = async (): Promise<RowBatch> => {
    const vectors = await output.vectors(places);
    const made = { rows: lines.map((line, index) => withVector(line, vectors[index]!)), replaced };
    lines = [];
    places = [];
    bytes = 0;
    replaced = 0;
    return made;
  };
  for (const document of output.documents()) {
    if (!hasWanted(document, options)) continue;
    let row = document.firstRow;
    for await (const written of output.lines(document)) {
      const place = row++;
      if (!options.wants(place)) continue;
      const { line, isReplaced } = parse(output, written, place, sumOf(place));
      lines.push(line);
      places.push(place);
      bytes += written.length + perRow;
      if (isReplaced) replaced++;
      if (lines.length >= most || bytes >= maxBatchBytes) yield await batch();
    }
  }
  if (lines.length > 0) yield await batch();
}

function withVector(line: Line, vector: Vector): DestinationRow {
  return { ...line, vector };
}

function hasWanted({ firstRow, rows }: OutputDocument, { wants }: BatchOptions): boolean {
  for (let row = firstRow; row < firstRow + rows; row++) if (wants(row)) return true;
  return false;
}

/** @throws {DamagedOutputError} when the line isn't one that was written there */
function parse(
  output: Output,
  written: Buffer,
  row: number,
  sum: string,
): { line: Line; isReplaced: boolean } {
  let json: Partial<Record<'id' | 'text' | 'metadata', unknown>>;
  const hasEmbedding = output.manifest.formats.includes('jsonl');
  const text = (hasEmbedding ? withEmbedding(written, undefined) : written).toString('utf8');
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw damaged(join(output.dir, chunksName), `row ${row} is no JSON`, cause);
  }
  if (!isPlain(json, bounds)) throw damaged(join(output.dir, chunksName), `row ${row} is nested too deeply`);
  // What stores refuse is always written as an escape.
  const cleaned = /\\u(?:0000|d[89a-f])/i.test(text) ? clean(json) : { value: json, isReplaced: false };
  const { id, text: chunkText, metadata } = cleaned.value as typeof json;
  const { source, chunk } = (metadata ?? {}) as Record<string, unknown>;
  if (
    typeof id !== 'string' ||
    typeof chunkText !== 'string' ||
    typeof source !== 'string' ||
    typeof chunk !== 'number'
  ) {
    throw damaged(join(output.dir, chunksName), `row ${row} is not a row's JSON`);
  }
  const line = { id, source, chunk, text: chunkText, metadata: JSON.stringify(metadata), sum };
  return { line, isReplaced: cleaned.isReplaced };
}

/** Of a row: a record brings metadata of its own along. */
const bounds = { levels: 66, parts: 1_000_000 };

/** The value with all its texts and keys as stores take them. */
function clean(value: unknown): { value: unknown; isReplaced: boolean } {
  let isReplaced = false;
  const text = (one: string): string => {
    const stored = storable(one);
    if (stored !== one) isReplaced = true;
    return stored;
  };
  const cleaned = (one: unknown): unknown => {
    if (typeof one === 'string') return text(one);
    if (Array.isArray(one)) return one.map(cleaned);
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([key, inner]) => [text(key), cleaned(inner)]));
  };
  return { value: cleaned(value), isReplaced };
}
