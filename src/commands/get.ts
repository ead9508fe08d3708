// `embed get` without its flags: a text of an index, by where it stands.
import type { FoundText, GetOptions } from '../search/get.js';
import type { SearcherOptions } from '../search/options.js';
import { openSearcher } from '../search/searcher.js';
import { noIndex } from './run-state.js';

/** What {@link get} is told. */
export interface GetTextOptions extends GetOptions, SearcherOptions {
  /** The id of a row, a source for its whole document, or `source:line` for the chunk on that line. */
  what: string;
}

/**
 * Finds texts in outputs and destinations; no embedder is asked.
 * @returns one for each output or destination that has it
 * @throws {NoIndexError} when there is no output
 * @throws {UsageError} when none has it
 * @throws {DamagedOutputError} when an output's files contradict each other
 * @throws {NewerOutputError} when a newer version made an output
 * @throws {DestinationError} when a destination can't be reached, or refuses
 * @throws the signal's reason
 */
export async function get(options: GetTextOptions): Promise<FoundText[]> {
  const searcher = await openSearcher(options, noIndex);
  try {
    return await searcher.get(options.what, options);
  } finally {
    await searcher.close();
  }
}
