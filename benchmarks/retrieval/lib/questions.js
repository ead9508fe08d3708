// The questions, in two halves. A hash decides which question is in which half, so that nobody could choose.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export const halves = ['open', 'held-back'];

export function readQuestions(half) {
  return JSON.parse(readFileSync(new URL(`../questions/${half}.json`, import.meta.url), 'utf8'));
}

/**
 * Gives each question its id and its half. Those of one corpus and kind are sorted by the hash of their words and
 * dealt out in turn: both halves have the same mix.
 */
export function place(questions) {
  const groups = groupBy(questions, groupOf);
  return [...groups.values()].flatMap((group) =>
    group
      .map((question) => ({ ...question, id: hash(question.question).slice(0, 8) }))
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map((question, index) => ({ ...question, half: halves[index % 2] })),
  );
}

function groupOf({ corpus, kind }) {
  return `${corpus} ${kind}`;
}

function groupBy(items, key) {
  const groups = new Map();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

function hash(text) {
  return createHash('sha256').update(text).digest('hex');
}
