// The text around a result: its neighbours in the document, or all of it, joined as they stood there.
import type { Corpus } from './corpus.js';
import type { Passage, ResultShape, SearchResult } from './options.js';
import type { OutputRow } from './row.js';

/** Characters of a passage at most; what is farther away is left out. */
export const maxPassageLength = 4_000_000;

/** Adds the passage that was asked for. */
export async function addPassage(
  corpora: readonly Corpus[],
  result: SearchResult,
  { around, whole = false }: ResultShape,
): Promise<void> {
  if (!whole && (around === undefined || around === 0)) return;
  const corpus = corpora.find(({ name }) => name === result.in) ?? corpora[0]!;
  const passage = await passageAround(corpus, result, whole ? undefined : around);
  if (passage !== undefined) result.passage = passage;
}

/** @param around chunks before and after it; undefined for all of the document */
export async function passageAround(
  corpus: Corpus,
  { metadata: { source, chunk } }: OutputRow,
  around: number | undefined,
): Promise<Passage | undefined> {
  const range = around === undefined ? {} : { from: Math.max(0, chunk - around), to: chunk + around };
  return passageOf(await corpus.find({ source, ...range }));
}

/** Rows of one document, in their order, as one text. */
export function passageOf(rows: readonly OutputRow[]): Passage | undefined {
  const [first] = rows;
  if (first === undefined) return undefined;
  let text = '';
  let last = first;
  for (const row of rows) {
    if (text.length + row.text.length > maxPassageLength && row !== first) break;
    text += row === first ? row.text : between(last, row) + withoutOverlap(last, row);
    last = row;
  }
  return { text, chunks: [first.metadata.chunk, last.metadata.chunk], line: first.metadata.line };
}

/** Chunks are slices of one text, of which the index doesn't keep the white space between them. */
function between(before: OutputRow, after: OutputRow): string {
  const gap = offset(after, 'start') - offset(before, 'end');
  if (gap < 0) return '';
  const lines = after.metadata.line - before.metadata.line - (before.text.split('\n').length - 1);
  // Of two chunks without offsets, nothing is known but that each is a piece of its own.
  if (Number.isNaN(gap)) return '\n';
  if (gap === 0) return '';
  return lines > 0 ? '\n'.repeat(Math.min(lines, gap, maxBlankLines)) : gap > 1 ? '\n' : ' ';
}

const maxBlankLines = 3;

function withoutOverlap(before: OutputRow, after: OutputRow): string {
  const overlap = offset(before, 'end') - offset(after, 'start');
  return overlap > 0 ? after.text.slice(overlap) : after.text;
}

function offset({ metadata }: OutputRow, key: 'start' | 'end'): number {
  const value = (metadata as { [key in 'start' | 'end']?: unknown })[key];
  return typeof value === 'number' ? value : Number.NaN;
}
