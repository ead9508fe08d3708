// Search by words in Qdrant: each point of the index has a sparse vector `words` beside its vector (sparse-words.ts).
import { UsageError } from '../../errors.js';
import { asText } from '../../text/as-text.js';
import { wordsIn, wordsOfRow } from '../../text/row-words.js';
import { distinctWords } from '../../text/words.js';
import type { FoundRow, WordSearch } from '../destination.js';
import type { JsonClient } from '../http/json-client.js';
import { foundShape, type Page, placed, vectorsShape } from './answer-shapes.js';
import { sparseQuestion, sparseRow } from './sparse-words.js';

/** Name of the sparse vector. */
export const wordsVector = 'words';
/** Points whose texts are read, and whose words are written, at once. */
const pointsAtOnce = 500;
/** Words of one search. */
const maxWords = 64;

/** What the search needs of the collection. */
export interface WordsOptions {
  client: JsonClient;
  /** Of the collection. */
  path: string;
  shown: string;
  /** Matches the rows of this index. */
  filter: object;
  /** Words of a row, on average, when words were set up; undefined where they aren't. */
  meanLength: number | undefined;
  /** Whether the collection has room for them. */
  hasRoom(): Promise<boolean>;
  pages(what: object): AsyncIterable<Page['points']>;
  pointOf(id: string): string;
  /** Keeps that words are set up, for later syncs. */
  keep(meanLength: number): Promise<void>;
}

export class QdrantWords implements WordSearch {
  readonly #options: WordsOptions;
  #meanLength: number | undefined;

  constructor(options: WordsOptions) {
    this.#options = options;
    this.#meanLength = options.meanLength;
  }

  /** As `WordsOptions` has it. */
  get meanLength(): number | undefined {
    return this.#meanLength;
  }

  async isSetUp(): Promise<boolean> {
    return this.#meanLength !== undefined;
  }

  async setUp(): Promise<void> {
    if (this.#meanLength !== undefined) return;
    const { shown, hasRoom, keep } = this.#options;
    if (!(await hasRoom())) {
      throw new UsageError(
        `${shown}: the collection was made without a sparse vector "${wordsVector}", and so can't be searched by words: ` +
          'name another, which is made with one, or leave out --words.',
      );
    }
    let meanLength: number | undefined;
    for await (const points of this.#texts()) {
      // Points come in the order of their ids, which are random: the first ones are like all.
      meanLength ??= meanOf(points);
      await this.#write(points, meanLength);
    }
    this.#meanLength = meanLength ?? 1;
    // At last: what ends before is begun again.
    await keep(this.#meanLength);
  }

  #texts(): AsyncIterable<Page['points']> {
    const payload = ['text', 'source', 'metadata.heading', 'metadata.context'];
    return this.#options.pages({ with_payload: payload, limit: pointsAtOnce });
  }

  async #write(points: Page['points'], meanLength: number): Promise<void> {
    const written = points.flatMap((point) => {
      const words = sparseRow(wordsOfPoint(point), meanLength);
      return words === undefined ? [] : [{ id: point.id, vector: { [wordsVector]: words } }];
    });
    if (written.length === 0) return;
    const { client, path } = this.#options;
    await client.send('PUT', `${path}/points/vectors?wait=true`, { points: written });
  }

  async search(typed: readonly string[], most: number): Promise<FoundRow[]> {
    const words = distinctWords(typed);
    if (words.size === 0) return [];
    const { client, path, filter } = this.#options;
    const query = sparseQuestion([...words].slice(0, maxWords));
    const body = { query, using: wordsVector, filter, limit: most, with_payload: true };
    const { result } = await client.get('POST', `${path}/points/query`, body, foundShape);
    return result.points
      .filter(({ score }) => score > 0)
      .map(({ payload, score }) => ({ ...placed(payload), score }));
  }

  async vectorsOf(ids: readonly string[]): Promise<Map<string, number[]>> {
    const { client, path, pointOf } = this.#options;
    const body = { ids: ids.map(pointOf), with_vector: true, with_payload: ['id'] };
    const { result } = await client.get('POST', `${path}/points`, body, vectorsShape);
    return new Map(
      result.map(({ payload, vector }) => [asText(payload?.id), Array.isArray(vector) ? vector : vector['']]),
    );
  }
}

function wordsOfPoint({ payload }: Page['points'][number]) {
  return wordsIn(asText(payload?.text), asText(payload?.source), payload?.metadata);
}

function meanOf(points: Page['points']): number {
  let words = 0;
  for (const point of points) words += wordsOfRow(wordsOfPoint(point)).length;
  return Math.max(1, Math.round(words / Math.max(1, points.length)));
}
