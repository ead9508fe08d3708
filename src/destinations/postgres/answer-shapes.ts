// What PostgreSQL answers, as far as it is used: a server that is none, or a table that somebody changed, may say anything.
// Each throws a TypeError for rows of another shape.
import { z } from 'zod';
import type { ListedRow } from '../destination.js';

const placed = z.object({ id: z.string(), source: z.string(), text: z.string(), metadata: z.string() });
const ids = z.array(z.tuple([z.string(), z.array(z.number())]));

export const placedOf = reader(placed);
export const foundOf = reader(placed.extend({ score: z.number() }));
export const columnsOf = reader(z.object({ name: z.string(), type: z.string(), size: z.number() }));
export const namesOf = reader(z.object({ name: z.string() }));
export const wordsOf = reader(z.object({ word: z.string(), rows: z.string() }));
export const stateRowsOf = reader(
  z.object({ index_name: z.string(), token: z.string(), space: z.unknown() }),
);
const vectorRowsOf = reader(z.object({ id: z.string(), vector: z.string() }));

/** Vectors by id. */
export function vectorsById(rows: unknown): Map<string, number[]> {
  const read = ids.safeParse(vectorRowsOf(rows).map(({ id, vector }) => [id, JSON.parse(vector)]));
  if (!read.success) throw unlike();
  return new Map(read.data);
}

/** A page of a listing. */
export function listedOf(rows: readonly unknown[]): ListedRow[] {
  return rows.map((row) => {
    const [id, sum, source] = Array.isArray(row) ? (row as unknown[]) : [];
    if (typeof id !== 'string' || typeof sum !== 'string' || typeof source !== 'string') throw unlike();
    return { id, sum, source };
  });
}

function reader<T>(row: z.ZodType<T>): (rows: unknown) => T[] {
  const shape = z.array(row);
  return (rows) => {
    const read = shape.safeParse(rows);
    if (read.success) return read.data;
    throw unlike();
  };
}

/** The error for rows of another shape. */
export function unlike(): TypeError {
  return new TypeError('its rows are not those of embed');
}
