// Finds vectors that are known already: in the previous output, the journal of an interrupted run, or the cache.
import type { Vector } from '../../types/vector.js';
import type { RunCounts } from '../run-counts.js';
import type { Session } from '../session.js';
import type { RowStep, Step } from './document-steps.js';

export async function* resolve(
  groups: AsyncIterable<Step[]>,
  session: () => Promise<Session>,
  counts: RunCounts,
): AsyncGenerator<Step[]> {
  for await (const group of groups) {
    const rows = group.filter((step) => step.kind === 'row');
    if (rows.length > 0) await lookUp(rows, await session(), counts);
    yield group;
  }
}

async function lookUp(rows: RowStep[], session: Session, counts: RunCounts): Promise<void> {
  const missing = (await fromOutput(rows, session, counts)).filter((row) => {
    const vector = session.journal.get(row.chunk.key);
    if (vector) keep(row, vector, counts);
    return !vector;
  });
  if (missing.length === 0 || !session.cache) return;
  counts.cacheLookups += missing.length;
  const keys = missing.map((row) => row.chunk.key);
  const vectors = await session.cache.getMany(session.space.id, keys, session.space.dimensions);
  for (const [index, row] of missing.entries()) {
    const vector = vectors[index];
    if (!vector) continue;
    row.vector = vector;
    counts.chunksFromCache++;
  }
}

/** @returns the rows that the previous output doesn't know */
async function fromOutput(rows: RowStep[], session: Session, counts: RunCounts): Promise<RowStep[]> {
  const { previous } = session;
  if (!previous) return rows;
  const found: { row: RowStep; at: number }[] = [];
  const missing: RowStep[] = [];
  for (const row of rows) {
    const at = previous.findRow(row.chunk.key);
    if (at === undefined) missing.push(row);
    else found.push({ row, at });
  }
  const vectors = await previous.vectors(found.map(({ at }) => at));
  for (const [index, { row }] of found.entries()) keep(row, vectors[index]!, counts);
  return missing;
}

function keep(row: RowStep, vector: Vector, counts: RunCounts): void {
  row.vector = vector;
  counts.chunksReused++;
}
