// `embed forget` without its flags: takes documents out of an output, and out of its destinations, now.
import { dirname, resolve } from 'node:path';
import { UsageError } from '../errors.js';
import { eventsFor } from '../events.js';
import { pathOf, shownDestination } from '../net/destination-address.js';
import { readAgainHash } from '../output/format/manifest.js';
import { Identity } from '../output/identity.js';
import { acquireLock, inspectLock, type Lock } from '../output/lock/lock.js';
import { type Output, openOutput } from '../output/read/output.js';
import { shardsIn } from '../output/shards/find-shards.js';
import { wholeFolder } from '../output/shards/shard.js';
import { recover } from '../output/write/recover.js';
import { openWriter } from '../output/write/writer.js';
import { rowOfLine } from '../search/row.js';
import type { SyncedDestination } from '../sync/work.js';
import { embeddingKey } from '../text/embedded-text.js';
import { printable } from '../text/printable.js';
import { dropTexts } from './cache.js';
import { type Forgotten, forgottenIn, type NamedFiles } from './forgotten.js';
import { noIndex } from './run-state.js';
import { type SyncOptions, sync } from './sync.js';

/** What {@link forget} is told. */
export interface ForgetOptions extends Omit<SyncOptions, 'rebuild' | 'destinations' | 'allowRemovals'> {
  /**
   * As `metadata.source` names them: a document, a file with all of its records, a record of standard input, a folder with
   * all documents below it, or a pattern (`docs/drafts/**`). A line behind it (`docs/faq.md:12`) makes no difference.
   */
  sources: readonly string[];
  /** Other destinations that may hold what is forgotten, for {@link ForgetResult.notSynced}. @default none */
  others?: readonly string[] | undefined;
  /** Drop the vectors of their texts from the cache of the settings, too. @default false */
  dropCached?: boolean | undefined;
}

/** What {@link forget} did. */
export interface ForgetResult {
  /** Documents that are out of the output. */
  documents: string[];
  /** Rows that they had. */
  rows: number;
  /** Commands by which a later ingest leaves out what was named; none for what it would leave out already. */
  ignore: string[];
  /**
   * Vectors that left the cache: those of the documents' texts and, on a disk, those that were stored together with them.
   * Absent unless `dropCached` was asked for.
   */
  cached?: number;
  /** What became of each destination of the settings. */
  destinations: SyncedDestination[];
  /**
   * Destinations that were left out, without passwords: `others`, and those that earlier syncs of this output wrote. What was
   * forgotten may still be there.
   */
  notSynced: string[];
}

/**
 * Takes documents out of the output, and out of the destinations that the settings name. A later ingest that finds them
 * takes them again, unless they are ignored; caches keep their vectors unless `dropCached` is set.
 * @throws {UsageError} when a name stands for no document, or for a record of a file: nothing is forgotten then
 * @throws {ServiceError} when the cache can't be used: the documents are out of the output then, but not of destinations
 * @throws as `sync` does; a destination that fails has its error in the result
 */
export async function forget(options: ForgetOptions): Promise<ForgetResult> {
  const { settings, cwd = process.cwd(), dryRun = false, signal } = options;
  const out = resolve(cwd, settings.out);
  if (options.wait && !dryRun) await untilFree(out, options);
  // Names are looked at before anything is locked.
  const places = await placesOf(out, options);
  const names = new Map<string, NamedFiles>();
  for (const { name, kind, files } of places.flatMap(({ found }) => [...found.names.values()]))
    names.set(name, { name, kind, files: [...new Set([...(names.get(name)?.files ?? []), ...files])] });
  // It walks folders, which who imports the library may never do.
  const { keepOut } = await import('./keep-out.js');
  const ignore = await keepOut(names, {
    ...{ settings, cwd, signal },
    base: dirname(places[0]!.above),
    roots: [...new Set(places.flatMap(({ roots }) => roots))],
  });
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
  return {
    documents: [...documents.keys()],
    rows: [...documents.values()].reduce((sum, rows) => sum + rows, 0),
    ignore,
    ...(cached !== undefined && { cached }),
    destinations: synced,
    notSynced: await notSyncedBy(out, cwd, options),
  };
}

/** Destinations that the sync leaves out. A file has one path, however it is written. */
async function notSyncedBy(
  out: string,
  cwd: string,
  { settings: { sync, index }, others = [] }: ForgetOptions,
): Promise<string[]> {
  const keyOf = (address: string) => pathOf(address, cwd)?.path ?? shownDestination(address);
  const done = new Set(sync.map(keyOf));
  // One that can't be read says nothing; a sync tells what is wrong with it.
  const earlier = await Identity.open(out).then(
    (identity) => identity.destinations(index),
    () => [],
  );
  const left = new Map([...earlier, ...others].map((address) => [keyOf(address), shownDestination(address)]));
  return [...left].filter(([key]) => !done.has(key)).map(([, shown]) => shown);
}

/** A run under way may make the documents that are named. */
async function untilFree(out: string, { signal, events }: ForgetOptions): Promise<void> {
  for (const dir of [out, ...(await shardsIn(out))]) {
    if (!(await inspectLock(dir))?.held) continue;
    await (await acquireLock(dir, { wait: true, signal, events: eventsFor(events) })).release();
  }
}

/** An output that holds some of the sources: the one that is named, and the shards in its folder. */
interface Place {
  dir: string;
  /** The folder of the whole output. */
  above: string;
  /** Paths that its runs named. */
  roots: readonly string[];
  found: Forgotten;
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
      const { shard, roots } = output.manifest;
      const above = wholeFolder(dir, shard);
      const found = forgottenIn(output, sources, dirname(above));
      for (const name of found.names.keys()) missing.delete(name);
      if (found.documents.size + found.files.size > 0) places.push({ dir, above, roots, found });
    });
  }
  if (!isThere) throw await noIndex(settings.out);
  if (missing.size > 0) {
    const shown = [...missing].slice(0, maxShown).map((name) => printable(name));
    const more = missing.size > maxShown ? ` and ${missing.size - maxShown} more` : '';
    const nothing = sources.length > missing.size ? ' Nothing was forgotten.' : '';
    throw new UsageError(
      `The output has no document ${shown.join(', ')}${more}: name it as \`embed list\` and search results do, or a folder or pattern of such names.${nothing}`,
    );
  }
  return places;
}

/** Names that are told. */
const maxShown = 10;

/** @returns how many vectors left the cache; undefined when that wasn't asked for */
async function forgetIn({ dir, above }: Place, options: ForgetOptions): Promise<number | undefined> {
  const { settings, sources, dropCached, wait = false, signal } = options;
  const lock = await acquireLock(dir, { wait, signal, events: eventsFor(options.events) });
  try {
    await recover(dir, undefined, signal);
    const output = (await openOutput(dir, signal && { signal }))!;
    return await using(output, async (previous) => {
      const gone = forgottenIn(previous, sources, dirname(above));
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
  { documents, files }: Forgotten,
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
    const goneOf = new Map<string | undefined, number>();
    for (const source of documents.keys()) {
      const file = previous.recordFileOf(source);
      goneOf.set(file, (goneOf.get(file) ?? 0) + 1);
    }
    for (const { besides: _, ...file } of manifest.recordFiles) {
      if (leaving.has(file.source)) continue;
      const gone = goneOf.get(file.source) ?? 0;
      // Records that come again by standard input are read again.
      const left = gone > 0 ? { documents: file.documents - gone, hash: readAgainHash } : {};
      writer.recordFile({ ...file, ...left });
    }
    for (const failure of await previous.failures()) if (!leaving.has(failure.source)) writer.fail(failure);
    await writer.commit();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}
