// `embed chunks`: what files become, without an embedder: for "why isn't it found?".
import { dirname, relative, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type SplitOptions, splitInTurns } from '../chunks/split.js';
import type { Settings } from '../config/settings.js';
import { isBlank } from '../documents/blank.js';
import { hasNoReader } from '../documents/extract.js';
import { isGenerated } from '../documents/generated/generated.js';
import { DocumentReader } from '../documents/reader/reader.js';
import { type Root, resolveRoots } from '../documents/walk/paths/roots.js';
import { walk } from '../documents/walk/walk.js';
import { DocumentError, UsageError } from '../errors.js';
import { ForeignFileError, readForeign } from '../files/foreign-file.js';
import { limitsOf } from '../ingest/stages/read-options.js';
import { walkOptions } from '../ingest/survey/found-files.js';
import { asSources } from '../ingest/survey/named-roots.js';
import { stdinRoot } from '../ingest/survey/standard-input.js';
import { openOutput } from '../output/read/output.js';
import type { Chunk } from '../types/document.js';
import type { Failure } from '../types/failure.js';
import { planChunking } from '../upstream/choose-embedder.js';

/** What {@link chunksOf} is told. */
export interface ChunksOptions {
  /** Files, folders and patterns, from the working folder on. */
  paths: readonly string[];
  /** `out` names the output whose chunk size and token counter are used, if there is one; the others say what is left out. */
  settings: Settings;
  /** Max files of folders and patterns that are read. @default all */
  limit?: number;
  /** Called at the end with the number of files beyond the limit, if there are some. */
  left?(files: number): void;
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
 * Reads and splits each file as a run does. Of folders and patterns it takes the files that a run takes.
 * @throws {UsageError} when a path doesn't exist, or a pattern matches nothing
 * @throws {DamagedOutputError} when the output's files contradict each other
 * @throws {NewerOutputError} when a newer version made the output
 * @throws {ServiceError} when no process for a document can be started
 * @throws the signal's reason
 */
export async function* chunksOf(options: ChunksOptions): AsyncGenerator<ChunkedFile, void, undefined> {
  const { settings, limit = Number.POSITIVE_INFINITY, signal } = options;
  const places = await placesOf(options);
  const chunking = await chunkingOf(settings, signal);
  const reader = new DocumentReader(limitsOf(settings), signal);
  let found = 0;
  try {
    for await (const { path, place, isNamed } of filesOf(places, options)) {
      signal?.throwIfAborted();
      if (!isNamed && found >= limit) {
        found++;
        continue;
      }
      const file: ChunkedFile = { path, chunks: [], failures: [] };
      try {
        const bytes = bytesOf(place, path, settings.maxFileSize);
        const hasReader = !hasNoReader(path, bytes);
        if (!isNamed && (!hasReader || (!settings.generated && isGenerated(path, bytes)))) continue;
        if (!isNamed) found++;
        if (!hasReader) {
          throw new DocumentError(
            'no-reader',
            `${path} is in no format that can be read: see \`embed formats\`.`,
          );
        }
        await split(bytes, { file, reader, chunking, signal });
      } catch (error) {
        if (!(error instanceof DocumentError)) throw error;
        file.failures.push({ source: path, code: error.failure, message: error.message });
      }
      yield file;
    }
    if (found > limit) options.left?.(found - limit);
  } finally {
    await reader.close();
  }
}

interface Work {
  file: ChunkedFile;
  reader: DocumentReader;
  chunking: SplitOptions;
  signal: AbortSignal | undefined;
}

async function split(bytes: Buffer, { file, reader, chunking, signal }: Work): Promise<void> {
  let turn = performance.now();
  const { documents, failures } = await reader.read(bytes, file.path);
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
}

interface Place {
  /** As it was typed. */
  typed: string;
  root: Root;
}

/** What each path names, in the order of the paths. */
async function placesOf({ paths, settings }: ChunksOptions): Promise<Place[]> {
  const cwd = process.cwd();
  const base = dirname(resolve(settings.out));
  const places: Place[] = [];
  for (const typed of paths) {
    if (typed === stdinRoot) throw new UsageError('Standard input has no chunks: name files or folders.');
    for (const root of await resolveRoots([typed], cwd, base)) {
      const roots = asSources(root, settings.sources, cwd, base);
      places.push(...roots.map((one) => ({ typed, root: one })));
    }
  }
  return places;
}

interface FoundFile {
  /** From the working folder on. */
  path: string;
  place: Buffer | string;
  /** It was typed itself: nothing leaves it out. */
  isNamed: boolean;
}

async function* filesOf(
  places: readonly Place[],
  { settings, signal }: ChunksOptions,
): AsyncGenerator<FoundFile> {
  const walked = walkOptions(settings, resolve(settings.out), signal);
  for (const { typed, root } of places) {
    if (root.kind === 'file' && root.glob === undefined) {
      yield { path: typed, place: typed, isNamed: true };
      continue;
    }
    for await (const group of walk([root], walked)) {
      for (const entry of group) {
        if (entry.kind !== 'file') continue;
        const { path: place } = entry;
        yield { path: relative(process.cwd(), place.toString()), place, isNamed: entry.choice === 'named' };
      }
    }
  }
}

/** The sizes and the counter of the output, or of a run that would make one. */
async function chunkingOf(settings: Settings, signal: AbortSignal | undefined): Promise<SplitOptions> {
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

function bytesOf(place: Buffer | string, path: string, maxSize: number): Buffer {
  try {
    return readForeign(place, maxSize);
  } catch (cause) {
    if (!(cause instanceof ForeignFileError))
      throw new DocumentError('unreadable', `${path} can't be read.`, { cause });
    throw new DocumentError('too-large', `${path} is larger than --max-file-size.`, { cause });
  }
}
