// Ranks of the first chunk that answers each question, and what they come to.
import { randomFrom } from '../../../dist/bench/statistics/random.js';
import { holds, words } from './judge.js';

const resamples = 10_000;
const seed = 14;

/**
 * Exact cosine search with every question over every row; ties go to the earlier row.
 * @param rows `{ source, text, tokens, vector }`, or `vectors` of parts
 * @returns one per question: the rank of the first hit from 1 on, or 0 when no chunk holds the passage; the tokens to
 * read up to its end; and the best rows
 */
export function rank(questions, vectors, rows) {
  return questions.map((question, index) => {
    const scores = Float64Array.from(rows, (row) => likeness(row, vectors[index]));
    const wanted = words(question.passage);
    let answer = -1;
    for (const [row, { source, text }] of rows.entries()) {
      if (source !== question.source || (answer >= 0 && scores[row] <= scores[answer])) continue;
      if (holds(words(text), wanted)) answer = row;
    }
    const before = (row, other) =>
      scores[row] > scores[other] || (scores[row] === scores[other] && row < other);
    let rank = 0;
    let tokens = 0;
    if (answer >= 0) {
      const upToAnswer = rows.filter((_, row) => row === answer || before(row, answer));
      rank = upToAnswer.length;
      tokens = upToAnswer.reduce((sum, { tokens }) => sum + tokens, 0);
    }
    const best = [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b).slice(0, 3);
    return {
      rank,
      tokens,
      answer,
      best,
      scores: best.map((row) => scores[row]),
      answerScore: scores[answer],
    };
  });
}

/** What is handed to a model that writes an answer, say: few long chunks, or many short ones. */
const budget = 2000;

/** Each takes what `rank` found for a question, and gives 0 to 1. */
export const measures = {
  'hit@1': ({ rank }) => (rank === 1 ? 1 : 0),
  'hit@3': ({ rank }) => (rank >= 1 && rank <= 3 ? 1 : 0),
  MRR: ({ rank }) => (rank === 0 ? 0 : 1 / rank),
  'in 2,000 tokens': ({ rank, tokens }) => (rank >= 1 && tokens <= budget ? 1 : 0),
};

export function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Bounds of 95 % for the mean of paired differences, by resampling the questions. */
export function interval(differences) {
  const random = randomFrom(seed);
  const means = Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let i = 0; i < differences.length; i++)
      sum += differences[Math.floor(random() * differences.length)];
    return sum / differences.length;
  }).sort();
  return [means[Math.floor(resamples * 0.025)], means[Math.ceil(resamples * 0.975) - 1]];
}

/** A row that is found by its parts is as like as the best of them. */
function likeness({ vector, vectors = [vector] }, question) {
  return vectors.reduce((best, one) => Math.max(best, cosine(one, question)), -1);
}

function cosine(one, other) {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += one[i] * other[i];
  return sum;
}
