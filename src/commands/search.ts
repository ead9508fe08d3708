// `embed search` without its flags: opens what is searched, asks one question or many, and closes it again.

import { eventsFor } from '../events.js';
import type { QuestionOptions, SearcherOptions, SearchOptions, SearchResult } from '../search/options.js';
import { refuseBlank } from '../search/question.js';
import { openSearcher, type Searcher } from '../search/searcher.js';
import { unfitSources } from '../search/unfit-sources.js';
import { plural, quoted } from '../text/plural.js';
import { printable } from '../text/printable.js';
import { noIndex } from './run-state.js';

/**
 * Asks outputs or destinations a question: by meaning, by words, or by both.
 * @returns the `k` best texts, best first; fewer when there are fewer
 * @throws {NoIndexError} when there is no output
 * @throws {UsageError} when there is no question, or the model doesn't know the question's script
 * @throws {VectorSpaceError} when the embedder gives vectors of another space than the output's
 * @throws {DamagedOutputError} when the output's files contradict each other
 * @throws {NewerOutputError} when a newer version made the output
 * @throws {DestinationError} when a destination can't be reached, or refuses
 * @throws {ServiceError} when the embedder can't be reached, or lacks the model
 * @throws {WrongVectorsError} when servers give vectors that can't be right
 * @throws {EmbedderFault} when the embedder fails on the question
 * @throws the signal's reason
 */
export async function search(options: SearchOptions): Promise<SearchResult[]> {
  const [results] = await searchAll({ ...options, questions: [options.question] });
  return results!;
}

/** What {@link searchAll} is told. */
export interface SearchAllOptions extends QuestionOptions, SearcherOptions {
  /** What is looked for, each as in `search`. */
  questions: readonly string[];
}

/**
 * Asks many questions in one go: they are embedded in batches, and each output's vectors are read once for all of them.
 * Throws as {@link search} does.
 * @returns for each question its results, as {@link search} gives them
 */
export async function searchAll(options: SearchAllOptions): Promise<SearchResult[][]> {
  const { questions } = options;
  refuseBlank(questions);
  const searcher = await openSearcher(options, noIndex);
  try {
    const found = await searcher.searchAll(questions, options);
    const [question] = questions;
    // Near names are easily taken for the one that was asked for.
    const absent = questions.length === 1 ? await searcher.absentNames(question!, options.by) : [];
    if (absent.length > 0 && found[0]!.length > 0) {
      const names = absent.map((name) => printable(quoted(name), 100)).join(', ');
      eventsFor(options.events).notice(
        `No text holds ${names}: what is shown is only near it.`,
        'names-not-found',
      );
    }
    const unfit = found.every((one) => one.length === 0)
      ? await unfitSources(searcher.corpora, options)
      : undefined;
    if (unfit !== undefined) eventsFor(options.events).notice(unfit, 'no-source-fits');
    await tellFailed(searcher, options);
    return found;
  } finally {
    await searcher.close();
  }
}

/** What isn't found may be in a document that failed. */
async function tellFailed(searcher: Searcher, { events }: SearcherOptions): Promise<void> {
  for (const corpus of searcher.corpora) {
    const failed = (await corpus.failed?.())?.size ?? 0;
    if (failed === 0) continue;
    eventsFor(events).notice(
      `${plural(failed, 'document')} of ${printable(corpus.shown, 200)} failed: what is in them now can't be found (\`embed list --failed\` names them).`,
      'failed-left-out',
    );
  }
}
