// `embed forget` without its flags: takes documents out of an output, and out of its destinations, now.
import { basename, dirname, join, resolve } from 'node:path';
import { embedignoreName, maxIgnoreFileBytes } from '../documents/walk/rules/ignore-files.js';
import { UsageError } from '../errors.js';
import { eventsFor } from '../events.js';
import { readForeign } from '../files/foreign-file.js';
import { stdinRoot } from '../ingest/survey/standard-input.js';
import { readAgainHash } from '../output/format/manifest.js';
import { acquireLock, type Lock } from '../output/lock/lock.js';
import { type Output, openOutput } from '../output/read/output.js';
import { shardsIn } from '../output/shards/find-shards.js';
import { wholeFolder } from '../output/shards/shard.js';
import { recover } from '../output/write/recover.js';
import { openWriter } from '../output/write/writer.js';
import { rowOfLine } from '../search/row.js';
import type { SyncedDestination } from '../sync/work.js';
import { embeddingKey } from '../text/embedded-text.js';
import { command } from '../text/plural.js';
import { printable } from '../text/printable.js';
import { dropTexts } from './cache.js';
import { noIndex } from './run-state.js';
import { type SyncOptions, sync } from './sync.js';

/** What {@link forget} is told. */
export interface ForgetOptions extends Omit<SyncOptions, 'rebuild' | 'destinations' | 'allowRemovals'> {
  /** As `metadata.source` names them: a document, a file with all of its records, or a record of standard input. */
  sources: readonly string[];
  /** Drop the vectors of their texts from the cache of the settings, too. @default false */
  dropCached?: boolean | undefined;
}

/** What {@link forget} did. */
export interface ForgetResult {
  /** Documents that are out of the output. */
  documents: string[];
  /** Rows that they had. */
  rows: number;
  /** A command for each file, by which a later ingest leaves it out. */
  ignore: string[];
  /**
   * Vectors that left the cache: those of the documents' texts and, on a disk, those that were stored together with them.
   * Absent unless `dropCached` was asked for.
   */
  cached?: number;
  /** What became of each destination of the settings. */
  destinations: SyncedDestination[];
}

/**
 * Takes documents out of the output, and out of the destinations that the settings name. A later ingest that finds them
 * takes them again, unless they are ignored; caches keep their vectors unless `dropCached` is set.
 * @throws {UsageError} when the output has no such document, or it is a record of a file
 * @throws {ServiceError} when the cache can't be used: the documents are out of the output then, but not of destinations
 * @throws as `sync` does; a destination that fails has its error in the result
 */
export async function forget(options: ForgetOptions): Promise<ForgetResult> {
  const { settings, cwd = process.cwd(), dryRun = false } = options;
  const out = resolve(cwd, settings.out);
  // Names are looked at before anything is locked.
  const places = await placesOf(out, options);
  let cached: number | undefined;
  for (const place of dryRun ? [] : places) {
    const dropped = await forgetIn(place, options);
    if (dropped !== undefined) cached = (cached ?? 0) + dropped;
  }
  const synced =
    settings.sync.length === 0 || dryRun
      ? []
      : (await sync({ ...options, allowRemovals: true })).destinations;
  // The merged output holds the documents of its shards, too.
  const documents = new Map(places.flatMap(({ found }) => [...found.documents]));
  const files = new Set(places.flatMap(({ found }) => found.files));
  return {
    documents: [...documents.keys()],
    rows: [...documents.values()].reduce((sum, rows) => sum + rows, 0),
    ignore: [...files].map((source) => ignoring(resolve(dirname(places[0]!.above), source))),
    ...(cached !== undefined && { cached }),
    destinations: synced,
  };
}

/** An output that holds some of the sources: the one that is named, and the shards in its folder. */
interface Place {
  dir: string;
  /** The folder of the whole output. */
  above: string;
  sources: string[];
  found: Found;
}

async function placesOf(out: string, { settings, sources, signal }: ForgetOptions): Promise<Place[]> {
  const places: Place[] = [];
  const missing = new Set(sources);
  let isThere = false;
  for (const dir of [out, ...(await shardsIn(out))]) {
    const known = await openOutput(dir, signal && { signal });
    if (known === undefined) continue;
    isThere = true;
    await using(known, (output) => {
      const own = sources.filter((source) => output.document(source) ?? output.recordFile(source));
      for (const source of own) missing.delete(source);
      const above = wholeFolder(dir, output.manifest.shard);
      if (own.length > 0) places.push({ dir, above, sources: own, found: foundIn(output, own) });
    });
  }
  if (!isThere) throw await noIndex(settings.out);
  for (const source of missing) {
    throw new UsageError(
      `The output has no document ${printable(source)}: name it as \`embed list\` and search results do.`,
    );
  }
  return places;
}

/** @returns how many vectors left the cache; undefined when that wasn't asked for */
async function forgetIn({ dir, sources }: Place, options: ForgetOptions): Promise<number | undefined> {
  const { settings, dropCached, wait = false, signal } = options;
  const lock = await acquireLock(dir, { wait, signal, events: eventsFor(options.events) });
  try {
    await recover(dir, undefined, signal);
    const output = (await openOutput(dir, signal && { signal }))!;
    return await using(output, async (previous) => {
      const gone = foundIn(previous, sources);
      const texts = dropCached ? await textsOf(previous, gone.documents.keys()) : [];
      await without(previous, gone, dir, lock);
      return dropCached ? await dropTexts(settings, previous.space.id, texts) : undefined;
    });
  } finally {
    await lock.release();
  }
}

async function using<T>(output: Output, work: (output: Output) => Promise<T> | T): Promise<T> {
  try {
    return await work(output);
  } finally {
    await output.close();
  }
}

interface Found {
  /** Sources of documents that go, with their rows. */
  documents: Map<string, number>;
  /** Files of their own, and files of records, that go. */
  files: string[];
}

function foundIn(output: Output, sources: readonly string[]): Found {
  const found: Found = { documents: new Map(), files: [] };
  for (const source of new Set(sources)) {
    const document = output.document(source);
    const file = document && output.recordFileOf(source);
    if (file !== undefined && document?.root !== stdinRoot) {
      throw new UsageError(
        `${printable(source)} is a record of ${printable(file)}: take it out of that file, or forget the whole file.`,
      );
    }
    const isFileOfRecords = output.recordFile(source) !== undefined;
    if (document === undefined && !isFileOfRecords) continue;
    const gone = isFileOfRecords
      ? output.documents().filter((one) => output.recordFileOf(one.source) === source)
      : [document!];
    for (const { source: one, rows } of gone) found.documents.set(one, rows);
    if (file === undefined && document?.root !== stdinRoot) found.files.push(source);
  }
  return found;
}

/** The hashes of their texts with their contexts, as caches know them. */
async function textsOf(output: Output, sources: Iterable<string>): Promise<string[]> {
  const hashes = new Set<string>();
  for (const source of sources) {
    const document = output.document(source)!;
    let row = document.firstRow;
    for await (const line of document.rows === 0 ? [] : output.lines(document)) {
      const { text, metadata } = rowOfLine(output, row++, line.toString('utf8'));
      hashes.add(embeddingKey({ text, context: metadata.context }));
    }
  }
  return [...hashes];
}

/** Writes the output without some documents. */
async function without(
  previous: Output,
  { documents, files }: Found,
  out: string,
  lock: Lock,
): Promise<void> {
  const { space, manifest } = previous;
  const { chunking, readers, formats, dtype, roots } = manifest;
  const leaving = new Set([...documents.keys(), ...files]);
  const writer = await openWriter(out, {
    previous,
    space,
    chunking,
    readers,
    formats,
    dtype,
    roots,
    leaving,
    lock,
  });
  try {
    for (const { source, outdated = false } of previous.documents()) {
      if (documents.has(source)) continue;
      await writer.keep(source, { recordOf: previous.recordFileOf(source), outdated });
    }
    const partly = new Set([...documents.keys()].map((source) => previous.recordFileOf(source)));
    for (const { besides: _, ...file } of manifest.recordFiles) {
      if (leaving.has(file.source)) continue;
      const gone = [...documents.keys()].filter(
        (source) => previous.recordFileOf(source) === file.source,
      ).length;
      // Records that come again by standard input are read again.
      const left = partly.has(file.source) ? { documents: file.documents - gone, hash: readAgainHash } : {};
      writer.recordFile({ ...file, ...left });
    }
    for (const failure of await previous.failures()) if (!leaving.has(failure.source)) writer.fail(failure);
    await writer.commit();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** A shell command that has a file ignored from its own folder on. */
function ignoring(path: string): string {
  const line = `/${basename(path).replace(/[\\*?[\]!# ]/g, '\\$&')}`;
  const file = join(dirname(path), embedignoreName);
  if (!endsItsLastLine(file)) return command`printf '\\n%s\\n' ${line} >> ${file}`;
  // Some shells' `echo` takes a backslash for the start of an escape.
  if (line.includes('\\')) return command`printf '%s\\n' ${line} >> ${file}`;
  return command`echo ${line} >> ${file}`;
}

/** Whether what is appended to an ignore file starts a line; so it does where there is none, or none that can be read. */
function endsItsLastLine(path: string): boolean {
  try {
    const last = readForeign(path, maxIgnoreFileBytes).at(-1);
    return last === undefined || last === newline;
  } catch {
    return true;
  }
}

const newline = 10;
