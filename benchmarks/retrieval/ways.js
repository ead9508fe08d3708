// Which way of searching finds more answers: by vectors, by words, or by both? The same index, questions and judge as run.js;
// the lists are those of `embed search`.
//
//   npm run build && node benchmarks/retrieval/ways.js [--half held-back] [--keep] [--json FILE]
//   … --keep    the index of the run before, which stays

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadSettings, searchAll } from '../../dist/index.js';
import { cacheFolder, corpora, fetchCorpora } from './lib/corpora.js';
import { holds, words } from './lib/judge.js';
import { kindsOf } from './lib/kinds.js';
import { ourRows } from './lib/ours.js';
import { halves, readQuestions } from './lib/questions.js';
import { interval, mean } from './lib/score.js';
import { vectorCache } from './lib/vectors.js';

const { values: options } = parseArgs({
  options: { half: { type: 'string', default: 'open' }, json: { type: 'string' }, keep: { type: 'boolean' } },
});
if (!halves.includes(options.half)) throw new Error(`--half is one of ${halves.join(', ')}.`);

/** Results of a question that are looked at. */
const k = 10;
const ways = ['vectors', 'words', 'hybrid'];
const measures = {
  'hit@1': (rank) => (rank === 1 ? 1 : 0),
  'hit@3': (rank) => (rank >= 1 && rank <= 3 ? 1 : 0),
  'hit@10': (rank) => (rank >= 1 ? 1 : 0),
  MRR: (rank) => (rank >= 1 ? 1 / rank : 0),
};

fetchCorpora(console.error);
if (!options.keep) await ourRows();
const out = join(cacheFolder, 'index');
const { settings } = await loadSettings({ flags: { out, embedder: 'builtin' }, env: {}, cwd: cacheFolder });
const questions = readQuestions(options.half);
const found = {};
for (const by of ways) {
  const lists = await searchAll({
    questions: questions.map(({ question }) => question),
    settings: { ...settings, ...vectorCache, out },
    ...{ k, by },
  });
  found[by] = lists.map((results, index) => rankOf(results, questions[index]));
}
if (!options.keep) rmSync(out, { recursive: true, force: true });

const groups = {
  all: () => true,
  ...Object.fromEntries(corpora.map(({ name }) => [name, (one) => one.corpus === name])),
  ...kindsOf,
};
const table = [];
for (const [group, isIn] of Object.entries(groups)) {
  const places = questions.flatMap((question, index) => (isIn(question) ? [index] : []));
  if (places.length === 0) continue;
  for (const [measure, of] of Object.entries(measures)) {
    const values = Object.fromEntries(ways.map((by) => [by, places.map((place) => of(found[by][place]))]));
    const ahead = (by) => {
      const differences = values.hybrid.map((value, at) => value - values[by][at]);
      return { ahead: mean(differences), bounds: interval(differences) };
    };
    table.push({
      ...{ group, questions: places.length, measure },
      ...Object.fromEntries(ways.map((by) => [by, mean(values[by])])),
      ...{ overVectors: ahead('vectors'), overWords: ahead('words') },
    });
  }
}
console.log(`${questions.length} questions, the ${options.half} half; hybrid ahead, with bounds of 95 %`);
console.log('| questions | | vectors | words | hybrid | ahead of vectors | ahead of words |');
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (const {
  group,
  questions: count,
  measure,
  vectors,
  words: byWords,
  hybrid,
  overVectors,
  overWords,
} of table) {
  const numbers = [vectors, byWords, hybrid].map(percent);
  console.log(
    `| ${group} (${count}) | ${measure} | ${numbers.join(' | ')} | ${shown(overVectors)} | ${shown(overWords)} |`,
  );
}
if (options.json) writeFileSync(options.json, `${JSON.stringify({ table, found }, null, 2)}\n`);

/** The 1-based place of the first result that answers, or 0. */
function rankOf(results, { source, passage }) {
  const wanted = words(passage);
  return (
    1 +
    results.findIndex(
      ({ sources, text }) => sources.includes(`corpora/${source}`) && holds(words(text), wanted),
    )
  );
}

function shown({ ahead, bounds: [low, high] }) {
  return `${signed(ahead)} (${signed(low)} … ${signed(high)})`;
}

function signed(value) {
  return `${value < 0 ? '−' : '+'}${percent(Math.abs(value))}`;
}

function percent(value) {
  return (100 * value).toFixed(1);
}
