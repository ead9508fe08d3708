// The table of an index in PostgreSQL, and the table beside it that keeps each index's state.
import type { Client } from 'pg';
import { DestinationError, UsageError } from '../../errors.js';
import { printable } from '../../text/printable.js';
import type { Shard } from '../../types/shard.js';
import { columnsOf, namesOf, stateRowsOf } from './answer-shapes.js';
import { copiedColumns } from './copy.js';

/** Names for SQL, quoted. */
export interface Table {
  rows: string;
  state: string;
  /** Of the table, as a literal's value. */
  name: string;
}

/** The most dimensions that pgvector indexes, as they are and by halves. */
const maxIndexed = 2000;
const maxHalves = 4000;
/** The most that it stores. */
const maxStored = 16_000;

export function tableOf(parts: readonly string[]): Table {
  const last = parts.at(-1)!;
  const schema = parts.slice(0, -1).map((part) => `${quoted(part)}.`);
  const rows = `${schema.join('')}${quoted(last)}`;
  return { rows, state: `${schema.join('')}${quoted(`${last}_index`)}`, name: parts.join('.') };
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** What a table of the right columns has; undefined where there is no table. */
export interface Layout {
  dimensions: number;
}

const types: Readonly<Record<(typeof copiedColumns)[number], readonly string[]>> = {
  index_name: ['text'],
  id: ['uuid'],
  source: ['text'],
  chunk: ['integer'],
  text: ['text'],
  metadata: ['jsonb'],
  sum: ['text'],
  embedding: ['vector'],
};

/** @throws {UsageError} when it has other columns than ours */
export async function layoutOf(client: Client, table: Table, shown: string): Promise<Layout | undefined> {
  const { rows } = await client.query(
    `SELECT a.attname AS name, t.typname AS type, a.atttypmod AS size
       FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
      WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped`,
    [table.rows],
  );
  if (rows.length === 0) return undefined;
  const found = new Map(columnsOf(rows).map((row) => [row.name, row]));
  for (const column of copiedColumns) {
    const { type } = found.get(column) ?? {};
    const wanted = types[column].map((one) => (one === 'integer' ? 'int4' : one));
    if (type === undefined || !wanted.includes(type)) {
      throw new UsageError(
        `${shown}: the table ${printable(table.name)} is not one of embed (its column ${column} is ` +
          `${type === undefined ? 'missing' : printable(type, 60)}): name another with ?table=.`,
      );
    }
  }
  const { size } = found.get('embedding')!;
  return { dimensions: size };
}

/** What each sync left of its index, by name; undefined where the table for it is missing. */
export async function statesOf(
  client: Client,
  { state }: Table,
): Promise<Map<string, { token: string; space: unknown }> | undefined> {
  const { rows: found } = await client.query('SELECT to_regclass($1) IS NOT NULL AS is_there', [state]);
  if (!found[0]?.is_there) return undefined;
  const { rows } = await client.query(`SELECT index_name, token, space FROM ${state} LIMIT 1000`);
  return new Map(stateRowsOf(rows).map(({ index_name, token, space }) => [index_name, { token, space }]));
}

/** The names of all indexes of a table, a thousand at most. */
export async function indexNames(client: Client, { rows: table }: Table): Promise<string[]> {
  // A skip through the primary key: one look-up an index, not one a row.
  const { rows } = await client.query(
    `WITH RECURSIVE names AS (
       (SELECT index_name AS name FROM ${table} ORDER BY index_name LIMIT 1)
       UNION ALL
       SELECT (SELECT index_name FROM ${table} WHERE index_name > name ORDER BY index_name LIMIT 1)
         FROM names WHERE name IS NOT NULL)
     SELECT name FROM names WHERE name IS NOT NULL LIMIT 1000`,
  );
  return namesOf(rows).map(({ name }) => name);
}

/** Makes both tables where they aren't there yet. @param hasKey whether that of the rows gets its key: otherwise by `addKey` */
export async function createTables(
  client: Client,
  table: Table,
  dimensions: number,
  shown: string,
  hasKey = true,
): Promise<void> {
  if (dimensions > maxStored) {
    throw new UsageError(
      `${shown}: pgvector stores at most ${maxStored} dimensions, and these vectors have ${dimensions}: make the index with --dimensions.`,
    );
  }
  const { rows } = await client.query(`SELECT 1 FROM pg_type WHERE typname = 'vector'`);
  if (rows.length === 0) await createExtension(client, shown);
  await client.query(
    `CREATE TABLE IF NOT EXISTS ${table.rows} (
       index_name text NOT NULL, id uuid NOT NULL, source text NOT NULL, chunk integer NOT NULL,
       text text NOT NULL, metadata jsonb NOT NULL, sum text NOT NULL, embedding vector(${dimensions}) NOT NULL
       ${hasKey ? `, ${key}` : ''})`,
  );
  await client.query(
    `CREATE TABLE IF NOT EXISTS ${table.state} (index_name text PRIMARY KEY, token text NOT NULL, space jsonb NOT NULL)`,
  );
}

const key = 'PRIMARY KEY (index_name, id)';

/** The key of a table that was made without: once its rows are there, that takes less time. */
export async function addKey(client: Client, table: Table): Promise<void> {
  const { rows } = await client.query(
    'SELECT 1 FROM pg_index WHERE indrelid = to_regclass($1) AND indisprimary',
    [table.rows],
  );
  if (rows.length === 0) await client.query(`ALTER TABLE ${table.rows} ADD ${key}`);
}

async function createExtension(client: Client, shown: string): Promise<void> {
  try {
    await client.query('CREATE EXTENSION IF NOT EXISTS vector');
  } catch (cause) {
    throw new DestinationError(
      `${shown} has no pgvector: install it there, and have an administrator run \`CREATE EXTENSION vector\`.`,
      { cause },
    );
  }
}

/** Makes the HNSW index where there is none. @returns why none can be made */
export async function createHnsw(
  client: Client,
  table: Table,
  dimensions: number,
): Promise<string | undefined> {
  if (dimensions > maxHalves) {
    return `pgvector indexes at most ${maxHalves} dimensions, and these vectors have ${dimensions}: searches go through all rows.`;
  }
  const { rows } = await client.query(
    `SELECT 1 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
      WHERE i.indrelid = to_regclass($1) AND a.amname = 'hnsw' AND i.indisvalid`,
    [table.rows],
  );
  if (rows.length > 0) return undefined;
  await client.query(`CREATE INDEX ON ${table.rows} USING hnsw (${distanceOf(dimensions).indexed})`);
  return undefined;
}

/** How a distance is asked for so that an HNSW index helps: above 2,000 values it holds halves. */
export function distanceOf(dimensions: number): { indexed: string; ordered: string } {
  const halves = `halfvec(${dimensions})`;
  return dimensions > maxIndexed && dimensions <= maxHalves
    ? {
        indexed: `(embedding::${halves}) halfvec_cosine_ops`,
        ordered: `embedding::${halves} <=> $2::${halves}`,
      }
    : { indexed: 'embedding vector_cosine_ops', ordered: 'embedding <=> $2' };
}

/**
 * The condition for rows of a shard, as src/output/shards/shard.ts has it: 48 bits of the SHA-256 of the source. So the
 * rows of the other shards needn't come over the network.
 */
export function isOf({ index, of }: Shard): string {
  const start = "substr(sha256(convert_to(source, 'UTF8')), 1, 6)";
  return `('x' || encode(${start}, 'hex'))::bit(48)::bigint % ${of} = ${index - 1}`;
}

/** The most that pgvector looks at in one go. */
const maxLooked = 1000;

/**
 * An HNSW index gives 40 rows of all indexes unless it is told to look at more, and to go on until enough are of ours.
 * Before pgvector 0.8 it can't go on, and a search may find fewer.
 */
export async function askForMore(client: Client, most: number): Promise<void> {
  await client.query(`SET hnsw.ef_search = ${Math.min(maxLooked, Math.max(40, most))}`);
  await client.query('SET hnsw.iterative_scan = strict_order').catch(() => undefined);
}
