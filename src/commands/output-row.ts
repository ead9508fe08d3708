// A row of an output as its reader sees it: the line of chunks.jsonl without the vector.
import { join } from 'node:path';
import { chunksName } from '../output/format/layout.js';
import { damaged } from '../output/format/manifest-reader.js';
import type { Output } from '../output/read/output.js';
import { isPlain } from '../text/plain-json.js';

export interface Row {
  id: string;
  text: string;
  metadata: { source: string; chunk: number; line: number; page?: number; heading: string[] };
}

/** Of a row's metadata: a record brings its own along, with its levels. */
const MOST = { levels: 64, parts: 1_000_000 };

/** @throws {DamagedOutputError} when the line isn't one that was written there */
export async function readRow(output: Output, row: number): Promise<Row> {
  const line = await output.line(row);
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (cause) {
    throw damaged(join(output.dir, chunksName), `row ${row} is no JSON`, cause);
  }
  if (!isRow(json)) throw damaged(join(output.dir, chunksName), `row ${row} is not a row's JSON`);
  const { id, text, metadata } = json;
  return { id, text, metadata };
}

function isRow(json: unknown): json is Row {
  const { id, text, metadata } = (json ?? {}) as { [key in keyof Row]?: unknown };
  if (typeof id !== 'string' || typeof text !== 'string') return false;
  if (typeof metadata !== 'object' || metadata === null || !isPlain(metadata, MOST)) return false;
  const { source, chunk, line, page, heading } = metadata as { [key in keyof Row['metadata']]?: unknown };
  const isHeading = Array.isArray(heading) && heading.every((title) => typeof title === 'string');
  const numbers = [chunk, line, page ?? 0];
  return typeof source === 'string' && isHeading && numbers.every((one) => typeof one === 'number');
}
