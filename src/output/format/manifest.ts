// manifest.json: what the output holds, and what a later run needs in order to redo only what changed.
// One document per line: so it is written and read as a stream, and a diff shows the documents that changed.

import type { Shard } from '../../types/shard.js';
import type { VectorSpace } from '../../types/space.js';
import { spaceToJson } from '../../vectors/space-json.js';
import { type Dtype, usualDtype } from './dtype.js';
import type { chunksName, vectorsName } from './owned-names.js';

/**
 * The newest format. Format 3 is format 2 with vectors of float16, and written for them alone: versions that know no other
 * numbers than float32 refuse it by its number. Since format 2 there is rows.sum, and a sum of each document. Format 1
 * has the SHA-256 of two whole files.
 */
export const manifestFormat = 3;
export type ManifestFormat = 1 | 2 | 3;

/** The format that an output is written in. */
export function formatFor(dtype: Dtype): ManifestFormat {
  return dtype === 'float32' ? 2 : manifestFormat;
}

/** chunks.jsonl or vectors.npy, as the manifest describes it. */
export interface RowsFile {
  bytes: number;
  /** Lower-case hex; in format 1 alone. */
  sha256?: string;
}

/** Max bytes before the documents: room for a hundred thousand named paths. */
export const maxHeadBytes = 16 * 1024 * 1024;
/** Max bytes of one document's line: the hashes of three million rows. */
export const maxEntryBytes = 64 * 1024 * 1024;

/** `jsonl`: lines carry their embedding. `npy`: vectors.npy, which is always written. */
export type OutputFormat = 'jsonl' | 'npy';

/** What decides where chunks begin and end. With other values, all documents must be split again. */
export interface Chunking {
  /** Tokens. */
  size: number;
  /** Tokens. */
  overlap: number;
  /** `TokenCounter.id`. */
  counter: string;
  /** Name and version of the splitter. */
  splitter: string;
  /** `headings`: the heading path is embedded with each chunk. Absent: the header rows of tables alone. */
  context?: 'headings';
}

/** The manifest without its documents and record files. */
export interface ManifestHead {
  format: ManifestFormat;
  space: VectorSpace;
  chunking: Chunking;
  /** Version of each format's reader. Rows of other versions are of documents that are marked as outdated. */
  readers: Readonly<Record<string, number>>;
  /** Version of the rules for generated files by which all documents were judged, none of which is generated. */
  judged?: number | undefined;
  /** Which part of the documents these are; absent when they are all. */
  shard?: Shard | undefined;
  formats: OutputFormat[];
  /** The numbers of vectors.npy. Before format 3, the manifest doesn't name them: they are float32. */
  dtype: Dtype;
  rows: number;
  files: Record<typeof chunksName | typeof vectorsName, RowsFile>;
  /**
   * SHA-256 of failures.jsonl, lower-case hex, when it holds failures that last. If it has another one, they are not
   * believed, and their documents are tried again. Absent when there are none.
   */
  failures?: string | undefined;
  /** In byte order. Documents refer to them by index. */
  roots: string[];
}

export interface DocumentEntry {
  source: string;
  /** The path of the command line (or its canonical form) that it was found under. */
  root: string;
  /** SHA-256 of the file's bytes, or of the record, lower-case hex. */
  hash: string;
  rows: number;
  /** Bytes of its lines in chunks.jsonl. */
  bytes: number;
  /** Made of the sums of its rows (row-sum.ts), 16 hex digits. Absent in format 1. */
  sum?: string;
  /** The first 16 bytes of each chunk's key (SHA-256 of context and text), one after the other, in base64url. */
  chunks: string;
  /** Chunks that have no vector; tried again by the next run. */
  failed?: number;
  /** Another splitter or reader made its rows: the next run that finds it reads it again. */
  outdated?: true;
}

/** Stored as the hash of a file that was taken in part: no file has it, so the next run reads the file again. */
export const readAgainHash = '0'.repeat(64);

/** A file that holds records. When it is unchanged, its records needn't be read. */
export interface RecordFile {
  source: string;
  root: string;
  /** SHA-256 of the file's bytes, lower-case hex. */
  hash: string;
  /** Documents in it. */
  documents: number;
  /** Documents that only look like its records, such as a file `a.csv#1` beside `a.csv`. Absent when there are none. */
  besides?: readonly string[];
}

/** The text before the first document's line. */
export function manifestStart(head: ManifestHead): string {
  const fields = {
    format: head.format,
    space: spaceToJson(head.space),
    chunking: {
      size: head.chunking.size,
      overlap: head.chunking.overlap,
      counter: head.chunking.counter,
      splitter: head.chunking.splitter,
      context: head.chunking.context,
    },
    readers: head.readers,
    judged: head.judged,
    shard: head.shard && { index: head.shard.index, of: head.shard.of },
    formats: head.formats,
    dtype: head.dtype === usualDtype ? undefined : head.dtype,
    rows: head.rows,
    files: {
      'chunks.jsonl': sumFields(head.files['chunks.jsonl']),
      'vectors.npy': sumFields(head.files['vectors.npy']),
    },
    failures: head.failures,
    roots: head.roots,
  };
  const lines = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `"${key}":${JSON.stringify(value)},\n`);
  return `{${lines.join('')}"documents":[`;
}

/** A document as JSON, without comma and newline. */
export function documentLine(entry: DocumentEntry, rootPlaces: ReadonlyMap<string, number>): string {
  const failed = entry.failed === undefined || entry.failed === 0 ? '' : `,"failed":${entry.failed}`;
  const outdated = entry.outdated ? ',"outdated":true' : '';
  const sum = entry.sum === undefined ? '' : `,"sum":"${entry.sum}"`;
  return (
    `{"source":${JSON.stringify(entry.source)},"root":${placeOf(entry.root, rootPlaces)},"hash":"${entry.hash}",` +
    `"rows":${entry.rows},"bytes":${entry.bytes}${sum},"chunks":"${entry.chunks}"${failed}${outdated}}`
  );
}

/** A kept document's entry, marked as outdated when its source is among these. */
export function marked<T extends DocumentEntry>(entry: T, outdated: ReadonlySet<string>): T {
  return outdated.has(entry.source) ? { ...entry, outdated: true } : entry;
}

/** The text after the last document's line. */
export function manifestEnd(
  recordFiles: readonly RecordFile[],
  rootPlaces: ReadonlyMap<string, number>,
): string {
  const lines = recordFiles.map(({ source, root, hash, documents, besides }) =>
    JSON.stringify({ source, root: placeOf(root, rootPlaces), hash, documents, besides }),
  );
  return `\n],\n"recordFiles":[${lines.map((line) => `\n${line}`).join(',')}\n]}\n`;
}

/** Characters of `chunks` for this many rows. */
export function packedLength(rows: number): number {
  return Math.ceil((rows * 16 * 4) / 3);
}

function placeOf(root: string, rootPlaces: ReadonlyMap<string, number>): number {
  const place = rootPlaces.get(root);
  if (place === undefined) throw new Error(`expected one of the writer's roots, got ${JSON.stringify(root)}`);
  return place;
}

function sumFields({ bytes, sha256 }: RowsFile): RowsFile {
  return sha256 === undefined ? { bytes } : { bytes, sha256 };
}
