// An index in a table of PostgreSQL with pgvector. A sync is one transaction: readers see the old index or the new one.
import type { Client } from 'pg';
import { UsageError, VectorSpaceError } from '../../errors.js';
import type { Shard } from '../../types/shard.js';
import type { Vector } from '../../types/vector.js';
import type {
  Destination,
  DestinationOptions,
  DestinationRow,
  FoundRow,
  Kept,
  ListedKeys,
  ListedRow,
  PlacedRow,
  Plan,
  RowPlace,
  RowWithoutVector,
  WordSearch,
} from '../destination.js';
import { foundOf, listedOf } from './answer-shapes.js';
import { busy, type PostgresAddress, readAddress } from './connect.js';
import { Connection } from './connection.js';
import { findRows } from './find.js';
import { KeyReader } from './key-reader.js';
import {
  addKey,
  askForMore,
  createHnsw,
  createTables,
  distanceOf,
  indexNames,
  isOf,
  type Layout,
  layoutOf,
  statesOf,
  type Table,
  tableOf,
} from './table.js';
import { createWords, hasWords, searchWords, vectorsOf } from './words.js';
import { RowWriter } from './write.js';

/** Rows of one page of a listing. */
const pageRows = 2000;
/** What goes through all rows may take so many times as long as a search. */
const scanFactor = 10;

/** @throws {UsageError | DestinationError} */
export async function openPostgres(options: DestinationOptions): Promise<Destination> {
  const address = readAddress(options);
  return new Postgres(await Connection.open(address, options), address, options);
}

class Postgres implements Destination {
  readonly shown: string;
  readonly takes = 'difference';
  readonly rowsPerRequest = 1000;
  readonly #connection: Connection;
  readonly #address: PostgresAddress;
  readonly #options: DestinationOptions;
  readonly #table: Table;
  #layout: Layout | undefined;
  #dimensions = 0;
  /** Whether the table of states is there. */
  #hasStates = false;
  /** Rows that were listed of the whole index; undefined where they weren't. */
  #listed: number | undefined;
  #writer: RowWriter | undefined;

  constructor(connection: Connection, address: PostgresAddress, options: DestinationOptions) {
    this.#connection = connection;
    this.#address = address;
    this.#options = options;
    this.#table = tableOf(address.table);
    this.shown = address.shown;
  }

  async check(): Promise<Kept> {
    return await this.#asking(async (client) => {
      this.#layout = await layoutOf(client, this.#table, this.shown);
      if (this.#layout === undefined) return { index: undefined, others: [] };
      const states = await statesOf(client, this.#table);
      this.#hasStates = states !== undefined;
      const others = (await indexNames(client, this.#table)).filter((name) => name !== this.#options.index);
      return {
        index: states?.get(this.#options.index),
        others: others.map((name) => ({ name, space: states?.get(name)?.space })),
      };
    }, this.#scanMs);
  }

  async count(): Promise<number> {
    if (this.#layout === undefined) return 0;
    return await this.#asking(async (client) => {
      const text = `SELECT count(*)::text AS rows FROM ${this.#table.rows} WHERE index_name = $1`;
      const { rows } = await client.query<{ rows: string }>(text, [this.#options.index]);
      return Number(rows[0]!.rows);
    }, this.#scanMs);
  }

  async *list(shard: Shard | undefined): AsyncGenerator<readonly ListedRow[]> {
    if (shard === undefined) this.#listed = 0;
    if (this.#layout === undefined) return;
    await this.#asking(async (client) => {
      await this.#open();
      await client.query({
        text: `DECLARE listed NO SCROLL CURSOR FOR SELECT id::text, sum, ${shard ? 'source' : "''"} FROM ${this.#table.rows} WHERE index_name = ${client.escapeLiteral(this.#options.index)}${shard ? ` AND ${isOf(shard)}` : ''}`,
      });
    }, this.#scanMs);
    const fetch = () =>
      this.#asking(async (client) => {
        const text = `FETCH ${pageRows} FROM listed`;
        return listedOf((await client.query<unknown[]>({ text, rowMode: 'array' })).rows);
      }, this.#scanMs);
    // The next page comes while this one is looked at.
    for (let next = fetch(); ; ) {
      const rows = await next;
      const isLast = rows.length < pageRows;
      if (!isLast) {
        next = fetch();
        next.catch(() => undefined);
      }
      if (this.#listed !== undefined) this.#listed += rows.length;
      if (rows.length > 0) yield rows;
      if (isLast) break;
    }
    await this.#asking((client) => client.query('CLOSE listed'), this.#scanMs);
  }

  async *listKeys(): AsyncGenerator<ListedKeys> {
    this.#listed = 0;
    if (this.#layout === undefined) return;
    const text = await this.#asking(async (client) => {
      await this.#open();
      const index = client.escapeLiteral(this.#options.index);
      const rows = `SELECT id, sum FROM ${this.#table.rows} WHERE index_name = ${index}`;
      return `COPY (${rows}) TO STDOUT (FORMAT binary)`;
    }, this.#scanMs);
    const reader = new KeyReader();
    for await (const keys of this.#connection.copied(text, (bytes) => reader.read(bytes), this.#scanMs)) {
      this.#listed += keys.ids.length / 16 + keys.others.length;
      yield keys;
    }
    await this.#asking(async () => reader.end());
  }

  #isOpen = false;

  /** Begins the transaction; no other sync of the same index has one. */
  async #open(): Promise<void> {
    if (this.#isOpen) return;
    this.#isOpen = true;
    await this.#client.query('BEGIN');
    const { rows } = await this.#client.query(
      'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS is_mine',
      [`embed ${this.#table.name} ${this.#options.index}`],
    );
    if (!rows[0].is_mine) throw busy(this.shown, this.#options.index);
  }

  async begin({ space, state, replaces }: Plan): Promise<void> {
    this.#dimensions = space.dimensions;
    await this.#asking(async (client) => {
      await this.#open();
      const { rows, state: stateTable } = this.#table;
      const { index } = this.#options;
      if (replaces && this.#layout !== undefined) {
        await client.query(`DELETE FROM ${rows} WHERE index_name = $1`, [index]);
      }
      await this.#fit(space.dimensions, replaces);
      if (!this.#hasStates) {
        await createTables(client, this.#table, space.dimensions, this.shown, this.#layout !== undefined);
      }
      await client.query(
        `INSERT INTO ${stateTable} (index_name, token, space) VALUES ($1, $2, $3)
         ON CONFLICT (index_name) DO UPDATE SET token = excluded.token, space = excluded.space`,
        [index, state.token, JSON.stringify(state.space)],
      );
      const isFirst = replaces || (await this.#isEmpty());
      this.#writer = new RowWriter({ client, table: this.#table, index, isFirst, shown: this.shown });
    });
  }

  /** Whether there are no rows of the index. */
  async #isEmpty(): Promise<boolean> {
    if (this.#listed !== undefined) return this.#listed === 0;
    const text = `SELECT 1 FROM ${this.#table.rows} WHERE index_name = $1 LIMIT 1`;
    return (await this.#client.query(text, [this.#options.index])).rows.length === 0;
  }

  /** A column of other dimensions can be changed while the table is empty. */
  async #fit(dimensions: number, replaces: boolean): Promise<void> {
    if (this.#layout === undefined || this.#layout.dimensions === dimensions || this.#layout.dimensions < 0)
      return;
    const { rows } = this.#table;
    const left = await this.#client.query(`SELECT 1 FROM ${rows} LIMIT 1`);
    if (left.rows.length > 0) {
      throw new VectorSpaceError(
        `${this.shown}: the table ${this.#table.name} holds vectors of ${this.#layout.dimensions} dimensions, and these have ${dimensions}: ` +
          `${replaces ? 'rows of others are in it, so name' : 'use --rebuild, or name'} another table with ?table=.`,
      );
    }
    await this.#client.query(`ALTER TABLE ${rows} DROP COLUMN embedding`);
    await this.#client.query(`ALTER TABLE ${rows} ADD COLUMN embedding vector(${dimensions}) NOT NULL`);
  }

  async update(rows: readonly RowWithoutVector[], ids: readonly string[]): Promise<void> {
    await this.#asking(async () => this.#begun.update(rows, ids));
  }

  async upsert(rows: readonly DestinationRow[]): Promise<void> {
    await this.#asking(async () => this.#begun.upsert(rows));
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.#asking(async () => this.#begun.remove(ids));
  }

  get #begun(): RowWriter {
    if (this.#writer === undefined) throw new Error('expected begin first');
    return this.#writer;
  }

  /** All rows that were sent are there, with the key of their table. */
  async #settle(): Promise<void> {
    await this.#writer?.settle();
    if (this.#writer !== undefined && this.#layout === undefined) await addKey(this.#client, this.#table);
    this.#writer = undefined;
  }

  async finish(): Promise<void> {
    await this.#asking(async (client) => {
      await this.#settle();
      if (this.#isOpen) await client.query('COMMIT');
      this.#isOpen = false;
      const dimensions = this.#dimensions || (this.#layout?.dimensions ?? 0);
      if (!this.#address.hasHnsw || dimensions <= 0) return;
      const problem = await createHnsw(client, this.#table, dimensions);
      if (problem !== undefined) this.#options.notice(`${this.shown}: ${problem}`);
    });
  }

  async search(vector: Vector, most: number): Promise<FoundRow[]> {
    return await this.#asking(async (client) => {
      this.#layout ??= await layoutOf(client, this.#table, this.shown);
      if (this.#layout === undefined)
        throw new UsageError(`${this.shown} holds no index: run \`embed sync\` first.`);
      await askForMore(client, most);
      const { rows } = await client.query<FoundRow>(
        `SELECT id::text, source, text, metadata::text AS metadata, 1 - (${distanceOf(vector.length).ordered}) AS score
           FROM ${this.#table.rows} WHERE index_name = $1 ORDER BY ${distanceOf(vector.length).ordered} LIMIT $3`,
        [this.#options.index, `[${vector.join(',')}]`, most],
      );
      return foundOf(rows);
    }, this.#searchMs);
  }

  async find(place: RowPlace): Promise<PlacedRow[]> {
    return await this.#asking((client) => findRows(client, { ...this.#ours, place }), this.#searchMs);
  }

  readonly words: WordSearch = {
    isSetUp: () => this.#asking((client) => hasWords(client, this.#table), this.#searchMs),
    setUp: () =>
      this.#asking(async (client) => {
        await this.#settle();
        await createWords(client, this.#table);
      }),
    search: (words, most) =>
      this.#asking((client) => searchWords(client, { ...this.#ours, words, most }), this.#searchMs),
    vectorsOf: (ids) => this.#asking((client) => vectorsOf(client, { ...this.#ours, ids }), this.#searchMs),
  };

  get #ours(): { table: Table; index: string } {
    return { table: this.#table, index: this.#options.index };
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  /** @param withinMs as of {@link Connection.ask} */
  async #asking<T>(work: (client: Client) => Promise<T>, withinMs?: number): Promise<T> {
    return await this.#connection.ask(work, withinMs);
  }

  get #client(): Client {
    return this.#connection.client;
  }

  /** How long a search may take, in ms. */
  get #searchMs(): number {
    return this.#options.timeoutMs;
  }

  /** How long it may take to go through all rows, in ms. */
  get #scanMs(): number {
    return scanFactor * this.#options.timeoutMs;
  }
}
