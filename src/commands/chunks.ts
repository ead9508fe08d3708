// `embed chunks`: what files become, without an embedder: for "why isn't it found?".
import { stat } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { splitInTurns } from '../chunks/split.js';
import type { Settings } from '../config/settings.js';
import { isBlank } from '../documents/blank.js';
import { hasNoReader } from '../documents/extract.js';
import { DocumentReader } from '../documents/reader/reader.js';
import { DocumentError, UsageError } from '../errors.js';
import { ForeignFileError, readForeign } from '../files/foreign-file.js';
import { limitsOf } from '../ingest/stages/read-options.js';
import { openOutput } from '../output/read/output.js';
import type { Chunk } from '../types/document.js';
import type { Failure } from '../types/failure.js';
import { planChunking } from '../upstream/choose-embedder.js';

/** What {@link chunksOf} is told. */
export interface ChunksOptions {
  /** Files, from the working folder on. */
  paths: readonly string[];
  /** `out` names the output whose chunk size and token counter are used, if there is one. */
  settings: Settings;
  /** Ends the reading. @default never */
  signal?: AbortSignal;
}

/** What became of a file. */
export interface ChunkedFile {
  path: string;
  /** Name of the format that read it; absent for a file without documents. */
  format?: string;
  chunks: Chunk[];
  /** Why the file, or records of it, can't be read. */
  failures: (Failure & { message?: string })[];
}

/** After this time of work, in ms, signals get a turn. */
const turnMs = 30;

/**
 * Reads and splits each file as a run does.
 * @throws {UsageError} when a path is a folder, or doesn't exist
 * @throws {DamagedOutputError} when the output's files contradict each other
 * @throws {NewerOutputError} when a newer version made the output
 * @throws {ServiceError} when no process for a document can be started
 * @throws the signal's reason
 */
export async function* chunksOf(options: ChunksOptions): AsyncGenerator<ChunkedFile, void, undefined> {
  const { paths, settings, signal } = options;
  for (const path of paths) await requireFile(path);
  const chunking = await chunkingOf(settings, signal);
  const reader = new DocumentReader(limitsOf(settings), signal);
  let turn = performance.now();
  try {
    for (const path of paths) {
      signal?.throwIfAborted();
      const file: ChunkedFile = { path, chunks: [], failures: [] };
      try {
        const { documents, failures } = await reader.read(bytesOf(path, settings.maxFileSize), path);
        file.failures.push(...failures);
        for (const lazy of documents) {
          const document = lazy.open();
          file.format = document.format;
          if (isBlank(document)) continue;
          for (const piece of splitInTurns(document, chunking)) {
            if (performance.now() - turn > turnMs) {
              await setImmediate();
              signal?.throwIfAborted();
              turn = performance.now();
            }
            if (piece === undefined) continue;
            const { tables: _, ...chunk } = piece;
            file.chunks.push(chunk);
          }
        }
      } catch (error) {
        if (!(error instanceof DocumentError)) throw error;
        file.failures.push({ source: path, code: error.failure, message: error.message });
      }
      yield file;
    }
  } finally {
    await reader.close();
  }
}

/** The sizes and the counter of the output, or of a run that would make one. */
async function chunkingOf(settings: Settings, signal: AbortSignal | undefined) {
  const output = await openOutput(settings.out, { sums: false, ...(signal && { signal }) });
  try {
    const pinned = output?.manifest.chunking;
    const { counter, chunkTokens } = planChunking(settings, output?.space);
    const size = settings.chunkSize ?? pinned?.size ?? chunkTokens;
    const overlap = settings.chunkOverlap ?? pinned?.overlap ?? 0;
    const headings = (settings.context ?? pinned?.context) === 'headings';
    return { size, overlap, counter, headings };
  } finally {
    await output?.close();
  }
}

async function requireFile(path: string): Promise<void> {
  const found = await stat(path).catch((cause) => {
    throw new UsageError(`${path} can't be read: name a file.`, { cause });
  });
  if (!found.isFile()) throw new UsageError(`${path} is no file: name files, not folders.`);
}

function bytesOf(path: string, maxSize: number): Buffer {
  let bytes: Buffer;
  try {
    bytes = readForeign(path, maxSize);
  } catch (cause) {
    if (!(cause instanceof ForeignFileError))
      throw new DocumentError('unreadable', `${path} can't be read.`, { cause });
    throw new DocumentError('too-large', `${path} is larger than --max-file-size.`, { cause });
  }
  if (hasNoReader(path, bytes)) {
    throw new DocumentError('no-reader', `${path} is in no format that can be read: see \`embed formats\`.`);
  }
  return bytes;
}
