// An index in a table of PostgreSQL with pgvector. A sync is one transaction: readers see the old index or the new one.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
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
  ListedRow,
  PlacedRow,
  Plan,
  RowPlace,
} from '../destination.js';
import { busy, connect, inWords, type PostgresAddress, readAddress } from './connect.js';
import { copiedColumns, copyBytes } from './copy.js';
import {
  createHnsw,
  createTables,
  distanceOf,
  isOf,
  type Layout,
  layoutOf,
  type Table,
  tableOf,
} from './table.js';

/** Rows of one page of a listing. */
const pageRows = 10_000;
/** Ids that one statement removes. */
const idsAtOnce = 5000;

const columns = copiedColumns.map((name) => `"${name}"`).join(', ');
/** The largest place of a chunk. */
const maxChunk = 2 ** 31 - 1;
/** What a known id gets. */
const replaced = copiedColumns
  .filter((name) => name !== 'index_name' && name !== 'id')
  .map((name) => `"${name}" = excluded."${name}"`)
  .join(', ');

/** @throws {UsageError | DestinationError} */
export async function openPostgres(options: DestinationOptions): Promise<Destination> {
  const address = readAddress(options);
  return new Postgres(await connect(address, options), address, options);
}

class Postgres implements Destination {
  readonly shown: string;
  readonly takes = 'difference';
  readonly rowsPerRequest = 1000;
  readonly #client: Client;
  readonly #address: PostgresAddress;
  readonly #options: DestinationOptions;
  readonly #table: Table;
  #layout: Layout | undefined;
  #dimensions = 0;
  #isFirst = false;
  #hasStage = false;

  constructor(client: Client, address: PostgresAddress, options: DestinationOptions) {
    this.#client = client;
    this.#address = address;
    this.#options = options;
    this.#table = tableOf(address.table);
    this.shown = address.shown;
    // A stop must not wait for a statement that takes minutes.
    options.signal.addEventListener('abort', () => void this.close(), { once: true });
  }

  async check(): Promise<Kept> {
    return await this.#asking(async (client) => {
      this.#layout = await layoutOf(client, this.#table, this.shown);
      if (this.#layout === undefined) return { index: undefined, others: [] };
      const states = await this.#states();
      const names = await client.query<{ name: string }>(
        // A skip through the primary key: one look-up an index, not one a row.
        `WITH RECURSIVE names AS (
           (SELECT index_name AS name FROM ${this.#table.rows} ORDER BY index_name LIMIT 1)
           UNION ALL
           SELECT (SELECT index_name FROM ${this.#table.rows} WHERE index_name > name ORDER BY index_name LIMIT 1)
             FROM names WHERE name IS NOT NULL)
         SELECT name FROM names WHERE name IS NOT NULL LIMIT 1000`,
      );
      const others = names.rows.filter(({ name }) => name !== this.#options.index);
      return {
        index: states.get(this.#options.index),
        others: others.map(({ name }) => ({ name, space: states.get(name)?.space })),
      };
    });
  }

  async #states(): Promise<Map<string, { token: string; space: unknown }>> {
    const { rows: found } = await this.#client.query('SELECT to_regclass($1) IS NOT NULL AS is_there', [
      this.#table.state,
    ]);
    if (!found[0].is_there) return new Map();
    const { rows } = await this.#client.query<{ index_name: string; token: string; space: unknown }>(
      `SELECT index_name, token, space FROM ${this.#table.state} LIMIT 1000`,
    );
    return new Map(rows.map(({ index_name, token, space }) => [index_name, { token, space }]));
  }

  async count(): Promise<number> {
    if (this.#layout === undefined) return 0;
    return await this.#asking(async (client) => {
      const text = `SELECT count(*)::text AS rows FROM ${this.#table.rows} WHERE index_name = $1`;
      const { rows } = await client.query<{ rows: string }>(text, [this.#options.index]);
      return Number(rows[0]!.rows);
    });
  }

  async *list(shard: Shard | undefined): AsyncGenerator<readonly ListedRow[]> {
    if (this.#layout === undefined) return;
    await this.#asking(async (client) => {
      await this.#open();
      await client.query({
        text: `DECLARE listed NO SCROLL CURSOR FOR SELECT id::text, sum, ${shard ? 'source' : "''"} FROM ${this.#table.rows} WHERE index_name = ${client.escapeLiteral(this.#options.index)}${shard ? ` AND ${isOf(shard)}` : ''}`,
      });
    });
    const fetch = () =>
      this.#asking((client) =>
        client.query<[string, string, string]>({ text: `FETCH ${pageRows} FROM listed`, rowMode: 'array' }),
      );
    // The next page comes while this one is looked at.
    for (let next = fetch(); ; ) {
      const { rows } = await next;
      const isLast = rows.length < pageRows;
      if (!isLast) {
        next = fetch();
        next.catch(() => undefined);
      }
      if (rows.length > 0) yield rows.map(([id, sum, source]) => ({ id, sum, source }));
      if (isLast) break;
    }
    await this.#asking((client) => client.query('CLOSE listed'));
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
      await createTables(client, this.#table, space.dimensions, this.shown);
      await client.query(
        `INSERT INTO ${stateTable} (index_name, token, space) VALUES ($1, $2, $3)
         ON CONFLICT (index_name) DO UPDATE SET token = excluded.token, space = excluded.space`,
        [index, state.token, JSON.stringify(state.space)],
      );
      const kept = await client.query(`SELECT 1 FROM ${rows} WHERE index_name = $1 LIMIT 1`, [index]);
      this.#isFirst = kept.rows.length === 0;
    });
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

  async upsert(rows: readonly DestinationRow[]): Promise<void> {
    await this.#asking(async () => {
      // The first rows can't meet others: they needn't go through a table of their own.
      if (this.#isFirst) await this.#copy(this.#table.rows, rows);
      else await this.#merge(rows);
    });
  }

  async #merge(rows: readonly DestinationRow[]): Promise<void> {
    if (!this.#hasStage) {
      await this.#client.query(
        `CREATE TEMP TABLE embed_stage ON COMMIT DROP AS SELECT ${columns} FROM ${this.#table.rows} WHERE false`,
      );
      this.#hasStage = true;
    }
    await this.#copy('embed_stage', rows);
    await this.#client.query(
      `INSERT INTO ${this.#table.rows} (${columns}) SELECT ${columns} FROM embed_stage
       ON CONFLICT (index_name, id) DO UPDATE SET ${replaced}`,
    );
    await this.#client.query('TRUNCATE embed_stage');
  }

  async #copy(table: string, rows: readonly DestinationRow[]): Promise<void> {
    const { from } = await import('pg-copy-streams');
    const stream = this.#client.query(from(`COPY ${table} (${columns}) FROM STDIN (FORMAT binary)`));
    await pipeline(Readable.from(copyBytes(this.#options.index, rows), { objectMode: true }), stream);
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.#asking(async (client) => {
      for (let from = 0; from < ids.length; from += idsAtOnce) {
        await client.query(`DELETE FROM ${this.#table.rows} WHERE index_name = $1 AND id = ANY($2::uuid[])`, [
          this.#options.index,
          ids.slice(from, from + idsAtOnce),
        ]);
      }
    });
  }

  async finish(): Promise<void> {
    await this.#asking(async (client) => {
      if (this.#isOpen) await client.query('COMMIT');
      this.#isOpen = false;
      this.#hasStage = false;
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
      return rows;
    });
  }

  async find(place: RowPlace): Promise<PlacedRow[]> {
    return await this.#asking(async (client) => {
      const where = 'id' in place ? 'id = $2' : 'source = $2 AND chunk >= $3::int8 AND chunk <= $4::int8';
      const values =
        'id' in place
          ? [place.id]
          : [place.source, place.from ?? 0, Math.min(place.to ?? maxChunk, maxChunk)];
      const { rows } = await client.query<PlacedRow>(
        `SELECT id::text, source, text, metadata::text AS metadata FROM ${this.#table.rows}
          WHERE index_name = $1 AND ${where} ORDER BY chunk`,
        [this.#options.index, ...values],
      );
      return rows;
    });
  }

  #isClosed = false;

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { signal, timeoutMs } = this.#options;
    // A server drops what a broken connection left open.
    if (signal.aborted) {
      const { stream } = (this.#client as unknown as { connection: { stream: { destroy(): void } } })
        .connection;
      stream.destroy();
      return;
    }
    const timer = AbortSignal.timeout(timeoutMs);
    await Promise.race([
      this.#client.end().catch(() => undefined),
      new Promise<void>((resolve) => timer.addEventListener('abort', () => resolve(), { once: true })),
    ]);
  }

  /** Errors of the server in words; a stop is told as what it is. */
  async #asking<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const { signal } = this.#options;
    signal.throwIfAborted();
    try {
      return await work(this.#client);
    } catch (error) {
      signal.throwIfAborted();
      throw inWords(error, this.#address);
    }
  }
}

/** The most that pgvector looks at in one go. */
const maxLooked = 1000;

/**
 * An HNSW index gives 40 rows of all indexes unless it is told to look at more, and to go on until enough are of ours.
 * Before pgvector 0.8 it can't go on, and a search may find fewer.
 */
async function askForMore(client: Client, most: number): Promise<void> {
  await client.query(`SET hnsw.ef_search = ${Math.min(maxLooked, Math.max(40, most))}`);
  await client.query('SET hnsw.iterative_scan = strict_order').catch(() => undefined);
}
