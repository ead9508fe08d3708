// What is searched, as users name it: `notes=./notes-index`, `postgres://host/db`. An output that isn't named is that of
// the settings.
import { dirname, join, resolve } from 'node:path';
import { defaultCacheFolder } from '../cache/disk/default-folder.js';
import { UsageError } from '../errors.js';
import { eventsFor } from '../events.js';
import { type IndexAddress, parseIndexAddress, shownIndex } from '../net/index-address.js';
import { wholeOrShards } from '../output/shards/find-shards.js';
import { printable } from '../text/printable.js';
import type { Corpus } from './corpus.js';
import type { SearcherOptions } from './options.js';

/** Outputs and destinations of one search at most. */
const maxCorpora = 100;

/** @throws {UsageError} when two have one name, or there are too many */
export function namedCorpora({
  settings,
  in: given,
}: Pick<SearcherOptions, 'settings' | 'in'>): NamedCorpus[] {
  const written = given === undefined ? [] : [given].flat();
  if (written.length > maxCorpora) throw new UsageError(`--in: give at most ${maxCorpora}.`);
  if (written.length === 0) return [{ name: undefined, address: settings.out, isFolder: true }];
  const found = written.map((one) => {
    const parts = parseIndexAddress(one);
    if (parts === undefined)
      throw new UsageError(`${shownIndex(one)} is neither a folder nor a destination.`);
    return parts;
  });
  for (const [place, { name }] of found.entries()) {
    if (found.findIndex((one) => one.name === name) === place) continue;
    throw new UsageError(
      `Two indexes are called ${printable(name, 60)}: give each a name, as in --in notes=./notes-index.`,
    );
  }
  return found;
}

/** An output or a destination, as it was named; undefined for the output of the settings. */
export type NamedCorpus = Omit<IndexAddress, 'name'> & { name: string | undefined };

/**
 * Opens all of them; where one fails, none stays open. A folder that holds shards alone stands for all of them.
 * @param noOutput the error for a folder without an output
 * @throws {UsageError} when there is no such output, or no such index in a destination
 * @throws {DestinationError} when a destination can't be reached, or refuses
 * @throws {VectorSpaceError} when the vector space of an index in a destination can't be read
 * @throws {DamagedOutputError} when an output's files contradict each other
 * @throws {NewerOutputError} when a newer version made an output
 */
export async function openCorpora(
  options: SearcherOptions,
  noOutput: (dir: string) => Promise<Error>,
): Promise<Corpus[]> {
  const { settings, signal = new AbortController().signal } = options;
  const events = eventsFor(options.events);
  const notice = (message: string) => events.notice(message, 'destination-note');
  const making = (message: string) => events.notice(message, 'making-words');
  const cacheDir = wordsFolder(settings.cacheDir);
  const opened: Corpus[] = [];
  try {
    for (const { name, address, isFolder } of namedCorpora(options)) {
      if (!isFolder) {
        const { openDestinationCorpus } = await import('./destination-corpus.js');
        opened.push(await openDestinationCorpus(address, { name, settings, signal, notice }));
      } else {
        const { openOutputCorpus } = await import('./output-corpus.js');
        // That of shards is the folder above the one that holds them.
        const base = dirname(resolve(address));
        const from = { name, cacheDir, signal, base, notice: making, noOutput };
        for (const dir of await wholeOrShards(address)) opened.push(await openOutputCorpus(dir, from));
      }
    }
  } catch (error) {
    await closeCorpora(opened);
    throw error;
  }
  return opened;
}

export async function closeCorpora(corpora: readonly Corpus[]): Promise<void> {
  await Promise.allSettled(corpora.map((corpus) => corpus.close()));
}

/** Where word indexes are kept: beside the vectors of the disk cache. */
export function wordsFolder(cacheDir: string | undefined): string {
  return cacheDir === undefined ? join(defaultCacheFolder(), '..', 'words') : join(cacheDir, 'words');
}
