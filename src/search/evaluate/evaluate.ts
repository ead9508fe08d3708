// Asks all questions and holds the results against what answers them.
import { UsageError } from '../../errors.js';
import type { QuestionOptions } from '../options.js';
import type { Question } from '../questions-file.js';
import type { Searcher } from '../searcher.js';
import { hasWords, rankOf } from './answer-rank.js';
import {
  depth,
  type Estimate,
  type EvalVerdict,
  estimateOf,
  type MeasureName,
  measures,
  verdictOf,
} from './measures.js';

/** What became of a question. */
export interface EvaluatedQuestion extends Question {
  /** 1-based place of the first result that answers; 0 when none of the first ten does. */
  rank: number;
  /** Source of the first result; absent where there was none. */
  first?: string;
}

/** How good a search is, by the questions that have an answer. */
export interface Evaluation {
  /** Questions that were asked. */
  questions: number;
  /** Share of the questions that the first result answers. */
  hit1: Estimate;
  /** Share that one of the first three answers. */
  hit3: Estimate;
  /** Share that one of the first ten answers. */
  hit10: Estimate;
  /** Mean of 1 / place of the first answer, of the first ten. */
  mrr: Estimate;
  /** Of the first ten, with one answer a question: the mean of 1 / log2(1 + its place). */
  ndcg: Estimate;
  /** In the order of the questions. */
  answers: EvaluatedQuestion[];
}

/** Two evaluations of the same questions, held against each other question by question. */
export interface Comparison {
  /** Of the differences in the mean of 1 / place. */
  verdict: EvalVerdict;
  /** The first less the second, by measure. */
  ahead: Record<MeasureName, Estimate>;
  /** Questions that only the first answers in ten results. */
  gained: string[];
  /** Questions that only the second answers. */
  lost: string[];
}

/** @throws {UsageError} when a question has no answer that is known, or a passage without words */
export async function evaluateWith(
  searcher: Searcher,
  questions: readonly Question[],
  options: Omit<QuestionOptions, 'k'>,
): Promise<Evaluation> {
  const open = questions.findIndex(({ source, passage }) => source === undefined && passage === undefined);
  if (open >= 0) {
    throw new UsageError(
      `Question ${open + 1} has neither "source" nor "passage": say which text answers it.`,
    );
  }
  const wordless = questions.findIndex(({ passage }) => passage !== undefined && !hasWords(passage));
  if (wordless >= 0) {
    throw new UsageError(
      `The passage of question ${wordless + 1} has no words, so any text would hold it: give some.`,
    );
  }
  const lists = await searcher.searchAll(
    questions.map(({ question }) => question),
    { ...options, k: depth },
  );
  const answers = questions.map((question, place): EvaluatedQuestion => {
    const first = lists[place]![0]?.metadata.source;
    return { ...question, rank: rankOf(lists[place]!, question), ...(first !== undefined && { first }) };
  });
  const of = (name: MeasureName) => estimateOf(answers.map(({ rank }) => measures[name](rank)));
  return {
    questions: questions.length,
    ...{ hit1: of('hit1'), hit3: of('hit3'), hit10: of('hit10'), mrr: of('mrr'), ndcg: of('ndcg') },
    answers,
  };
}

/** @param one of the same questions as the other */
export function compare(one: Evaluation, other: Evaluation): Comparison {
  const pairs = one.answers.map(({ rank, question }, place) => ({
    question,
    rank,
    before: other.answers[place]!.rank,
  }));
  const ahead = Object.fromEntries(
    Object.entries(measures).map(([name, of]) => [
      name,
      estimateOf(pairs.map(({ rank, before }) => of(rank) - of(before))),
    ]),
  ) as Comparison['ahead'];
  return {
    verdict: verdictOf(ahead.mrr),
    ahead,
    gained: pairs.filter(({ rank, before }) => rank > 0 && before === 0).map(({ question }) => question),
    lost: pairs.filter(({ rank, before }) => rank === 0 && before > 0).map(({ question }) => question),
  };
}
