// `embed search` without its flags: exact cosine of a question against every vector of an output; search-in.ts asks a
// destination instead.
import { UsageError } from '../errors.js';
import { type Output, openOutput } from '../output/read/output.js';
import { keyOfRow, sourcesWith } from '../output/read/row-keys.js';
import type { Vector } from '../types/vector.js';
import { readRow } from './output-row.js';
import { noIndex } from './run-state.js';
import { type Filter, filterOf } from './search-filter.js';
import {
  addResult,
  type OpenParts,
  type SearchOptions,
  type SearchResult,
  vectorOf,
} from './search-question.js';

/**
 * Compares a question with every row of an output, exactly.
 * @returns the `k` nearest texts, best first; fewer when the output has fewer
 * @throws {UsageError} when there is no output or no question, or the model doesn't know the question's script
 * @throws {VectorSpaceError} when the embedder gives vectors of another space than the output's
 * @throws {DamagedOutputError} when the output's files contradict each other
 * @throws {NewerOutputError} when a newer version made the output
 * @throws {ServiceError} when the embedder can't be reached, or lacks the model
 * @throws {WrongVectorsError} when servers give vectors that can't be right
 * @throws {EmbedderFault} when the embedder fails on the question
 * @throws the signal's reason
 */
export async function search(options: SearchOptions): Promise<SearchResult[]> {
  return await searchWith(options, {});
}

/** The same with what is open already. */
export async function searchWith(options: SearchOptions, parts: OpenParts): Promise<SearchResult[]> {
  const { settings, question, k, signal = new AbortController().signal } = options;
  if (question.trim() === '') throw new UsageError('Nothing to search for: give a question.');
  const filter = filterOf(options);
  if (options.in !== undefined) {
    const { searchIn } = await import('./search-in.js');
    return await searchIn(options, options.in, filter, parts);
  }
  const output = parts.output ?? (await openOutput(settings.out, { signal }));
  if (!output) throw await noIndex(settings.out);
  try {
    const searched = {
      space: output.space,
      counter: output.manifest.chunking.counter,
      where: `in ${settings.out}`,
    };
    const vector = await vectorOf(options, searched, parts);
    return await nearestTexts(output, vector, k, filter);
  } finally {
    if (output !== parts.output) await output.close();
  }
}

interface Hit {
  row: number;
  score: number;
  key: string;
}

/** One text may have any number of contexts, but hardly ever more than this for each result. */
const maxContexts = 64;

/** The best texts with their rows, each once. */
async function nearestTexts(
  output: Output,
  query: Vector,
  k: number,
  filter: Filter,
): Promise<SearchResult[]> {
  for (let most = k; ; most *= 2) {
    const hits = await nearestKeys(output, query, most, filter);
    const sources = sourcesWith(
      output.documents(),
      hits.map(({ key }) => key),
    );
    const results = new Map<string, SearchResult>();
    for (const [index, { row, score }] of hits.entries()) {
      const found = await readRow(output, row);
      if (!filter.takesMetadata(found.metadata)) continue;
      addResult(results, { score, ...found, sources: sources[index]! }, k);
    }
    const isEnough = most > k * maxContexts && !filter.asksMetadata;
    if (results.size >= k || hits.length < most || isEnough) return [...results.values()];
  }
}

/** The best rows, one for each context and text; ties go to the earlier row. */
async function nearestKeys(output: Output, query: Vector, most: number, filter: Filter): Promise<Hit[]> {
  const best: Hit[] = [];
  const keys = new Set<string>();
  const dimensions = query.length;
  for await (const { first, floats } of output.blocks()) {
    for (let at = 0, row = first; at < floats.length; at += dimensions, row++) {
      let score = 0;
      for (let i = 0; i < dimensions; i++) score += floats[at + i]! * query[i]!;
      if (best.length === most && score <= best[most - 1]!.score) continue;
      if (!filter.takesScore(score)) continue;
      const document = output.documentOf(row);
      if (filter.isNarrow && !filter.takesSource(document.source)) continue;
      // Equal texts may differ in their metadata, so that each counts for itself.
      const key = filter.asksMetadata ? String(row) : keyOfRow(document, row);
      if (keys.has(key)) continue;
      keys.add(key);
      let place = best.length;
      while (place > 0 && best[place - 1]!.score < score) place--;
      best.splice(place, 0, { row, score, key: keyOfRow(document, row) });
      if (best.length > most) {
        const last = best.pop()!;
        keys.delete(filter.asksMetadata ? String(last.row) : last.key);
      }
    }
  }
  return best;
}
