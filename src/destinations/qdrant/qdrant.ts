// An index in a collection of Qdrant, over REST. There are no transactions: new rows are there before old ones go, and a
// sync that ends in the middle is completed by the next one.
import type { z } from 'zod';
import { UsageError, VectorSpaceError } from '../../errors.js';
import { asText } from '../../text/as-text.js';
import { printable } from '../../text/printable.js';
import { wordsIn } from '../../text/row-words.js';
import { uuidOf } from '../../text/uuid.js';
import type { Shard } from '../../types/shard.js';
import type { Vector } from '../../types/vector.js';
import type {
  Destination,
  DestinationOptions,
  DestinationRow,
  FoundRow,
  IndexState,
  Kept,
  ListedRow,
  PlacedRow,
  Plan,
  RowPlace,
} from '../destination.js';
import { type HttpAddress, type HttpStore, JsonClient, readHttpAddress } from '../http/json-client.js';
import { inPlace, maxRowsOfSource, type NumberedRow } from '../in-place.js';
import { removeAll } from '../remove-all.js';
import {
  countShape,
  foundShape,
  type Info,
  infoShape,
  type Page,
  type Payload,
  pageShape,
  placed,
} from './answer-shapes.js';
import { hasWordsVector, meanLengthIn, stateOf } from './kept-state.js';
import { sparseRow } from './sparse-words.js';
import { QdrantWords, wordsVector } from './words.js';

const store: HttpStore = {
  name: 'Qdrant',
  scheme: 'qdrant',
  port: 6333,
  secretFrom: 'QDRANT_API_KEY',
  parameters: [],
};

/** Points of one page of a listing. */
const pagePoints = 10_000;
/** A page of fewer points is one of the last; so many of them have no end. */
const smallPage = 100;
const maxSmallPages = 1000;
/** Ids that one request removes. */
const idsAtOnce = 1000;
/** Bytes of a body that Qdrant takes are 32 MiB; a number takes up to 14 characters. */
const maxValues = 1_000_000;
/** Keys of the collection's metadata that hold the state of an index begin with it. */
const stateKey = 'embed:';

/** @throws {UsageError} when the address is wrong */
export async function openQdrant(options: DestinationOptions): Promise<Destination> {
  const address = readHttpAddress(options, store);
  const headers: Record<string, string> = address.secret === undefined ? {} : { 'api-key': address.secret };
  return new Qdrant(new JsonClient(address, store, headers, options), address, options);
}

class Qdrant implements Destination {
  readonly shown: string;
  readonly takes = 'difference';
  readonly rowsPerRequest = 256;
  readonly #client: JsonClient;
  readonly #options: DestinationOptions;
  readonly #path: string;
  #info: Info | undefined;
  #state: IndexState | undefined;
  words: QdrantWords;
  /** Points of this index that others wrote, by what is listed of them. */
  #strange = new Map<string, string | number>();

  constructor(client: JsonClient, { shown, collection }: HttpAddress, options: DestinationOptions) {
    this.#client = client;
    this.#options = options;
    this.shown = shown;
    this.#path = `/collections/${encodeURIComponent(collection)}`;
    this.words = this.#wordsOf(undefined);
  }

  #wordsOf(meanLength: number | undefined): QdrantWords {
    return new QdrantWords({
      ...{ client: this.#client, path: this.#path, shown: this.shown, filter: this.#filter, meanLength },
      hasRoom: async () => hasWordsVector(await this.#read()),
      pages: (what) => this.#pages(what),
      pointOf: (id) => this.#pointOf(id),
      keep: (words) => this.#keep({ ...this.#state, words }),
    });
  }

  async #keep(state: object): Promise<void> {
    await this.#client.send('PATCH', this.#path, { metadata: { [stateKey + this.#options.index]: state } });
  }

  /** Matches the rows of this index, and never all. */
  get #filter(): { must: object[] } {
    return { must: [{ key: 'index_name', match: { value: this.#options.index } }] };
  }

  async check(): Promise<Kept> {
    this.#info = await this.#read();
    if (this.#info === undefined) return { index: undefined, others: [] };
    const { distance, size } = this.#info.config.params.vectors ?? {};
    if (typeof size !== 'number' || distance !== 'Cosine') {
      throw new UsageError(
        `${this.shown}: the collection is not one of embed (its vectors are ${printable(JSON.stringify(this.#info.config.params.vectors ?? null), 100)}, ` +
          'not one of cosine): name another.',
      );
    }
    const states = new Map(
      Object.entries(this.#info.config.metadata ?? {}).flatMap(([key, value]) => {
        const state = key.startsWith(stateKey) ? stateOf(value) : undefined;
        return state === undefined ? [] : [[key.slice(stateKey.length), state] as const];
      }),
    );
    const others = [...states].filter(([name]) => name !== this.#options.index);
    this.#state = states.get(this.#options.index);
    const kept = this.#info.config.metadata?.[stateKey + this.#options.index];
    this.words = this.#wordsOf(hasWordsVector(this.#info) ? meanLengthIn(kept) : undefined);
    return {
      index: this.#state,
      others: others.map(([name, { space }]) => ({ name, space })),
    };
  }

  async #read(): Promise<Info | undefined> {
    const answer = await this.#client.ask('GET', this.#path);
    if (answer.status === 404) return undefined;
    if (answer.status >= 300) throw this.#client.refused(answer);
    return this.#client.shaped(answer, infoShape).result;
  }

  async count(): Promise<number> {
    return this.#info === undefined ? 0 : await this.#counted({ filter: this.#filter });
  }

  async #counted(what: object): Promise<number> {
    const body = { exact: true, ...what };
    const { result } = await this.#client.get('POST', `${this.#path}/points/count`, body, countShape);
    return result.count;
  }

  async *list(shard: Shard | undefined): AsyncGenerator<readonly ListedRow[]> {
    if (this.#info === undefined) return;
    const payload = shard ? ['id', 'sum', 'source'] : ['id', 'sum'];
    for await (const points of this.#pages({ with_payload: payload }))
      yield points.map(({ id: point, payload }) => this.#listed(point, payload));
  }

  /** Page after page of the points of this index. @param what which of them, and what of them */
  async *#pages(what: object): AsyncGenerator<Page['points']> {
    let offset: unknown;
    let small = 0;
    do {
      const { points, next_page_offset: next } = (await this.#scroll({ ...what, offset })).result;
      yield points;
      if (points.length < smallPage && ++small > maxSmallPages)
        throw this.#client.failed('it lists without an end');
      offset = points.length === 0 ? undefined : (next ?? undefined);
    } while (offset !== undefined);
  }

  async #scroll(what: object): Promise<z.infer<typeof pageShape>> {
    const body = { filter: this.#filter, limit: pagePoints, with_vector: false, ...what };
    return await this.#client.get('POST', `${this.#path}/points/scroll`, body, pageShape);
  }

  /** A point whose id isn't that of its row was not written by us: its own id tells what to remove. */
  #listed(point: string | number, payload: Payload): ListedRow {
    const { id, sum } = payload ?? {};
    const source = asText(payload?.source ?? '');
    const isOurs = typeof id === 'string' && this.#pointOf(id) === point;
    if (!isOurs) this.#strange.set(String(point), point);
    return isOurs ? { id, sum: asText(sum), source } : { id: String(point), sum: '', source };
  }

  #pointOf(id: string): string {
    return uuidOf(Buffer.from(id.replaceAll('-', ''), 'hex'), this.#options.index);
  }

  async begin({ space, state, replaces }: Plan): Promise<void> {
    if (replaces && this.#info !== undefined) await this.#clear();
    const size = this.#info?.config.params.vectors?.size;
    if (size !== undefined && size !== space.dimensions)
      await this.#dropOther(Number(size), space.dimensions);
    if (this.#info === undefined) {
      await this.#client.send('PUT', this.#path, {
        vectors: { size: space.dimensions, distance: 'Cosine' },
        // Words can be added to rows later, but not to a collection that was made without them.
        sparse_vectors: { [wordsVector]: { modifier: 'idf' } },
      });
    }
    // Also in a collection that somebody else made: without it, each listing looks at all points.
    await this.#client.send('PUT', `${this.#path}/index?wait=true`, {
      field_name: 'index_name',
      field_schema: 'keyword',
    });
    this.#state = state;
    const { meanLength: words } = this.words;
    await this.#keep({ ...state, ...(words !== undefined && { words }) });
  }

  /** Removes all rows of the index, by their ids. */
  async #clear(): Promise<void> {
    await removeAll({
      most: pagePoints,
      list: async () => (await this.#scroll({ with_payload: false })).result.points.map(({ id }) => id),
      remove: (ids) => this.#removePoints(ids),
      failed: (said) => this.#client.failed(said),
    });
  }

  /** A collection of other dimensions is made anew, when nothing is left in it. */
  async #dropOther(size: number, dimensions: number): Promise<void> {
    const count = await this.#counted({});
    if (count > 0) {
      throw new VectorSpaceError(
        `${this.shown} holds ${count} points of ${size} dimensions, and these have ${dimensions}: name another collection.`,
      );
    }
    await this.#client.send('DELETE', this.#path, undefined);
    this.#info = undefined;
  }

  async upsert(rows: readonly DestinationRow[]): Promise<void> {
    const most = Math.max(1, Math.floor(maxValues / (rows[0]?.vector.length ?? 1)));
    for (let from = 0; from < rows.length; from += most) {
      const points = rows.slice(from, from + most).map((row) => this.#pointFor(row));
      await this.#client.send('PUT', `${this.#path}/points?wait=true`, { points });
    }
  }

  #pointFor({ id, source, chunk, text, metadata: json, sum, vector }: DestinationRow): object {
    const metadata: unknown = JSON.parse(json);
    const { meanLength } = this.words;
    const words =
      meanLength === undefined ? undefined : sparseRow(wordsIn(text, source, metadata), meanLength);
    const numbers = Array.from(vector);
    return {
      id: this.#pointOf(id),
      vector: words === undefined ? numbers : { '': numbers, [wordsVector]: words },
      payload: { index_name: this.#options.index, id, source, chunk, text, metadata, sum },
    };
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.#removePoints(ids.map((id) => this.#strange.get(id) ?? this.#pointOf(id)));
  }

  async #removePoints(points: readonly (string | number)[]): Promise<void> {
    for (let from = 0; from < points.length; from += idsAtOnce) {
      // Ids of others can't be met by mistake: each was listed as a row of this index.
      await this.#client.send('POST', `${this.#path}/points/delete?wait=true`, {
        points: points.slice(from, from + idsAtOnce),
      });
    }
  }

  async finish(): Promise<void> {
    // Each request was waited for.
  }

  async search(vector: Vector, most: number): Promise<FoundRow[]> {
    const { result } = await this.#client.get(
      'POST',
      `${this.#path}/points/query`,
      { query: Array.from(vector), filter: this.#filter, limit: most, with_payload: true },
      foundShape,
    );
    return result.points.map(({ payload, score }) => ({ ...placed(payload), score }));
  }

  async find(place: RowPlace): Promise<PlacedRow[]> {
    if (this.#info === undefined) return [];
    const field =
      'id' in place
        ? { key: 'id', match: { value: place.id } }
        : { key: 'source', match: { value: place.source } };
    const { must } = this.#filter;
    const found: NumberedRow[] = [];
    for await (const points of this.#pages({ filter: { must: [...must, field] }, with_payload: true })) {
      for (const { payload } of points)
        found.push({ ...placed(payload), chunk: Number(asText(payload?.chunk)) });
      if (found.length > maxRowsOfSource) throw this.#client.failed('it lists without an end');
    }
    return inPlace(found, place);
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}
