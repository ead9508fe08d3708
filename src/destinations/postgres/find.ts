// Rows of PostgreSQL by where they stand: by id, or by source and chunk.
import type { Client } from 'pg';
import type { PlacedRow, RowPlace } from '../destination.js';
import { placedOf } from './answer-shapes.js';
import type { Table } from './table.js';

/** The largest place of a chunk. */
const maxChunk = 2 ** 31 - 1;

export async function findRows(
  client: Client,
  { table, index, place }: { table: Table; index: string; place: RowPlace },
): Promise<PlacedRow[]> {
  const where = 'id' in place ? 'id = $2' : 'source = $2 AND chunk >= $3::int8 AND chunk <= $4::int8';
  const values =
    'id' in place ? [place.id] : [place.source, place.from ?? 0, Math.min(place.to ?? maxChunk, maxChunk)];
  const { rows } = await client.query(
    `SELECT id::text, source, text, metadata::text AS metadata FROM ${table.rows}
      WHERE index_name = $1 AND ${where} ORDER BY chunk`,
    [index, ...values],
  );
  return placedOf(rows);
}
