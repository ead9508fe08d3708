// Search by words in a file that has none of its own, such as one of Parquet: its rows are read, and an index of them is made in
// memory, at the first question.
import type {
  Destination,
  FoundRow,
  PlacedRow,
  RowContents,
  WordSearch,
} from '../../destinations/destination.js';
import { textsOfRow, wordsIn } from '../../text/row-words.js';
import { distinctWords } from '../../text/words.js';
import { bestMatches } from './best-matches.js';
import { type WordIndex, WordIndexBuilder } from './word-index.js';

/** All of their texts are in memory. */
export const maxRowsOfFile = 50_000;

interface Made {
  index: WordIndex;
  rows: PlacedRow[];
}

export class WordsOfFile implements WordSearch {
  readonly #destination: Destination;
  readonly #contents: RowContents;
  #made: Promise<Made> | undefined;
  #vectors: Promise<Map<string, Float32Array>> | undefined;

  constructor(destination: Destination, contents: RowContents) {
    this.#destination = destination;
    this.#contents = contents;
  }

  /** Whether it has few enough rows. */
  async isSetUp(): Promise<boolean> {
    return (await this.#destination.count()) <= maxRowsOfFile;
  }

  async setUp(): Promise<void> {
    // It is made for each search.
  }

  async search(typed: readonly string[], most: number): Promise<FoundRow[]> {
    this.#made ??= this.#make();
    const { index, rows } = await this.#made;
    const words = distinctWords(typed);
    const options = { most, takes: () => true, keyOf: String };
    return bestMatches(index.scores(words), undefined, options).map(({ at, score }) => ({
      ...rows[at as number]!,
      score,
    }));
  }

  async vectorsOf(ids: readonly string[]): Promise<Map<string, Float32Array>> {
    this.#vectors ??= this.#readVectors();
    const all = await this.#vectors;
    return new Map(ids.flatMap((id) => (all.has(id) ? [[id, all.get(id)!] as const] : [])));
  }

  async #make(): Promise<Made> {
    const builder = new WordIndexBuilder();
    const rows: PlacedRow[] = [];
    for await (const some of this.#contents.texts()) {
      for (const row of some) {
        builder.add(textsOfRow(wordsIn(row.text, row.source, metadataOf(row))));
        rows.push(row);
      }
    }
    return { index: builder.finish(), rows };
  }

  async #readVectors(): Promise<Map<string, Float32Array>> {
    const all = new Map<string, Float32Array>();
    for await (const some of this.#contents.vectors())
      for (const { id, vector } of some) all.set(id, Float32Array.from(vector));
    return all;
  }
}

/** Undefined where others changed it so that it is none. */
function metadataOf({ metadata }: PlacedRow): unknown {
  try {
    return JSON.parse(metadata);
  } catch {
    return undefined;
  }
}
