// An output as what is searched: exact cosine with every vector, and BM25 by a word index of all rows.
import type { OutputDocument } from '../output/format/manifest-reader.js';
import { type Output, openOutput } from '../output/read/output.js';
import { keyOfRow, sourcesWith } from '../output/read/row-keys.js';
import { listRows } from '../output/read/row-list.js';
import { RowsByKey } from '../output/read/rows-by-key.js';
import type { Vector } from '../types/vector.js';
import { dot } from '../vectors/dot.js';
import type { Corpus, Hit, Place, QuestionWords } from './corpus.js';
import type { Filter } from './filter.js';
import { nearestRows } from './nearest.js';
import { type OutputRow, readRow, rowOfLine } from './row.js';
import type { NamedSources } from './source-patterns.js';
import { bestMatches } from './words/best-matches.js';
import { isWordIndexKept, wordIndexOf } from './words/kept-index.js';
import type { WordIndex } from './words/word-index.js';

/** Rows whose word index is made without being asked for; of more, that takes too long. */
const rowsMadeUnasked = 50_000;
/** A word that more of the rows hold tells hardly anything. */
const tellingShare = 0.1;
/** Rows that are read ahead of a filter by metadata. */
const rowsAtOnce = 256;

/** Of outputs that stay open, for the next question. */
const wordIndexes = new WeakMap<Output, Promise<WordIndex>>();

const rowsByKey = new WeakMap<Output, RowsByKey>();

export interface OutputCorpusOptions {
  /** As the user named it. */
  name: string | undefined;
  /** The folder in which word indexes are kept. */
  cacheDir: string;
  signal: AbortSignal;
  /** The folder that relative sources start from, absolute. @default they are no paths */
  base?: string;
  /** The error for a folder without an output. */
  noOutput(dir: string): Promise<Error>;
  /** The output stays open when the corpus is closed. @default false */
  stays?: boolean;
  /** Tells what takes a while. */
  notice(message: string): void;
}

/**
 * @throws {UsageError} when there is no output
 * @throws {DamagedOutputError} when its files contradict each other
 * @throws {NewerOutputError} when a newer version made it
 */
export async function openOutputCorpus(dir: string, options: OutputCorpusOptions): Promise<OutputCorpus> {
  const output = await openOutput(dir, { signal: options.signal });
  if (output === undefined) {
    throw await options.noOutput(dir);
  }
  return new OutputCorpus(output, options);
}

export class OutputCorpus implements Corpus {
  readonly name: string | undefined;
  readonly shown: string;
  readonly output: Output;
  readonly #options: Omit<OutputCorpusOptions, 'noOutput'>;
  readonly #read = new Map<number, OutputRow>();
  #ids: Promise<Map<string, number>> | undefined;

  constructor(output: Output, options: Omit<OutputCorpusOptions, 'noOutput'>) {
    this.output = output;
    this.name = options.name;
    this.shown = output.dir;
    this.#options = options;
  }

  get space() {
    return this.output.space;
  }

  get named(): NamedSources {
    return { base: this.#options.base, all: () => this.output.documents().map(({ source }) => source) };
  }

  get counter(): string {
    return this.output.manifest.chunking.counter;
  }

  async nearest(questions: readonly Vector[], most: number, filter: Filter): Promise<Hit[][]> {
    const { signal } = this.#options;
    const takes = this.#takes(filter);
    const keyOf = this.#keys(filter);
    if (!filter.asksMetadata) {
      return await nearestRows(this.output, questions, { most, takes, keyOf, least: filter.least, signal });
    }
    // What metadata is asked of is read, so the lists grow until enough of their rows fit.
    const lists: Hit[][] = questions.map(() => []);
    let open = questions.map((_, index) => index);
    for (let wanted = most; open.length > 0; wanted *= 4) {
      const options = { most: wanted, takes, keyOf, least: filter.least, signal };
      const found = await nearestRows(
        this.output,
        open.map((index) => questions[index]!),
        options,
      );
      const short: number[] = [];
      for (const [place, index] of open.entries()) {
        lists[index] = await this.#fitting(found[place]!, most, filter);
        if (lists[index].length < most && found[place]!.length === wanted) short.push(index);
      }
      open = short;
    }
    return lists;
  }

  async isReadyForWords(): Promise<boolean> {
    return (
      this.output.rows <= rowsMadeUnasked || (await isWordIndexKept(this.output, this.#options.cacheDir))
    );
  }

  async matching(questions: readonly QuestionWords[], most: number, filter: Filter): Promise<Hit[][]> {
    const index = await this.#wordIndex();
    const takes = this.#takes(filter);
    const keyOf = this.#keys(filter);
    const lists: Hit[][] = [];
    for (const { compared, names } of questions) {
      this.#options.signal.throwIfAborted();
      const scores = index.scores(compared);
      const held = names.length === 0 ? undefined : index.counts(names);
      // What metadata is asked of is read, so the list grows until enough of its rows fit.
      for (let wanted = most; ; wanted *= 4) {
        const found = bestMatches(scores, held, { most: wanted, takes, keyOf });
        const fitting = filter.asksMetadata ? await this.#fitting(found, most, filter) : found;
        if (filter.asksMetadata && fitting.length < most && found.length === wanted) continue;
        lists.push(fitting);
        break;
      }
    }
    return lists;
  }

  async telling(words: readonly string[]): Promise<string[]> {
    const index = await this.#wordIndex();
    const most = Math.max(3, this.output.rows * tellingShare);
    const told = words.filter((word) => index.rowsWith(word) > 0);
    const rare = told.filter((word) => index.rowsWith(word) <= most);
    return rare.length > 0 ? rare : told;
  }

  async holds(word: string): Promise<boolean> {
    return (await this.#wordIndex()).rowsWith(word) > 0;
  }

  async cosines(hits: readonly Hit[], question: Vector): Promise<number[]> {
    const vectors = await this.output.vectors(hits.map(rowOf));
    return vectors.map((vector) => dot(vector, 0, question));
  }

  async read(hit: Hit): Promise<OutputRow> {
    return await this.#rowAt(rowOf(hit));
  }

  async sourcesOf(hits: readonly Hit[]): Promise<string[][]> {
    const keys = hits.map((hit) => this.#keyOfRow(rowOf(hit)));
    if (!this.#options.stays) return sourcesWith(this.output.documents(), keys);
    const rows = rowsByKeyOf(this.output);
    return keys.map((key) => {
      const sources = new Set<string>();
      for (const row of rows.rowsOf(key)) sources.add(this.output.documentOf(row).source);
      return [...sources];
    });
  }

  async find(place: Place): Promise<OutputRow[]> {
    if ('id' in place) {
      this.#ids ??= this.#listIds();
      const row = (await this.#ids).get(place.id);
      return row === undefined ? [] : [await this.#rowAt(row)];
    }
    const document = this.output.document(place.source);
    return document === undefined ? [] : await this.#rowsOf(document, place);
  }

  async *recordRows(file: string): AsyncGenerator<OutputRow, void, undefined> {
    if (this.output.recordFile(file) === undefined) return;
    for (const document of this.output.documents()) {
      if (this.output.recordFileOf(document.source) === file) yield* await this.#rowsOf(document, {});
    }
  }

  async failed(): Promise<Set<string>> {
    return new Set((await this.output.failures()).map(({ source }) => source));
  }

  async close(): Promise<void> {
    if (!this.#options.stays) await this.output.close();
  }

  /** Reads a document's lines once. */
  async #rowsOf(
    document: OutputDocument,
    { from = 0, to = Number.POSITIVE_INFINITY }: { from?: number; to?: number },
  ) {
    const rows: OutputRow[] = [];
    let row = document.firstRow;
    for await (const line of this.output.lines(document)) {
      this.#options.signal.throwIfAborted();
      const { metadata, ...rest } = rowOfLine(this.output, row++, line.toString('utf8'));
      if (metadata.chunk > to) break;
      if (metadata.chunk >= from) rows.push({ ...rest, metadata });
    }
    return rows;
  }

  async #listIds(): Promise<Map<string, number>> {
    const ids = new Map<string, number>();
    let row = 0;
    for await (const rows of listRows(this.output)) {
      this.#options.signal.throwIfAborted();
      for (const { id } of rows) ids.set(id, row++);
    }
    return ids;
  }

  /** The best of a list whose metadata fits. */
  async #fitting(list: readonly Hit[], most: number, filter: Filter): Promise<Hit[]> {
    const fitting: Hit[] = [];
    for (const hit of list) {
      if (fitting.length === most) break;
      if (filter.takesMetadata((await this.read(hit)).metadata)) fitting.push(hit);
    }
    return fitting;
  }

  async #rowAt(row: number): Promise<OutputRow> {
    const known = this.#read.get(row);
    if (known !== undefined) return known;
    if (this.#read.size >= rowsAtOnce) this.#read.clear();
    const found = await readRow(this.output, row);
    this.#read.set(row, found);
    return found;
  }

  #wordIndex(): Promise<WordIndex> {
    const { cacheDir, signal, notice } = this.#options;
    const known = wordIndexes.get(this.output);
    if (known !== undefined) return known;
    const made = wordIndexOf(this.output, { cacheDir, signal, notice });
    wordIndexes.set(this.output, made);
    made.catch(() => wordIndexes.delete(this.output));
    return made;
  }

  #takes(filter: Filter): (row: number) => boolean {
    if (!filter.isNarrow) return () => true;
    const documents = new Map<OutputDocument, boolean>();
    return (row) => {
      const document = this.output.documentOf(row);
      const isTaken = documents.get(document) ?? filter.takesSource(document.source);
      documents.set(document, isTaken);
      return isTaken;
    };
  }

  /** Equal texts may differ in their metadata, so that each counts for itself where that is asked for. */
  #keys(filter: Filter): (row: number) => string {
    return filter.asksMetadata ? String : (row) => this.#keyOfRow(row);
  }

  #keyOfRow(row: number): string {
    return keyOfRow(this.output.documentOf(row), row);
  }
}

function rowsByKeyOf(output: Output): RowsByKey {
  const known = rowsByKey.get(output) ?? new RowsByKey(output.manifest);
  rowsByKey.set(output, known);
  return known;
}

function rowOf({ at }: Hit): number {
  return at as number;
}
