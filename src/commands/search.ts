// `embed search` without its flags: exact cosine of a question against every vector of an output.
import type { Settings } from '../config/settings.js';
import { compareSpaces } from '../embedders/guard/space-mismatch.js';
import { unknownScript } from '../embedders/guard/unknown-script.js';
import { UsageError, VectorSpaceError } from '../errors.js';
import { eventsFor, type RunEvents } from '../events.js';
import { type Output, openOutput } from '../output/read/output.js';
import { keyOfRow, sourcesWith } from '../output/read/row-keys.js';
import { compareSources } from '../text/source-order.js';
import type { Embedder } from '../types/embedder.js';
import type { Vector } from '../types/vector.js';
import { openEmbedder } from '../upstream/choose-embedder.js';
import { type OutputRow, readRow } from './output-row.js';

/** What {@link search} is told. */
export interface SearchOptions {
  /** What is looked for, in plain words; the model's query prefix is added. */
  question: string;
  /** `out` names the output, from the working folder on; the rest, where its embedder is. */
  settings: Settings;
  /** Results at most: texts, however many rows hold each. */
  k: number;
  /** Ends the search. @default never */
  signal?: AbortSignal;
  /** Listener, called when something happens. @default no listener */
  events?: Partial<RunEvents>;
}

/** A text with the first of the rows that hold it; results come best first. */
export interface SearchResult extends OutputRow {
  /** Cosine of the row's vector and the question's, -1 to 1. */
  score: number;
  /** The sources of all documents that hold the text, in the order of their rows. */
  sources: string[];
}

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
  const { settings, question, k, signal = new AbortController().signal } = options;
  if (question.trim() === '') throw new UsageError('Nothing to search for: give a question.');
  const output = await openOutput(settings.out, { signal });
  if (!output) {
    throw new UsageError(
      `There is no index in ${settings.out}: make one with \`embed ingest\`, or name it with --out.`,
    );
  }
  let embedder: Embedder | undefined;
  try {
    const opened = await openEmbedder({
      settings,
      previous: output.space,
      pinnedCounter: output.manifest.chunking.counter,
      signal,
      // One text is sent.
      mostTexts: 1,
      events: eventsFor(options.events),
    });
    embedder = opened.embedder;
    const comparison = compareSpaces(output.space, opened.measured.space);
    if (!comparison.same) {
      throw new VectorSpaceError(
        `The index in ${settings.out} is of another vector space than the embedder (${comparison.reason}): ` +
          'search with the embedder that made it, or make it again with `embed ingest --rebuild`.',
      );
    }
    const unknown = unknownScript(embedder, question);
    if (unknown) throw new UsageError(unknown.message, { cause: unknown });
    const [vector] = await embedder.embed([output.space.prefixes.query + question], { signal });
    return await nearestTexts(output, vector!, k);
  } finally {
    await embedder?.close();
    await output.close();
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
async function nearestTexts(output: Output, query: Vector, k: number): Promise<SearchResult[]> {
  for (let most = k; ; most *= 2) {
    const hits = await nearestKeys(output, query, most);
    const sources = sourcesWith(
      output.documents(),
      hits.map(({ key }) => key),
    );
    const results = new Map<string, SearchResult>();
    for (const [index, { row, score }] of hits.entries()) {
      const found = await readRow(output, row);
      const known = results.get(found.text);
      // The same text with another context, as rows of two tables have it.
      if (known) known.sources = [...new Set([...known.sources, ...sources[index]!])].sort(compareSources);
      else if (results.size < k) results.set(found.text, { score, ...found, sources: sources[index]! });
    }
    if (results.size >= k || hits.length < most || most > k * maxContexts) return [...results.values()];
  }
}

/** The best rows, one for each context and text; ties go to the earlier row. */
async function nearestKeys(output: Output, query: Vector, most: number): Promise<Hit[]> {
  const best: Hit[] = [];
  const keys = new Set<string>();
  const dimensions = query.length;
  for await (const { first, floats } of output.blocks()) {
    for (let at = 0, row = first; at < floats.length; at += dimensions, row++) {
      let score = 0;
      for (let i = 0; i < dimensions; i++) score += floats[at + i]! * query[i]!;
      if (best.length === most && score <= best[most - 1]!.score) continue;
      const key = keyOfRow(output.documentOf(row), row);
      if (keys.has(key)) continue;
      keys.add(key);
      let place = best.length;
      while (place > 0 && best[place - 1]!.score < score) place--;
      best.splice(place, 0, { row, score, key });
      if (best.length > most) keys.delete(best.pop()!.key);
    }
  }
  return best;
}
