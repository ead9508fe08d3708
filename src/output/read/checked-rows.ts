// Reads the rows of consecutive documents once, and checks them by their sums on the way. Copying, `verify`, recovery
// and the check of a touched output are all this pass; they differ in what they do with the bytes.
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { lineBlocks, UnwrittenError } from '../files/line-blocks.js';
import { mostLineBytes } from '../format/chunk-line.js';
import { damaged } from '../format/damage.js';
import { vectorBytes } from '../format/dtype.js';
import type { Manifest, OutputDocument } from '../format/manifest-reader.js';
import { npyHeaderBytes } from '../format/npy-header.js';
import { chunksName, sumsName, vectorsName } from '../format/owned-names.js';
import { RowSums, rowSumBytes } from '../format/row-sum.js';

/** The open files of an output. */
export interface RowFiles {
  dir: string;
  manifest: Manifest;
  chunks: FileHandle;
  vectors: FileHandle;
  /** Absent in format 1, which has no sums of rows. */
  sums: FileHandle | undefined;
}

/** What is wrong with a document's rows. */
export interface Damage {
  /** The damaged file. */
  name: string;
  /** The document; undefined where the sum of a whole file is wrong. */
  source: string | undefined;
  detail: string;
}

export interface PassOptions {
  /** Index of the first document. @default 0 */
  from?: number;
  /** Index after the last document. @default all */
  to?: number;
  /** Receives the lines in blocks; their memory is overwritten after the promise. */
  lines?: ((block: Buffer) => Promise<void> | undefined) | undefined;
  /** Receives the vectors, as `lines`. */
  vectors?: ((block: Buffer) => Promise<void> | undefined) | undefined;
  /** Called for each damaged document; by default the pass ends with an error. */
  report?: ((damage: Damage) => void) | undefined;
  /** For many passes of few rows each: what `RowSums` of an output of its formats was made for them all. @default a new one */
  sums?: RowSums | undefined;
  signal?: AbortSignal | undefined;
}

/** Some documents that were passed and are right. */
export interface Part {
  /** The documents. */
  documents: readonly OutputDocument[];
  /** Sums of their rows, from 0; the next part overwrites them. */
  sums: RowSums;
}

/** Rows of one part, unless its only document has more: they bound the memory for sums. */
const partRows = 16_384;
const blockBytes = 1024 * 1024;

/**
 * Passes documents in order of their rows. Outputs of format 1 are read, but there is nothing to check them by.
 * @throws {DamagedOutputError} where no `report` is given
 * @throws the signal's reason
 */
export async function* checkedRows(files: RowFiles, options: PassOptions = {}): AsyncGenerator<Part> {
  const { from = 0, to = files.manifest.documents.length, report = refuse(files.dir) } = options;
  const sums = options.sums ?? (await RowSums.create(files.manifest.formats.includes('jsonl')));
  for (let start = from; start < to; ) {
    let end = start + 1;
    let rows = files.manifest.documents[start]!.rows;
    for (; end < to && rows + files.manifest.documents[end]!.rows <= partRows; end++) {
      rows += files.manifest.documents[end]!.rows;
    }
    const documents = files.manifest.documents.slice(start, end);
    sums.clear();
    const passed = await together(
      passLines(files, documents, sums, { ...options, report }),
      passVectors(files, documents, sums, options),
    );
    if (passed && (await checkSums(files, documents, sums, report))) yield { documents, sums };
    start = end;
  }
}

function refuse(dir: string): (damage: Damage) => never {
  return ({ name, source, detail }) => {
    throw damaged(join(dir, name), `${source}: ${detail}`);
  };
}

/** Both passes at once: one hashes while the other waits for the disk. Neither goes on when this is settled. */
async function together(lines: Promise<boolean>, vectors: Promise<void>): Promise<boolean> {
  const [passed, other] = await Promise.allSettled([lines, vectors]);
  if (passed.status === 'rejected') throw passed.reason;
  if (other.status === 'rejected') throw other.reason;
  return passed.value;
}

/** @returns false when there are not as many lines as rows, or not where the manifest says */
async function passLines(
  { chunks }: RowFiles,
  documents: readonly OutputDocument[],
  sums: RowSums,
  { lines, report, signal }: PassOptions & { report: (damage: Damage) => void },
): Promise<boolean> {
  const first = documents[0]!;
  const last = documents.at(-1)!;
  let position = first.firstByte;
  let place = 0;
  /** Goes on to the document of the next line. @returns false when a document doesn't end here as it should */
  const follow = (): boolean => {
    for (let current = documents[place]; current !== undefined; current = documents[++place]) {
      if (first.firstRow + sums.lines < current.firstRow + current.rows) return true;
      if (position !== current.firstByte + current.bytes) return false;
    }
    return true;
  };
  const fault = (detail: string): false => {
    report({ name: chunksName, source: (documents[place] ?? last).source, detail });
    return false;
  };
  if (!follow()) return fault('more lines than rows');
  const range = { from: first.firstByte, bytes: last.firstByte + last.bytes - first.firstByte };
  try {
    for await (const block of lineBlocks(chunks, mostLineBytes, range)) {
      signal?.throwIfAborted();
      const fit = sums.addLines(block, (length) => {
        position += length;
        return place < documents.length && follow();
      });
      if (!fit) return fault('its lines have other lengths than the manifest says');
      const taken = lines?.(block);
      if (taken) await taken;
    }
  } catch (error) {
    if (!(error instanceof UnwrittenError)) throw error;
    return fault(`its lines hold bytes that were never written after row ${first.firstRow + sums.lines}`);
  }
  return place === documents.length || fault('fewer lines than rows');
}

async function passVectors(
  files: RowFiles,
  documents: readonly OutputDocument[],
  sums: RowSums,
  { vectors, signal }: PassOptions,
): Promise<void> {
  const rowBytes = vectorBytes(files.manifest);
  const first = documents[0]!.firstRow;
  const rows = documents.at(-1)!.firstRow + documents.at(-1)!.rows - first;
  const step = Math.max(1, Math.floor(blockBytes / rowBytes));
  const memory = Buffer.allocUnsafe(Math.min(step, rows) * rowBytes);
  for (let row = 0; row < rows; row += step) {
    signal?.throwIfAborted();
    const block = memory.subarray(0, Math.min(step, rows - row) * rowBytes);
    await readFully(files, vectorsName, npyHeaderBytes + (first + row) * rowBytes, block);
    sums.addVectors(block, rowBytes);
    const taken = vectors?.(block);
    if (taken) await taken;
  }
}

/** Holds what was read against rows.sum, and that against the manifest. @returns false when something is wrong */
async function checkSums(
  files: RowFiles,
  documents: readonly OutputDocument[],
  sums: RowSums,
  report: (damage: Damage) => void,
): Promise<boolean> {
  if (files.sums === undefined) return true;
  const first = documents[0]!.firstRow;
  const stored = await readSums(files, first, sums.lines);
  const same = stored.equals(sums.rows());
  let right = true;
  for (const document of documents) {
    const from = document.firstRow - first;
    const to = from + document.rows;
    const now = sums.rows(from, to);
    const before = stored.subarray(from * rowSumBytes, to * rowSumBytes);
    if (same || now.equals(before)) {
      if (sums.ofDocument(from, to) === document.sum) continue;
      const detail = "its sum is not the manifest's";
      report({ name: chunksName, source: document.source, detail });
    } else if (sums.ofDocument(from, to) === document.sum) {
      const detail = "the sums of its rows are not the manifest's";
      report({ name: sumsName, source: document.source, detail });
    } else {
      for (const { name, row } of firstChanges(now, before)) {
        const detail = `row ${document.firstRow + row} is not as it was written`;
        report({ name, source: document.source, detail });
      }
    }
    right = false;
  }
  return right;
}

/** The first row whose line isn't that of the sums, and the first whose vector isn't. */
function firstChanges(now: Buffer, before: Buffer): { name: string; row: number }[] {
  const half = rowSumBytes / 2;
  const changes: { name: string; row: number }[] = [];
  for (const [name, offset] of [
    [chunksName, 0],
    [vectorsName, half],
  ] as const) {
    for (let at = offset; at < now.length; at += rowSumBytes) {
      if (now.compare(before, at, at + half, at, at + half) === 0) continue;
      changes.push({ name, row: Math.floor(at / rowSumBytes) });
      break;
    }
  }
  return changes;
}

/** A part of rows.sum, which must be there. */
export async function readSums(files: RowFiles, first: number, rows: number): Promise<Buffer<ArrayBuffer>> {
  const sums = Buffer.allocUnsafeSlow(rows * rowSumBytes);
  await readFully(files, sumsName, first * rowSumBytes, sums);
  return sums;
}

async function readFully(files: RowFiles, name: string, position: number, into: Buffer): Promise<void> {
  const handle = name === vectorsName ? files.vectors : files.sums;
  for (let done = 0; done < into.length; ) {
    const read = await handle?.read(into, done, into.length - done, position + done);
    if (!read?.bytesRead) throw damaged(join(files.dir, name), 'it ends too soon');
    done += read.bytesRead;
  }
}
