// `embed eval` without its flags: how often a search finds what answers a question.
import { UsageError } from '../errors.js';
import { openOutput } from '../output/read/output.js';
import { type DraftQuestion, draftQuestions } from '../search/evaluate/draft.js';
import { type Comparison, compare, type Evaluation, evaluateWith } from '../search/evaluate/evaluate.js';
import type { QuestionOptions, SearcherOptions } from '../search/options.js';
import type { Question } from '../search/questions-file.js';
import { openSearcher } from '../search/searcher.js';
import { noIndex } from './run-state.js';

/** What {@link evaluate} is told. */
export interface EvaluateOptions extends SearcherOptions, Omit<QuestionOptions, 'k'> {
  /** Each with the source, or a passage, that answers it. */
  questions: readonly Question[];
  /** An output or a destination that is asked the same, as `in` names one. @default none */
  against?: string | undefined;
}

/** How good a search is, and how it compares. */
export interface EvaluateResult extends Evaluation {
  /** Against the other output; absent where none was named. */
  against?: Evaluation & Comparison;
}

/**
 * Asks all questions, and tells how often the first results answer them, with 95 % intervals by resampling the questions.
 * Throws as `search` does.
 * @throws {UsageError} when a question says neither which source nor which passage answers it
 */
export async function evaluate(options: EvaluateOptions): Promise<EvaluateResult> {
  const { questions, against } = options;
  if (questions.length === 0) throw new UsageError('There is nothing to ask: give questions.');
  const own = await evaluateOne(options);
  if (against === undefined) return own;
  const other = await evaluateOne({ ...options, in: against });
  return { ...own, against: { ...other, ...compare(own, other) } };
}

async function evaluateOne(options: EvaluateOptions): Promise<Evaluation> {
  const searcher = await openSearcher(options, noIndex);
  try {
    return await evaluateWith(searcher, options.questions, options);
  } finally {
    await searcher.close();
  }
}

/**
 * Questions to begin with, from headings and first sentences of an output.
 * @param most questions at most
 * @throws {NoIndexError} when there is no output
 */
export async function draft(
  { settings, signal = new AbortController().signal }: SearcherOptions,
  most: number,
): Promise<DraftQuestion[]> {
  const output = await openOutput(settings.out, { signal });
  if (!output) throw await noIndex(settings.out);
  try {
    return await draftQuestions(output, most, signal);
  } finally {
    await output.close();
  }
}
