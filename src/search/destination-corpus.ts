// An index in a destination as what is searched: by the destination's own searches. What it can't filter is filtered here:
// its rows are fetched in growing pages until enough are found, or all are seen.
import { dirname, resolve } from 'node:path';
import type { Settings } from '../config/settings.js';
import type { Destination, FoundRow, WordSearch } from '../destinations/destination.js';
import { openDestination } from '../destinations/open.js';
import { UsageError, VectorSpaceError } from '../errors.js';
import { isObject, isPlain } from '../text/plain-json.js';
import { printable } from '../text/printable.js';
import type { VectorSpace } from '../types/space.js';
import type { Vector } from '../types/vector.js';
import { spaceFromJson } from '../vectors/space-json.js';
import type { Corpus, Hit, Place, QuestionWords } from './corpus.js';
import type { Filter } from './filter.js';
import { metadataBounds, type OutputRow, type RowMetadata } from './row.js';
import type { NamedSources } from './source-patterns.js';
import { maxRowsOfFile, WordsOfFile } from './words/words-of-file.js';

/** Rows for each one that is wanted, at first: the same text may be in several. */
const rowsPerHit = 2;

export interface DestinationCorpusOptions {
  /** As the user named it. */
  name: string | undefined;
  /** `index` names the index. */
  settings: Settings;
  signal: AbortSignal;
  notice(message: string): void;
}

/**
 * @throws {UsageError} when the destination holds no such index
 * @throws {DestinationError} when it can't be reached, or refuses
 * @throws {VectorSpaceError} when the vector space of its index can't be read
 */
export async function openDestinationCorpus(
  address: string,
  options: DestinationCorpusOptions,
): Promise<Corpus> {
  const { settings, signal, notice, name } = options;
  const { index, batchTimeout: timeoutMs } = settings;
  const destination = await openDestination({
    ...{ address, index, timeoutMs, signal, isFromFile: false, cwd: process.cwd() },
    proxies: settings,
    notice,
  });
  try {
    // Its rows come from an output, most likely that of the settings.
    const named = { base: dirname(resolve(settings.out)) };
    return new DestinationCorpus(destination, await spaceOf(destination, index), { name, index, named });
  } catch (error) {
    await destination.close();
    throw error;
  }
}

async function spaceOf(destination: Destination, index: string): Promise<VectorSpace> {
  const { shown } = destination;
  const kept = await destination.check();
  if (kept.index === undefined) {
    const others = kept.others.slice(0, 3).map(({ name }) => `"${printable(name, 60)}"`);
    const known = others.length === 0 ? '' : ` It holds ${others.join(', ')}.`;
    throw new UsageError(
      `${shown} holds no index "${printable(index, 100)}": name it with --index, or run \`embed sync\` first.${known}`,
    );
  }
  const space = spaceFromJson(kept.index.space);
  if (space === undefined) {
    throw new VectorSpaceError(
      `The vector space of the index in ${shown} can't be read: run \`embed sync\` with --rebuild.`,
    );
  }
  return space;
}

/** A text, and the sources of the rows that hold it, as far as they were found. */
interface FoundOnce {
  row: OutputRow;
  sources: Set<string>;
}

class DestinationCorpus implements Corpus {
  readonly name: string | undefined;
  readonly shown: string;
  readonly space: VectorSpace;
  readonly named: NamedSources;
  readonly counter = undefined;
  readonly #destination: Destination;
  readonly #words: WordSearch | undefined;

  constructor(
    destination: Destination,
    space: VectorSpace,
    { name, index, named }: { name: string | undefined; index: string; named: NamedSources },
  ) {
    this.named = named;
    this.#destination = destination;
    const { words, contents } = destination;
    this.#words = words ?? (contents && new WordsOfFile(destination, contents));
    this.space = space;
    this.name = name;
    this.shown = `"${printable(index, 100)}" in ${destination.shown}`;
  }

  async nearest(questions: readonly Vector[], most: number, filter: Filter): Promise<Hit[][]> {
    const lists: Hit[][] = [];
    for (const vector of questions) {
      const ask = (rows: number) => this.#destination.search(vector, rows);
      lists.push(await this.#filtered(ask, most, filter, filter.least));
    }
    return lists;
  }

  async isReadyForWords(): Promise<boolean> {
    // An index that must be made for each search is made only when it is asked for.
    return (await this.#destination.words?.isSetUp()) ?? false;
  }

  async matching(questions: readonly QuestionWords[], most: number, filter: Filter): Promise<Hit[][]> {
    const { shown, words: own } = this.#destination;
    const search = this.#words;
    if (search === undefined) {
      throw new UsageError(
        `${shown} has no search by words: search it by vectors (--vectors), or the output itself.`,
      );
    }
    if (!(await search.isSetUp())) {
      if (own === undefined) {
        throw new UsageError(
          `${shown} has more than ${maxRowsOfFile} rows, too many for a search by words: search it by vectors (--vectors), or the output itself.`,
        );
      }
      throw new UsageError(
        `${shown} isn't set up for a search by words: run \`embed sync --words\` with it first.`,
      );
    }
    const lists: Hit[][] = [];
    for (const { typed } of questions) {
      const ask = (rows: number) => search.search(typed, rows);
      lists.push(typed.length === 0 ? [] : await this.#filtered(ask, most, filter));
    }
    return lists;
  }

  /** Asks for growing numbers of rows until enough of them are taken. */
  async #filtered(
    ask: (most: number) => Promise<FoundRow[]>,
    most: number,
    filter: Filter,
    least = Number.NEGATIVE_INFINITY,
  ): Promise<Hit[]> {
    for (let wanted = most * rowsPerHit; ; wanted *= 2) {
      const rows = await ask(wanted);
      const hits = new Map<string, Hit>();
      for (const row of rows) {
        if (row.score < least) break;
        const found = rowOf(row, this.#destination.shown);
        if (!filter.takesSource(found.metadata.source) || !filter.takesMetadata(found.metadata)) continue;
        const key = filter.asksMetadata ? found.id : found.text;
        const known = hits.get(key);
        if (known !== undefined) (known.at as FoundOnce).sources.add(found.metadata.source);
        else if (hits.size < most) {
          const sources = new Set([found.metadata.source]);
          hits.set(key, { key, score: Number(row.score), at: { row: found, sources } satisfies FoundOnce });
        }
      }
      const worst = rows.at(-1)?.score ?? least;
      if (hits.size >= most || rows.length < wanted || worst < least) return [...hits.values()];
    }
  }

  async telling(words: readonly string[]): Promise<string[]> {
    // How many rows hold a word isn't known here: short words hold the others together, in most languages.
    const long = words.filter((word) => word.length > 3 || /[^a-z]/.test(word));
    return long.length > 0 ? long : [...words];
  }

  async cosines(hits: readonly Hit[], question: Vector): Promise<number[]> {
    const ids = hits.map(({ at }) => (at as FoundOnce).row.id);
    const found = await this.#words!.vectorsOf(ids);
    return ids.map((id) => {
      const vector = found.get(id);
      if (vector === undefined) return -1;
      let sum = 0;
      let length = 0;
      for (let i = 0; i < question.length; i++) {
        sum += (vector[i] ?? 0) * question[i]!;
        length += (vector[i] ?? 0) ** 2;
      }
      return length === 0 ? -1 : sum / Math.sqrt(length);
    });
  }

  async read({ at }: Hit): Promise<OutputRow> {
    return (at as FoundOnce).row;
  }

  async sourcesOf(hits: readonly Hit[]): Promise<string[][]> {
    return hits.map(({ at }) => [...(at as FoundOnce).sources]);
  }

  async find(place: Place): Promise<OutputRow[]> {
    const rows = await this.#destination.find(place);
    return rows.map((row) => rowOf({ ...row, score: 0 }, this.#destination.shown));
  }

  async close(): Promise<void> {
    await this.#destination.close();
  }
}

/** @throws {UsageError} when others wrote the row so that it is none */
function rowOf({ id, text, source, metadata: written }: FoundRow, shown: string): OutputRow {
  let metadata: unknown;
  try {
    metadata = JSON.parse(written);
  } catch {
    metadata = undefined;
  }
  if (!isObject(metadata) || !isPlain(metadata, metadataBounds)) {
    throw new UsageError(
      `${shown}: the metadata of row ${printable(id, 60)} can't be read: run \`embed sync\` again.`,
    );
  }
  const { heading, line, chunk } = metadata as Partial<RowMetadata>;
  const whole: RowMetadata = {
    ...metadata,
    source,
    chunk: typeof chunk === 'number' ? chunk : 0,
    line: typeof line === 'number' ? line : 1,
    heading: Array.isArray(heading) ? heading.map(String) : [],
  };
  return { id, text, metadata: whole };
}
