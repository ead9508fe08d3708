// Writes the rows of an index within a transaction, each amount in the way that costs least: a first load is one COPY, some
// rows are one statement, and more go through a table of their own.
import type { Client } from 'pg';
import { DestinationError } from '../../errors.js';
import type { DestinationRow, RowWithoutVector } from '../destination.js';
import { CopyBytes, copiedColumns, updatedColumns, vectorBytes } from './copy.js';
import { CopyStream } from './copy-stream.js';
import type { Table } from './table.js';

/** Ids that one statement removes. */
const idsAtOnce = 5000;
/** Rows that are sent as parameters of one statement; more are copied. */
const fewRows = 50;

const columns = copiedColumns.map((name) => `"${name}"`).join(', ');
/** What a known id gets. */
const replaced = copiedColumns
  .filter((name) => name !== 'index_name' && name !== 'id')
  .map((name) => `"${name}" = excluded."${name}"`)
  .join(', ');
/** What a row with a known vector gets. */
const updated = updatedColumns
  .slice(1)
  .map((name) => `"${name}" = s."${name}"`)
  .join(', ');

export interface WriterOptions {
  client: Client;
  table: Table;
  index: string;
  /** The index has no rows yet. */
  isFirst: boolean;
  /** The address without secrets. */
  shown: string;
}

export class RowWriter {
  readonly #options: WriterOptions;
  /** The COPY of a first load. */
  #load: { stream: CopyStream; bytes: CopyBytes } | undefined;
  readonly #stages = new Set<string>();

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  async upsert(rows: readonly DestinationRow[]): Promise<void> {
    // The first rows can't meet others: they needn't go through a table of their own.
    if (this.#options.isFirst) await this.#append(rows);
    else if (rows.length <= fewRows) await this.#insert(rows);
    else await this.#merge(rows);
  }

  /** Rows whose vectors stay. @param ids those that they have until now @throws {DestinationError} when one of them isn't there any more */
  async update(rows: readonly RowWithoutVector[], ids: readonly string[]): Promise<void> {
    const { client, table, index, shown } = this.#options;
    const stage = await this.#stage(
      'embed_update',
      `SELECT id AS from_id, ${updatedColumns.slice(1).join(', ')} FROM ${table.rows}`,
    );
    const bytes = new CopyBytes(index);
    await this.#copy(`${stage} (${updatedColumns.join(', ')})`, bytes, bytes.updates(rows, ids));
    const { rowCount } = await client.query(
      `UPDATE ${table.rows} t SET ${updated} FROM ${stage} s WHERE t.index_name = $1 AND t.id = s.from_id`,
      [index],
    );
    await client.query(`TRUNCATE ${stage}`);
    if (rowCount !== rows.length) {
      throw new DestinationError(`${shown} failed (rows went while they were updated): try again.`, {
        isPassing: true,
      });
    }
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.settle();
    const { client, table, index } = this.#options;
    for (let from = 0; from < ids.length; from += idsAtOnce) {
      const some = ids.slice(from, from + idsAtOnce);
      await client.query(`DELETE FROM ${table.rows} WHERE index_name = $1 AND id = ANY($2::uuid[])`, [
        index,
        some,
      ]);
    }
  }

  /** All rows are in the table afterwards: before any other statement. */
  async settle(): Promise<void> {
    const load = this.#load;
    if (load === undefined) return;
    this.#load = undefined;
    await load.stream.write(load.bytes.end());
    await load.stream.end();
  }

  async #append(rows: readonly DestinationRow[]): Promise<void> {
    const { client, table, index } = this.#options;
    this.#load ??= {
      stream: await CopyStream.open(client, copyInto(`${table.rows} (${columns})`)),
      bytes: new CopyBytes(index),
    };
    const { stream, bytes } = this.#load;
    for (const page of bytes.rows(rows)) await stream.write(page);
  }

  async #insert(rows: readonly DestinationRow[]): Promise<void> {
    const { client, table, index } = this.#options;
    const values: unknown[] = [index];
    const places = rows.map((row) => {
      const given = [row.id, row.source, row.chunk, row.text, row.metadata, row.sum, vectorBytes(row.vector)];
      return `($1, ${given.map((value) => `$${values.push(value)}`).join(', ')})`;
    });
    await client.query(
      `INSERT INTO ${table.rows} (${columns}) VALUES ${places.join(', ')}
       ON CONFLICT (index_name, id) DO UPDATE SET ${replaced}`,
      values,
    );
  }

  async #merge(rows: readonly DestinationRow[]): Promise<void> {
    const { client, table, index } = this.#options;
    const stage = await this.#stage('embed_stage', `SELECT ${columns} FROM ${table.rows}`);
    const bytes = new CopyBytes(index);
    await this.#copy(`${stage} (${columns})`, bytes, bytes.rows(rows));
    await client.query(
      `INSERT INTO ${table.rows} (${columns}) SELECT ${columns} FROM ${stage}
       ON CONFLICT (index_name, id) DO UPDATE SET ${replaced}`,
    );
    await client.query(`TRUNCATE ${stage}`);
  }

  /** A table of this transaction alone. */
  async #stage(name: string, like: string): Promise<string> {
    if (!this.#stages.has(name)) {
      await this.#options.client.query(`CREATE TEMP TABLE ${name} ON COMMIT DROP AS ${like} WHERE false`);
      this.#stages.add(name);
    }
    return name;
  }

  async #copy(into: string, bytes: CopyBytes, pages: Iterable<Buffer>): Promise<void> {
    const stream = await CopyStream.open(this.#options.client, copyInto(into));
    for (const page of pages) await stream.write(page);
    await stream.write(bytes.end());
    await stream.end();
  }
}

function copyInto(table: string): string {
  return `COPY ${table} FROM STDIN (FORMAT binary)`;
}
