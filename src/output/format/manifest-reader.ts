// Reads a manifest line by line. It needs constant memory beside its result, and trusts nothing: any fault is
// reported here as one sentence, not later as a crash or a wrong index.
import type { FileHandle } from 'node:fs/promises';
import { isObject } from '../../text/plain-json.js';
import { compareSources } from '../../text/source-order.js';
import { spaceFromJson } from '../../vectors/space-json.js';
import { blockBytes, lineBlocks, UnwrittenError } from '../files/line-blocks.js';
import { damaged, newer } from './damage.js';
import { usualDtype } from './dtype.js';
import {
  type DocumentEntry,
  formatFor,
  type ManifestFormat,
  type ManifestHead,
  manifestFormat,
  maxEntryBytes,
  maxHeadBytes,
  packedLength,
  type RecordFile,
  type RowsFile,
} from './manifest.js';
import { isChunking, isCount, isDtype, isFormat, isHash, isShardJson, isTexts } from './manifest-fields.js';
import { chunksName, vectorsName } from './owned-names.js';

/** A document with its place in the output's files. */
export interface OutputDocument extends DocumentEntry {
  /** Its place among the documents. */
  index: number;
  /** Its first row, in lines and vectors. */
  firstRow: number;
  /** Where its lines start in chunks.jsonl. */
  firstByte: number;
}

export interface Manifest extends ManifestHead {
  documents: OutputDocument[];
  recordFiles: RecordFile[];
}

const documentsStart = '\n"documents":[\n';
const documentsEnd = '],\n';
const recordFilesStart = /^"recordFiles":\[\n/;
const recordFilesEnd = ']}\n';
const hashesStart = '"chunks":"';
/** The readers of an output whose manifest doesn't name them: there were no others, and one version of each. */
const firstReaders = {
  code: 1,
  csv: 1,
  docx: 1,
  html: 1,
  json: 1,
  jsonl: 1,
  markdown: 1,
  notebook: 1,
  pdf: 1,
  rst: 1,
  text: 1,
};
const hex16 = /^[0-9a-f]{16}$/;

/**
 * The number of a manifest's format; NaN for none. Called before any other check, since each format may have other
 * files. Every format begins with its number.
 * @throws {NewerOutputError} when this version doesn't know the manifest's format
 */
export async function formatOf(handle: FileHandle, dir: string): Promise<number> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
  const format = /^\s*\{\s*"format"\s*:\s*(\d+)/.exec(buffer.toString('latin1', 0, bytesRead))?.[1];
  if (Number(format) > manifestFormat) throw newer(dir, Number(format), manifestFormat);
  return Number(format);
}

/** @throws {DamagedOutputError} naming `path`, when anything in it is not as the writer left it */
export async function readManifest(handle: FileHandle, path: string): Promise<Manifest> {
  try {
    const parser = new Parser();
    for await (const block of lineBlocks(handle, maxEntryBytes)) parser.take(block.toString('utf8'));
    return parser.end();
  } catch (error) {
    if (error instanceof Malformed || error instanceof UnwrittenError) throw damaged(path, error.message);
    if (error instanceof SyntaxError) throw damaged(path, 'not the JSON that was written', error);
    throw error;
  }
}

class Malformed extends Error {}

/** Parses the sections in order, from blocks of whole lines. */
class Parser {
  #head: string | undefined = '';
  #manifest!: Manifest;
  #section: 'documents' | 'record files' | 'end' = 'documents';
  readonly #totals = { rows: 0, bytes: 0 };

  take(block: string): void {
    let text = block;
    if (this.#head !== undefined) text = this.#takeHead(this.#head + block);
    if (this.#section === 'documents') text = this.#takeDocuments(text);
    if (this.#section === 'record files') text = this.#takeRecordFiles(text);
    if (this.#section === 'end' && text !== '') throw new Malformed('more bytes after its end');
  }

  /** @returns what follows it */
  #takeHead(text: string): string {
    if (text.length > maxHeadBytes) throw new Malformed('no documents');
    const at = text.indexOf(documentsStart);
    this.#head = at === -1 ? text : undefined;
    if (at === -1) return '';
    const head = parseHead(JSON.parse(`${text.slice(0, at)}${documentsStart}]}`));
    this.#manifest = { ...head, documents: [], recordFiles: [] };
    return text.slice(at + documentsStart.length);
  }

  #takeDocuments(text: string): string {
    const { lines, rest } = untilLine(text, documentsEnd);
    for (const entry of parseEntries(lines)) addDocument(this.#manifest, entry, this.#totals);
    if (rest !== undefined) this.#section = 'record files';
    return rest ?? '';
  }

  #takeRecordFiles(text: string): string {
    const { lines, rest } = untilLine(text.replace(recordFilesStart, ''), recordFilesEnd);
    for (const entry of parseEntries(lines)) addRecordFile(this.#manifest, entry);
    if (rest !== undefined) this.#section = 'end';
    return rest ?? '';
  }

  end(): Manifest {
    if (this.#section !== 'end') throw new Malformed('cut short');
    const { rows, files } = this.#manifest;
    if (this.#totals.rows !== rows) throw new Malformed('its rows do not add up');
    if (this.#totals.bytes !== files[chunksName].bytes) throw new Malformed('its bytes do not add up');
    return this.#manifest;
  }
}

/** The lines before `line`, and the rest after it; `rest` is undefined when `line` is not in the text. */
function untilLine(text: string, line: string): { lines: string; rest?: string } {
  const at = text.startsWith(line) ? 0 : text.indexOf(`\n${line}`) + 1;
  if (at === 0 && !text.startsWith(line)) return { lines: text };
  return { lines: text.slice(0, at), rest: text.slice(at + line.length) };
}

/**
 * Parses lines of entries. All but the last of a section end with a comma. One call of JSON.parse for all of them
 * takes half the time of ten thousand calls with a line each.
 */
function parseEntries(lines: string): unknown[] {
  if (lines.length <= 2 * blockBytes) return JSON.parse(`[${withoutComma(lines)}]`);
  const end = lines.indexOf('\n') + 1 || lines.length;
  return [parseLong(lines.slice(0, end)), ...parseEntries(lines.slice(end))];
}

/** Parses the entry of a document with very many chunks. Only the hashes may make it long: parsed JSON of any other kind takes many times the memory of its text. */
function parseLong(line: string): unknown {
  const start = line.indexOf(hashesStart) + hashesStart.length;
  const end = line.indexOf('"', start);
  if (start < hashesStart.length || line.length - (end - start) > blockBytes) {
    throw new Malformed('a line without end');
  }
  const entry = JSON.parse(withoutComma(line.slice(0, start) + line.slice(end)));
  return isObject(entry) ? { ...entry, chunks: line.slice(start, end) } : entry;
}

function withoutComma(lines: string): string {
  return lines.endsWith(',\n') ? lines.slice(0, -2) : lines;
}

function parseHead(json: Record<string, unknown>): ManifestHead {
  const { format } = json;
  if (format !== 1 && format !== 2 && format !== 3) {
    throw new Malformed(
      `its format is ${typeof format === 'number' ? format : 'none'}, this version reads ${manifestFormat}`,
    );
  }
  const space = spaceFromJson(json.space);
  if (space === undefined) throw new Malformed('its vector space is not what its id says');
  const {
    chunking,
    readers = firstReaders,
    judged,
    shard,
    formats,
    dtype = usualDtype,
    rows,
    files,
    failures,
    roots,
  } = json;
  if (!isChunking(chunking)) throw new Malformed('chunking');
  if (!isObject(readers) || !Object.values(readers).every(isCount)) throw new Malformed('readers');
  if (judged !== undefined && !isCount(judged)) throw new Malformed('judged');
  if (shard !== undefined && !isShardJson(shard)) throw new Malformed('shard');
  if (!isCount(rows)) throw new Malformed('rows');
  if (!Array.isArray(formats) || !formats.every(isFormat)) throw new Malformed('formats');
  if (!isDtype(dtype) || (dtype !== usualDtype && format < formatFor(dtype))) throw new Malformed('dtype');
  if (!isTexts(roots)) throw new Malformed('roots');
  if (failures !== undefined && !isHash(failures)) throw new Malformed('failures');
  if (!isObject(files)) throw new Malformed('files');
  return {
    format,
    space,
    chunking,
    readers: readers as Record<string, number>,
    ...(judged !== undefined && { judged }),
    ...(shard !== undefined && { shard: { index: shard.index, of: shard.of } }),
    formats,
    dtype,
    rows,
    files: {
      [chunksName]: rowsFile(files[chunksName], format),
      [vectorsName]: rowsFile(files[vectorsName], format),
    },
    ...(failures !== undefined && { failures }),
    roots,
  };
}

function addDocument(manifest: Manifest, json: unknown, totals: { rows: number; bytes: number }): void {
  const place = `document ${manifest.documents.length}`;
  if (!isObject(json)) throw new Malformed(place);
  const { source, root, hash, rows, bytes, sum, chunks, failed, outdated } = json;
  if (typeof source !== 'string' || typeof hash !== 'string' || typeof chunks !== 'string') {
    throw new Malformed(place);
  }
  const rootName = typeof root === 'number' ? manifest.roots[root] : undefined;
  // A wrong digit in a hash does no harm: the document then counts as changed.
  if (rootName === undefined || hash.length !== 64 || !isCount(rows) || !isCount(bytes)) {
    throw new Malformed(place);
  }
  if (manifest.format !== 1 && (typeof sum !== 'string' || !hex16.test(sum))) {
    throw new Malformed(`${place}: sum`);
  }
  if (chunks.length !== packedLength(rows)) throw new Malformed(`${place}: chunks`);
  if (failed !== undefined && !isCount(failed)) throw new Malformed(`${place}: failed`);
  const before = manifest.documents.at(-1);
  if (before !== undefined && compareSources(before.source, source) >= 0) {
    throw new Malformed(`${place}: out of order`);
  }
  const entry: OutputDocument = {
    source,
    root: rootName,
    hash,
    rows,
    bytes,
    chunks,
    index: manifest.documents.length,
    firstRow: totals.rows,
    firstByte: totals.bytes,
  };
  if (manifest.format !== 1) entry.sum = sum as string;
  if (failed !== undefined) entry.failed = failed;
  if (outdated !== undefined) entry.outdated = true;
  totals.rows += rows;
  totals.bytes += bytes;
  manifest.documents.push(entry);
}

function addRecordFile(manifest: Manifest, json: unknown): void {
  const place = `record file ${manifest.recordFiles.length}`;
  if (!isObject(json)) throw new Malformed(place);
  const { source, root, hash, documents, besides } = json;
  const rootName = typeof root === 'number' ? manifest.roots[root] : undefined;
  if (typeof source !== 'string' || !isHash(hash) || !isCount(documents)) throw new Malformed(place);
  if (rootName === undefined) throw new Malformed(place);
  const file: RecordFile = { source, root: rootName, hash, documents };
  if (besides !== undefined) {
    if (!isTexts(besides)) throw new Malformed(`${place}: besides`);
    file.besides = besides;
  }
  manifest.recordFiles.push(file);
}

function rowsFile(value: unknown, format: ManifestFormat): RowsFile {
  if (!isObject(value) || !isCount(value.bytes)) throw new Malformed('files');
  const { bytes, sha256 } = value;
  if (format !== 1) return { bytes };
  if (!isHash(sha256)) throw new Malformed('files');
  return { bytes, sha256 };
}
