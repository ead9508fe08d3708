// `embed search` without its flags: opens what is searched, asks one question or many, and closes it again.
import { UsageError } from '../errors.js';
import { eventsFor } from '../events.js';
import { openCorpora, wordsFolder } from '../search/corpora.js';
import type { QuestionOptions, SearcherOptions, SearchOptions, SearchResult } from '../search/options.js';
import { OutputCorpus } from '../search/output-corpus.js';
import type { OpenParts } from '../search/question.js';
import { openSearcher, Searcher } from '../search/searcher.js';
import { noIndex } from './run-state.js';

/**
 * Asks outputs or destinations a question: by meaning, by words, or by both.
 * @returns the `k` best texts, best first; fewer when there are fewer
 * @throws {UsageError} when there is no output or no question, or the model doesn't know the question's script
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

/** The same with what is open already. */
export async function searchWith(
  options: SearchOptions,
  { output, vectorOf }: OpenParts,
): Promise<SearchResult[]> {
  const { settings, question, signal = new AbortController().signal } = options;
  if (question.trim() === '') throw new UsageError('Nothing to search for: give a question.');
  const events = eventsFor(options.events);
  const opened = output && [
    new OutputCorpus(output, {
      ...{ name: undefined, signal, stays: true, cacheDir: wordsFolder(settings.cacheDir) },
      notice: (message) => events.notice(message),
    }),
  ];
  const searcher = new Searcher(opened ?? (await openCorpora(options, noIndex)), { ...options, vectorOf });
  try {
    return await searcher.search(question, options);
  } finally {
    await searcher.close();
  }
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
  if (questions.some((question) => question.trim() === ''))
    throw new UsageError('Nothing to search for: give a question.');
  const searcher = await openSearcher(options, noIndex);
  try {
    return await searcher.searchAll(questions, options);
  } finally {
    await searcher.close();
  }
}
