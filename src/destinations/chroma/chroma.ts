// An index in a collection of Chroma, over REST. There are no transactions: new rows are there before old ones go, and a
// sync that ends in the middle is completed by the next one.
import type { z } from 'zod';
import { UsageError, VectorSpaceError } from '../../errors.js';
import { asText } from '../../text/as-text.js';
import { printable } from '../../text/printable.js';
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
import { maxListed, removeAll } from '../remove-all.js';
import { type Collection, collectionShape, foundShape, rowsShape, textsShape } from './answer-shapes.js';
import { type Flat, flattened, withoutOthers } from './metadata.js';

const store: HttpStore = {
  name: 'Chroma',
  scheme: 'chroma',
  port: 8000,
  secretFrom: 'CHROMA_API_KEY',
  parameters: ['tenant', 'database'],
};

/** Rows of one page of a listing. */
const pageRows = 5000;
/** Ids of one request: fewer than any Chroma takes. */
const idsAtOnce = 1000;
/** Keys of the collection's metadata that hold the state of an index, as JSON, begin with it. */
const stateKey = 'embed:';

/** @throws {UsageError} when the address is wrong */
export async function openChroma(options: DestinationOptions): Promise<Destination> {
  const address = readHttpAddress(options, store);
  const headers: Record<string, string> =
    address.secret === undefined ? {} : { 'x-chroma-token': address.secret };
  return new Chroma(new JsonClient(address, store, headers, options), address, options);
}

class Chroma implements Destination {
  readonly shown: string;
  readonly takes = 'difference';
  readonly rowsPerRequest = 500;
  readonly #client: JsonClient;
  readonly #options: DestinationOptions;
  readonly #name: string;
  readonly #collections: string;
  #collection: Collection | undefined;
  #isFirst = false;
  /** Rows of this index that others wrote, by what is listed of them. */
  readonly #strange = new Set<string>();

  constructor(client: JsonClient, { shown, collection, query }: HttpAddress, options: DestinationOptions) {
    this.#client = client;
    this.#options = options;
    this.shown = shown;
    this.#name = collection;
    const [tenant, database] = [
      query.get('tenant') ?? 'default_tenant',
      query.get('database') ?? 'default_database',
    ];
    this.#collections = `/api/v2/tenants/${encodeURIComponent(tenant)}/databases/${encodeURIComponent(database)}/collections`;
  }

  get #rows(): string {
    return `${this.#collections}/${this.#collection!.id}`;
  }

  /** Matches the rows of this index, and never all. */
  get #where(): object {
    return { index_name: this.#options.index };
  }

  async check(): Promise<Kept> {
    const answer = await this.#client.ask('GET', `${this.#collections}/${encodeURIComponent(this.#name)}`);
    if (answer.status === 404) return { index: undefined, others: [] };
    if (answer.status >= 300) throw this.#client.refused(answer);
    this.#collection = this.#client.shaped(answer, collectionShape);
    const { hnsw, spann } = this.#collection.configuration_json ?? {};
    const space = hnsw?.space ?? spann?.space;
    if (space !== 'cosine') {
      throw new UsageError(
        `${this.shown}: the collection is not one of embed (its distance is ${printable(asText(space), 60)}, not cosine): name another.`,
      );
    }
    const states = this.#states;
    const others = [...states].filter(([name]) => name !== this.#options.index);
    return {
      index: states.get(this.#options.index),
      others: others.map(([name, { space: kept }]) => ({ name, space: kept })),
    };
  }

  get #states(): Map<string, IndexState> {
    const entries = Object.entries(this.#collection?.metadata ?? {});
    return new Map(
      entries.flatMap(([key, value]) => {
        const state = key.startsWith(stateKey) ? stateOf(value) : undefined;
        return state === undefined ? [] : [[key.slice(stateKey.length), state] as const];
      }),
    );
  }

  async count(): Promise<number> {
    let rows = 0;
    for await (const page of this.list()) {
      rows += page.length;
      if (rows > maxListed) throw this.#client.failed('it lists without an end');
    }
    return rows;
  }

  async *list(_shard?: Shard): AsyncGenerator<readonly ListedRow[]> {
    if (this.#collection === undefined) return;
    for (let offset = 0; ; offset += pageRows) {
      const { ids, metadatas } = await this.#get({ where: this.#where, limit: pageRows, offset });
      yield ids.map((key, place) => this.#listed(key, metadatas?.[place] ?? {}));
      if (ids.length < pageRows) return;
    }
  }

  async #get(what: object): Promise<z.infer<typeof rowsShape>> {
    return await this.#client.get(
      'POST',
      `${this.#rows}/get`,
      { include: ['metadatas'], ...what },
      rowsShape,
    );
  }

  /** A row whose key isn't that of its id was not written by us. */
  #listed(key: string, { id, sum, source: kept = '' }: Flat): ListedRow {
    const isOurs = typeof id === 'string' && this.#keyOf(id) === key;
    if (!isOurs) this.#strange.add(key);
    const source = String(kept);
    return isOurs ? { id, sum: String(sum), source } : { id: key, sum: '', source };
  }

  #keyOf(id: string): string {
    return uuidOf(Buffer.from(id.replaceAll('-', ''), 'hex'), this.#options.index);
  }

  async begin({ space, state, replaces }: Plan): Promise<void> {
    if (replaces && this.#collection !== undefined) await this.#clear();
    const dimension = this.#collection?.dimension ?? undefined;
    if (dimension !== undefined && dimension !== space.dimensions)
      await this.#dropOther(dimension, space.dimensions);
    this.#collection ??= await this.#client.get(
      'POST',
      this.#collections,
      { name: this.#name, configuration: { hnsw: { space: 'cosine' } } },
      collectionShape,
    );
    const metadata = {
      ...this.#collection.metadata,
      [stateKey + this.#options.index]: JSON.stringify(state),
    };
    await this.#client.send('PUT', this.#rows, { new_metadata: metadata });
    this.#isFirst = (await this.#get({ where: this.#where, limit: 1 })).ids.length === 0;
  }

  /** Removes all rows of the index, by their keys. */
  async #clear(): Promise<void> {
    await removeAll({
      most: idsAtOnce,
      list: async () => (await this.#get({ where: this.#where, limit: idsAtOnce })).ids,
      remove: (ids) => this.#removeKeys(ids),
      failed: (said) => this.#client.failed(said),
    });
  }

  /** A collection of other dimensions is made anew, when nothing is left in it. */
  async #dropOther(dimension: number, dimensions: number): Promise<void> {
    const { ids } = await this.#get({ limit: 1 });
    if (ids.length > 0) {
      throw new VectorSpaceError(
        `${this.shown} holds vectors of ${dimension} dimensions, and these have ${dimensions}: name another collection.`,
      );
    }
    await this.#client.send('DELETE', `${this.#collections}/${encodeURIComponent(this.#name)}`, undefined);
    this.#collection = undefined;
  }

  async upsert(rows: readonly DestinationRow[]): Promise<void> {
    for (let from = 0; from < rows.length; from += idsAtOnce) {
      const some = rows.slice(from, from + idsAtOnce);
      const ids = some.map(({ id }) => this.#keyOf(id));
      await this.#client.send('POST', `${this.#rows}/upsert`, {
        ids,
        embeddings: some.map(({ vector }) => Array.from(vector)),
        documents: some.map(({ text }) => text),
        metadatas: await this.#metadataOf(some, ids),
      });
    }
  }

  /** Chroma keeps the keys that it isn't sent, so those of a changed row are taken back. */
  async #metadataOf(rows: readonly DestinationRow[], ids: readonly string[]): Promise<Flat[]> {
    const flat = rows.map((row) => flattened(row, this.#options.index));
    if (this.#isFirst) return flat;
    const known = await this.#get({ ids });
    const before = new Map(known.ids.map((key, place) => [key, known.metadatas?.[place] ?? {}]));
    return flat.map((metadata, place) => withoutOthers(metadata, before.get(ids[place]!) ?? {}));
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.#removeKeys(ids.map((id) => (this.#strange.has(id) ? id : this.#keyOf(id))));
  }

  async #removeKeys(keys: readonly string[]): Promise<void> {
    for (let from = 0; from < keys.length; from += idsAtOnce) {
      await this.#client.send('POST', `${this.#rows}/delete`, { ids: keys.slice(from, from + idsAtOnce) });
    }
  }

  async finish(): Promise<void> {
    // Each request is done when it is answered.
  }

  async search(vector: Vector, most: number): Promise<FoundRow[]> {
    if (this.#collection === undefined) return [];
    const found = await this.#client.get(
      'POST',
      `${this.#rows}/query`,
      {
        query_embeddings: [Array.from(vector)],
        n_results: most,
        where: this.#where,
        include: ['metadatas', 'documents', 'distances'],
      },
      foundShape,
    );
    return found.metadatas[0].map((metadata, place) => ({
      id: String(metadata?.id),
      source: String(metadata?.source),
      metadata: String(metadata?.metadata),
      text: found.documents[0][place] ?? '',
      score: 1 - (found.distances[0][place] ?? 1),
    }));
  }

  async find(place: RowPlace): Promise<PlacedRow[]> {
    if (this.#collection === undefined) return [];
    const where = { $and: [this.#where, 'id' in place ? { id: place.id } : { source: place.source }] };
    const found: NumberedRow[] = [];
    for (let offset = 0; ; offset += pageRows) {
      const include = ['metadatas', 'documents'];
      const body = { where, include, limit: pageRows, offset };
      const page = await this.#client.get('POST', `${this.#rows}/get`, body, textsShape);
      for (const [at, metadata] of (page.metadatas ?? []).entries()) {
        found.push({
          id: String(metadata?.id),
          source: String(metadata?.source),
          metadata: String(metadata?.metadata),
          text: page.documents?.[at] ?? '',
          chunk: Number(metadata?.chunk),
        });
      }
      if (found.length > maxRowsOfSource) throw this.#client.failed('it lists without an end');
      if (page.ids.length < pageRows) break;
    }
    return inPlace(found, place);
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

function stateOf(value: unknown): IndexState | undefined {
  try {
    const { token, space } = JSON.parse(String(value));
    return typeof token === 'string' ? { token, space } : undefined;
  } catch {
    return undefined;
  }
}
