// A row of an output as its reader sees it: the line of chunks.jsonl without the vector.
import { join } from 'node:path';
import { embeddingKey } from '../output/format/chunk-line.js';
import { damaged } from '../output/format/damage.js';
import { chunksName } from '../output/format/owned-names.js';
import type { Output } from '../output/read/output.js';
import { isObject, isPlain } from '../text/plain-json.js';

/** Where a row's text stands in its document; a record's own metadata is there, too. */
export interface RowMetadata {
  /** POSIX path relative to the output's parent folder when inside it, else absolute; `file#id` for records. */
  source: string;
  /** 0-based place of the chunk in its document. */
  chunk: number;
  /** 1-based line of the file on which the chunk starts. */
  line: number;
  /** 1-based page, for formats that have pages. */
  page?: number;
  /** Titles of the sections around the chunk, outermost first. */
  heading: string[];
  /** What was embedded before the text, such as the header row of its table; absent where nothing was. */
  context?: string;
}

/** A line of `chunks.jsonl`, without its vector. */
export interface OutputRow {
  /** UUIDv5 of source, text and occurrence. */
  id: string;
  /** The chunk: an exact slice of its document's text. */
  text: string;
  /** Where it stands. */
  metadata: RowMetadata;
}

/** Of a row's metadata: a record brings its own along, with its levels. */
export const metadataBounds = { levels: 64, parts: 1_000_000 };

/** @throws {DamagedOutputError} when the line isn't one that was written there */
export async function readRow(output: Output, row: number): Promise<OutputRow> {
  return rowOfLine(output, row, await output.line(row));
}

/**
 * A line that was read already.
 * @throws {DamagedOutputError} when it isn't one that was written there
 */
export function rowOfLine(output: Output, row: number, line: string): OutputRow {
  let json: unknown;
  try {
    json = JSON.parse(output.manifest.formats.includes('jsonl') ? withoutEmbedding(line) : line);
  } catch (cause) {
    throw damaged(join(output.dir, chunksName), `row ${row} is no JSON`, cause);
  }
  if (!isRow(json)) throw damaged(join(output.dir, chunksName), `row ${row} is not a row's JSON`);
  const { id, text, metadata } = json;
  return { id, text, metadata };
}

const embeddingStart = embeddingKey.toString();

/** Most of a line that was written with its embedding are numbers that nobody reads here. */
function withoutEmbedding(line: string): string {
  const start = line.indexOf(embeddingStart);
  const end = start < 0 ? -1 : line.indexOf(']', start);
  return end < 0 ? line : line.slice(0, start) + line.slice(end + 1);
}

function isRow(json: unknown): json is OutputRow {
  const { id, text, metadata } = (json ?? {}) as { [key in keyof OutputRow]?: unknown };
  if (typeof id !== 'string' || typeof text !== 'string') return false;
  if (!isObject(metadata) || !isPlain(metadata, metadataBounds)) return false;
  const {
    source,
    chunk,
    line,
    page,
    heading,
    context = '',
  } = metadata as { [key in keyof RowMetadata]?: unknown };
  const isHeading = Array.isArray(heading) && heading.every((title) => typeof title === 'string');
  const numbers = [chunk, line, page ?? 0];
  const areTexts = [source, context].every((one) => typeof one === 'string');
  return areTexts && isHeading && numbers.every((one) => typeof one === 'number');
}
