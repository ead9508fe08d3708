// `embed search` without its flags: exact cosine of a question against every vector of an output.
import type { Settings } from '../config/settings.js';
import { compareSpaces } from '../embedders/guard/space-mismatch.js';
import { unknownScript } from '../embedders/guard/unknown-script.js';
import { UsageError, VectorSpaceError } from '../errors.js';
import { eventsFor, type RunEvents } from '../events.js';
import { openOutput, type VectorBlock } from '../output/read/output.js';
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
  /** Results at most. */
  k: number;
  /** Ends the search. @default never */
  signal?: AbortSignal;
  /** Listener, called when something happens. @default no listener */
  events?: Partial<RunEvents>;
}

/** A row of the output; results come best first. */
export interface SearchResult extends OutputRow {
  /** Cosine of the row's vector and the question's, -1 to 1. */
  score: number;
}

/**
 * Compares a question with every row of an output, exactly.
 * @returns the `k` nearest rows, best first; fewer when the output has fewer
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
    const best = await nearestRows(output.blocks(), vector!, k);
    const results: SearchResult[] = [];
    for (const { row, score } of best) results.push({ score, ...(await readRow(output, row)) });
    return results;
  } finally {
    await embedder?.close();
    await output.close();
  }
}

interface Hit {
  row: number;
  score: number;
}

/** Keeps the best k of all rows; ties go to the earlier row. */
async function nearestRows(blocks: AsyncIterable<VectorBlock>, query: Vector, k: number): Promise<Hit[]> {
  const best: Hit[] = [];
  const dimensions = query.length;
  for await (const { first, floats } of blocks) {
    for (let at = 0, row = first; at < floats.length; at += dimensions, row++) {
      let score = 0;
      for (let i = 0; i < dimensions; i++) score += floats[at + i]! * query[i]!;
      if (best.length === k && score <= best[k - 1]!.score) continue;
      let place = best.length;
      while (place > 0 && best[place - 1]!.score < score) place--;
      best.splice(place, 0, { row, score });
      if (best.length > k) best.pop();
    }
  }
  return best;
}
