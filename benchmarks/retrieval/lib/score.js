// Ranks of the first chunk that answers each question, and what they come to.
import { randomFrom } from '../../../dist/bench/statistics/random.js';
import { holds, words } from './judge.js';

const resamples = 10_000;
const seed = 14;

/**
 * Exact cosine search with every question over every row; ties go to the earlier row.
 * @param rows `{ source, text, vector }`
 * @returns one per question: the rank of the first hit from 1 on, or 0 when no chunk holds the passage, and the best rows
 */
export function rank(questions, vectors, rows) {
  return questions.map((question, index) => {
    const scores = Float64Array.from(rows, ({ vector }) => cosine(vector, vectors[index]));
    const wanted = words(question.passage);
    let answer = -1;
    for (const [row, { source, text }] of rows.entries()) {
      if (source !== question.source || (answer >= 0 && scores[row] <= scores[answer])) continue;
      if (holds(words(text), wanted)) answer = row;
    }
    const before = (row, other) =>
      scores[row] > scores[other] || (scores[row] === scores[other] && row < other);
    let rank = 0;
    if (answer >= 0) {
      rank = 1;
      for (let row = 0; row < rows.length; row++) if (before(row, answer)) rank++;
    }
    const best = [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b).slice(0, 3);
    return { rank, answer, best, scores: best.map((row) => scores[row]), answerScore: scores[answer] };
  });
}

export const measures = {
  'hit@1': (rank) => (rank === 1 ? 1 : 0),
  'hit@3': (rank) => (rank >= 1 && rank <= 3 ? 1 : 0),
  MRR: (rank) => (rank === 0 ? 0 : 1 / rank),
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

function cosine(one, other) {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += one[i] * other[i];
  return sum;
}
