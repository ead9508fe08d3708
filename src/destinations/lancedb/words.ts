// Search by words in LanceDB: its own full-text index, ranked by BM25.
import type { Table } from '@lancedb/lancedb';
import type { FoundRow } from '../destination.js';

const column = 'text';
/** Words of one search. */
const maxWords = 64;

export async function hasWords(table: Table): Promise<boolean> {
  const indexes = await table.listIndices();
  return indexes.some(({ columns, indexType }) => indexType === 'FTS' && columns.includes(column));
}

export async function createWords(table: Table): Promise<void> {
  if (await hasWords(table)) return;
  const { Index } = await import('@lancedb/lancedb');
  const config = Index.fts({ withPosition: false, stem: false, removeStopWords: false, asciiFolding: true });
  await table.createIndex(column, { config });
}

/** The rows that hold any of the words, best first. @param ours matches the rows of the index */
export async function searchWords(
  table: Table,
  { ours, words, most }: { ours: string; words: readonly string[]; most: number },
): Promise<FoundRow[]> {
  // Signs of its query language are no words.
  const text = words
    .slice(0, maxWords)
    .join(' ')
    .replace(/[^\p{L}\p{N}\p{M}_]+/gu, ' ')
    .trim();
  if (text === '') return [];
  const found = await table
    .query()
    .fullTextSearch(text, { columns: [column] })
    .where(ours)
    .select(['id', 'source', 'text', 'metadata', '_score'])
    .limit(most)
    .toArray();
  return found.map((row) => {
    const { id, source, text, metadata, _score } = row as Record<string, unknown>;
    return {
      ...{ id: String(id), source: String(source), text: String(text), metadata: String(metadata) },
      score: Number(_score),
    };
  });
}

/** @returns the vectors of those that are there, by id @param where matches them */
export async function vectorsOf(table: Table, where: string): Promise<Map<string, number[]>> {
  const found = await table.query().where(where).select(['id', 'vector']).toArray();
  return new Map(
    found.map((row) => {
      const { id, vector } = row as { id: unknown; vector: Iterable<number> };
      return [String(id), [...vector]];
    }),
  );
}
