// The question of a search: what is asked, its vector, and how results are gathered, of an output or a destination.
import type { Settings } from '../config/settings.js';
import { compareSpaces } from '../embedders/guard/space-mismatch.js';
import { unknownScript } from '../embedders/guard/unknown-script.js';
import { UsageError, VectorSpaceError } from '../errors.js';
import { eventsFor, type RunEvents } from '../events.js';
import type { Output } from '../output/read/output.js';
import { compareSources } from '../text/source-order.js';
import type { Embedder } from '../types/embedder.js';
import type { VectorSpace } from '../types/space.js';
import type { Vector } from '../types/vector.js';
import { openEmbedder } from '../upstream/choose-embedder.js';
import type { OutputRow } from './output-row.js';
import type { SearchFilters } from './search-filter.js';

/** What `search` is told. */
export interface SearchOptions extends SearchFilters {
  /** What is looked for, in plain words; the model's query prefix is added. */
  question: string;
  /** `out` names the output, from the working folder on; the rest, where its embedder is. */
  settings: Settings;
  /** Results at most: texts, however many rows hold each. */
  k: number;
  /** Address of a destination that is asked instead, with `index` of the settings. @default the output is asked */
  in?: string | undefined;
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
 * What is open already, and stays open: of a server, for all of its searches.
 * @internal
 */
export interface OpenParts {
  /** The output, where no destination is asked. @default opened for this search */
  output?: Output;
  /** Gives the vector of a question. @default an embedder that is opened for this search */
  vectorOf?: (question: string, searched: Searched, signal: AbortSignal) => Promise<Vector>;
}

/** What is searched. */
export interface Searched {
  space: VectorSpace;
  /** Id of the counter of its chunks, where it is known. */
  counter?: string;
  /** For messages. */
  where: string;
}

/**
 * The vector of the question.
 * @throws {VectorSpaceError} when the embedder gives vectors of another space
 */
export async function vectorOf(
  options: SearchOptions,
  searched: Searched,
  parts: OpenParts = {},
): Promise<Vector> {
  const { settings, question, signal = new AbortController().signal } = options;
  if (parts.vectorOf) return await parts.vectorOf(question, searched, signal);
  const embedder = await openFor(searched, settings, eventsFor(options.events), signal);
  try {
    return await questionVector(embedder, question, searched, signal);
  } finally {
    await embedder.close();
  }
}

/**
 * An embedder for questions to what is searched.
 * @throws {VectorSpaceError} when it gives vectors of another space
 */
export async function openFor(
  { space, counter, where }: Searched,
  settings: Settings,
  events: RunEvents,
  signal: AbortSignal,
): Promise<Embedder> {
  const { embedder, measured } = await openEmbedder({
    settings,
    previous: space,
    pinnedCounter: counter,
    signal,
    // One text is sent.
    mostTexts: 1,
    events,
  });
  const comparison = compareSpaces(space, measured.space);
  if (comparison.same) return embedder;
  await embedder.close();
  throw new VectorSpaceError(
    `The index ${where} is of another vector space than the embedder (${comparison.reason}): ` +
      'search with the embedder that made it, or make it again with `embed ingest --rebuild`.',
  );
}

/** @throws {UsageError} when the model doesn't know the question's script */
export async function questionVector(
  embedder: Embedder,
  question: string,
  { space }: Searched,
  signal: AbortSignal,
): Promise<Vector> {
  const unknown = unknownScript(embedder, question);
  if (unknown) throw new UsageError(unknown.message, { cause: unknown });
  const [vector] = await embedder.embed([space.prefixes.query + question], { signal });
  return vector!;
}

/** The same text with another context, as rows of two tables have it, is one result. */
export function addResult(results: Map<string, SearchResult>, found: SearchResult, k: number): void {
  const known = results.get(found.text);
  if (known) known.sources = [...new Set([...known.sources, ...found.sources])].sort(compareSources);
  else if (results.size < k) results.set(found.text, found);
}
