// Search by words in PostgreSQL: a generated column of `tsvector` and its GIN index. Rows are ranked by what BM25 is made of:
// how rare each word is in the table, and how often it stands in the row, by its length (ts_rank).
import type { Client } from 'pg';
import type { FoundRow } from '../destination.js';
import { foundOf, vectorsById, wordsOf } from './answer-shapes.js';
import type { Table } from './table.js';

const column = 'words';
/** Rows that are counted of a word: more tell no less of how common it is. */
const mostCounted = 20_000;
/** Words of one search. */
const maxWords = 64;

/** Whether a table has the column. */
export async function hasWords(client: Client, table: Table): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT 1 FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
      WHERE a.attrelid = to_regclass($1) AND a.attname = $2 AND t.typname = 'tsvector' AND NOT a.attisdropped`,
    [table.rows, column],
  );
  return rows.length > 0;
}

/** Makes column and index where they aren't there. The column is made for all rows of the table at once. */
export async function createWords(client: Client, table: Table): Promise<void> {
  if (!(await hasWords(client, table))) {
    await client.query(
      `ALTER TABLE ${table.rows} ADD COLUMN ${column} tsvector GENERATED ALWAYS AS (to_tsvector('simple', text)) STORED`,
    );
  }
  const { rows } = await client.query(
    `SELECT 1 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
       JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
      WHERE i.indrelid = to_regclass($1) AND m.amname = 'gin' AND a.attname = $2 AND i.indisvalid`,
    [table.rows, column],
  );
  if (rows.length === 0) await client.query(`CREATE INDEX ON ${table.rows} USING gin (${column})`);
}

/** The rows that hold any of the words, best first. */
export async function searchWords(
  client: Client,
  { table, index, words, most }: { table: Table; index: string; words: readonly string[]; most: number },
): Promise<FoundRow[]> {
  const counted = await client.query(
    // An identifier becomes a phrase of its parts. A word without letters becomes nothing.
    `SELECT word, (SELECT count(*) FROM (SELECT 1 FROM ${table.rows}
        WHERE index_name = $1 AND ${column} @@ phraseto_tsquery('simple', word) LIMIT ${mostCounted}) found)::text AS rows
       FROM unnest($2::text[]) AS word WHERE numnode(phraseto_tsquery('simple', word)) > 0`,
    [index, words.slice(0, maxWords)],
  );
  const known = wordsOf(counted.rows).filter(({ rows }) => Number(rows) > 0);
  if (known.length === 0) return [];
  const total = Math.max(...known.map(({ rows }) => Number(rows))) + 1;
  const weights = known.map(({ rows }) => Math.log(1 + (total - Number(rows) + 0.5) / (Number(rows) + 0.5)));
  // Where some words are rare, rows that hold only common ones needn't be looked at.
  const rare = known.filter(({ rows }) => Number(rows) < mostCounted);
  const wanted = rare.length > 0 ? rare : known;
  const any = wanted.map((_, place) => `phraseto_tsquery('simple', $${place + 5})`).join(' || ');
  const { rows } = await client.query(
    `SELECT id::text, source, text, metadata::text AS metadata,
            (SELECT sum(weight * ts_rank('{1,1,1,1}', ${column}, phraseto_tsquery('simple', word), 1))
               FROM unnest($2::text[], $3::float8[]) AS one(word, weight))::float8 AS score
       FROM ${table.rows}
      WHERE index_name = $1 AND ${column} @@ (${any})
      ORDER BY score DESC, id LIMIT $4`,
    [index, known.map(({ word }) => word), weights, most, ...wanted.map(({ word }) => word)],
  );
  return foundOf(rows).filter(({ score }) => score > 0);
}

/** @returns the vectors of those that are there, by id */
export async function vectorsOf(
  client: Client,
  { table, index, ids }: { table: Table; index: string; ids: readonly string[] },
): Promise<Map<string, number[]>> {
  const { rows } = await client.query(
    `SELECT id::text, embedding::text AS vector FROM ${table.rows} WHERE index_name = $1 AND id = ANY($2::uuid[])`,
    [index, ids],
  );
  return vectorsById(rows);
}
