// An index in a table of LanceDB, in a folder, without a server. Each batch is a version of the table: a sync that ends in
// the middle is completed by the next one.
import { join } from 'node:path';
import type { Connection, Table } from '@lancedb/lancedb';
import { DestinationError, EmbedError, UsageError, VectorSpaceError } from '../../errors.js';
import { pathOf } from '../../net/destination-address.js';
import { printable } from '../../text/printable.js';
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
  WordSearch,
} from '../destination.js';
import { inPlace } from '../in-place.js';
import { type Lance, loadLance } from './load.js';
import { strangeEntry } from './own-files.js';
import { literal, parsed } from './texts.js';
import { createWords, hasWords, searchWords, vectorsOf } from './words.js';

const columns = ['index_name', 'id', 'source', 'chunk', 'text', 'metadata', 'sum', 'vector'] as const;
const defaultTable = 'chunks';
/** Ids that one statement removes. */
const idsAtOnce = 1000;
/** Indexes of one table at most. */
const maxIndexes = 1000;

/** @throws {UsageError} when the package isn't installed, or the address is wrong */
export async function openLance(options: DestinationOptions): Promise<Destination> {
  const { path, query } = pathOf(options.address, options.cwd)!;
  const name = query.get('table') ?? defaultTable;
  const unknown = [...query.keys()].find((key) => key !== 'table');
  if (unknown !== undefined) {
    throw new UsageError(
      `${options.address}: LanceDB has no setting "${printable(unknown, 60)}": leave it out.`,
    );
  }
  if (!/^[\w.-]{1,100}$/.test(name)) {
    throw new UsageError(`${options.address}: a table's name has letters, digits, _, - and . only.`);
  }
  const lance = await loadLance(options.address);
  const destination = new LanceTable(lance, name, options);
  await destination.connect(path);
  return destination;
}

class LanceTable implements Destination {
  readonly shown: string;
  readonly takes = 'difference';
  readonly rowsPerRequest = 5000;
  readonly #lance: Lance;
  readonly #name: string;
  readonly #options: DestinationOptions;
  #db: Connection | undefined;
  #table: Table | undefined;
  #isFirst = false;
  #isWritten = false;

  constructor(lance: Lance, name: string, options: DestinationOptions) {
    this.#lance = lance;
    this.#name = name;
    this.#options = options;
    this.shown = options.address;
  }

  async connect(path: string): Promise<void> {
    for (const table of [this.#name, `${this.#name}_index`]) {
      const strange = await strangeEntry(join(path, `${table}.lance`));
      if (strange !== undefined) {
        throw new UsageError(
          `${this.shown}: ${printable(strange, 300)} is neither a file nor a folder: remove it, or name another folder.`,
        );
      }
    }
    this.#db = await this.#asking(() => this.#lance.connect(path));
  }

  get #ours(): string {
    return `index_name = ${literal(this.#options.index)}`;
  }

  async check(): Promise<Kept> {
    return await this.#asking(async () => {
      this.#table = await this.#open(this.#name);
      if (this.#table === undefined) return { index: undefined, others: [] };
      const { fields } = await this.#table.schema();
      const missing = columns.find((column) => !fields.some(({ name }) => name === column));
      if (missing !== undefined) {
        throw new UsageError(
          `${this.shown}: the table ${this.#name} is not one of embed (its column ${missing} is missing): name another with ?table=.`,
        );
      }
      const states = await this.#states();
      const others = [...states].filter(([name]) => name !== this.#options.index);
      return {
        index: states.get(this.#options.index),
        others: others.map(([name, { space }]) => ({ name, space })),
      };
    });
  }

  async #open(name: string): Promise<Table | undefined> {
    const names = await this.#db!.tableNames({ limit: 10_000 });
    return names.includes(name) ? await this.#db!.openTable(name) : undefined;
  }

  async #states(): Promise<Map<string, IndexState>> {
    const table = await this.#open(`${this.#name}_index`);
    const states = new Map<string, IndexState>();
    for (const row of (await table?.query().limit(maxIndexes).toArray()) ?? []) {
      const { index_name, token, space } = row as Record<string, unknown>;
      states.set(String(index_name), { token: String(token), space: parsed(String(space)) });
    }
    return states;
  }

  async count(): Promise<number> {
    return await this.#asking(async () => (await this.#table?.countRows(this.#ours)) ?? 0);
  }

  async *list(shard: Shard | undefined): AsyncGenerator<readonly ListedRow[]> {
    if (this.#table === undefined) return;
    const columns = shard ? ['id', 'sum', 'source'] : ['id', 'sum'];
    const batches = this.#table.query().where(this.#ours).select(columns);
    try {
      for await (const batch of batches) {
        this.#options.signal.throwIfAborted();
        const ids = batch.getChild('id')!;
        const sums = batch.getChild('sum')!;
        const sources = batch.getChild('source');
        yield Array.from({ length: batch.numRows }, (_, row) => ({
          id: String(ids.get(row)),
          sum: String(sums.get(row)),
          source: String(sources?.get(row) ?? ''),
        }));
      }
    } catch (error) {
      throw this.#inWords(error);
    }
  }

  async begin({ space, state, replaces }: Plan): Promise<void> {
    await this.#asking(async () => {
      if (replaces) await this.#table?.delete(this.#ours);
      await this.#fit(space.dimensions);
      this.#table ??= await this.#db!.createEmptyTable(
        this.#name,
        await this.#lance.rowSchema(space.dimensions),
      );
      const states =
        (await this.#open(`${this.#name}_index`)) ??
        (await this.#db!.createEmptyTable(`${this.#name}_index`, await this.#lance.stateSchema()));
      const row = { index_name: this.#options.index, token: state.token, space: JSON.stringify(state.space) };
      await states
        .mergeInsert(['index_name'])
        .whenMatchedUpdateAll()
        .whenNotMatchedInsertAll()
        .execute([row]);
      this.#isFirst = (await this.#table.countRows(this.#ours)) === 0;
    });
  }

  /** A table of other dimensions is made anew, when nothing is left in it. */
  async #fit(dimensions: number): Promise<void> {
    if (this.#table === undefined) return;
    const { fields } = await this.#table.schema();
    const type = fields.find(({ name }) => name === 'vector')!.type as { listSize?: number };
    if (type.listSize === dimensions) return;
    if ((await this.#table.countRows()) > 0) {
      throw new VectorSpaceError(
        `${this.shown}: the table ${this.#name} holds vectors of ${type.listSize} dimensions, and these have ${dimensions}: name another with ?table=.`,
      );
    }
    await this.#db!.dropTable(this.#name);
    this.#table = undefined;
  }

  async upsert(rows: readonly DestinationRow[]): Promise<void> {
    const index_name = this.#options.index;
    const written = rows.map(({ id, source, chunk, text, metadata, sum, vector }) => ({
      ...{ index_name, id, source, chunk, text, metadata, sum },
      vector: Array.from(vector),
    }));
    await this.#asking(async () => {
      this.#isWritten = true;
      if (this.#isFirst) await this.#table!.add(written);
      else {
        await this.#table!.mergeInsert(['index_name', 'id'])
          .whenMatchedUpdateAll()
          .whenNotMatchedInsertAll()
          .execute(written);
      }
    });
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.#asking(async () => {
      this.#isWritten = true;
      for (let from = 0; from < ids.length; from += idsAtOnce) {
        const some = ids.slice(from, from + idsAtOnce).map(literal);
        await this.#table!.delete(`${this.#ours} AND id IN (${some.join(', ')})`);
      }
    });
  }

  async finish(): Promise<void> {
    // Many small parts, as batches leave them, are slow to read.
    if (this.#isWritten) await this.#asking(() => this.#table!.optimize());
  }

  async search(vector: Vector, most: number): Promise<FoundRow[]> {
    return await this.#asking(async () => {
      const found = await this.#table!.vectorSearch(Array.from(vector))
        .distanceType('cosine')
        .where(this.#ours)
        .limit(most)
        .toArray();
      return found.map((row) => {
        const { id, source, text, metadata, _distance } = row as Record<string, unknown>;
        return {
          ...{ id: String(id), source: String(source), text: String(text), metadata: String(metadata) },
          score: 1 - Number(_distance),
        };
      });
    });
  }

  async find(place: RowPlace): Promise<PlacedRow[]> {
    return await this.#asking(async () => {
      const field = 'id' in place ? `id = ${literal(place.id)}` : `source = ${literal(place.source)}`;
      const found = await this.#table!.query()
        .where(`${this.#ours} AND ${field}`)
        .select(['id', 'source', 'chunk', 'text', 'metadata'])
        .toArray();
      const rows = found.map((row) => {
        const { id, source, text, metadata, chunk } = row as Record<string, unknown>;
        const texts = {
          id: String(id),
          source: String(source),
          text: String(text),
          metadata: String(metadata),
        };
        return { ...texts, chunk: Number(chunk) };
      });
      return inPlace(rows, place);
    });
  }

  readonly words: WordSearch = {
    isSetUp: () => this.#asking(async () => this.#table !== undefined && (await hasWords(this.#table))),
    setUp: () => this.#asking(() => createWords(this.#table!)),
    search: (words, most) => this.#asking(() => searchWords(this.#table!, { ours: this.#ours, words, most })),
    vectorsOf: (ids) =>
      this.#asking(() => vectorsOf(this.#table!, `${this.#ours} AND id IN (${ids.map(literal).join(', ')})`)),
  };

  async close(): Promise<void> {
    this.#table?.close();
    this.#db?.close();
  }

  async #asking<T>(work: () => Promise<T>): Promise<T> {
    this.#options.signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      throw this.#inWords(error);
    }
  }

  #inWords(error: unknown): unknown {
    this.#options.signal.throwIfAborted();
    if (error instanceof EmbedError) return error;
    const said = printable(String((error as Error).message), 300);
    // Its own words for it are a trace through its files.
    if (/No space left|os error 28|quota exceeded/i.test(said)) {
      return new DestinationError(`The disk is full at ${this.shown}: free some space and run again.`, {
        cause: error,
      });
    }
    return new DestinationError(
      `${this.shown} can't be read or written (${said}): check the folder and the disk.`,
      {
        cause: error,
      },
    );
  }
}
