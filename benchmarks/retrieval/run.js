// Measures how often the chunks of embed, LangChain.js and LlamaIndex.TS answer the questions, with one embedder and
// exact search.
//
//   npm run build && node benchmarks/retrieval/run.js [--own-texts] [--experiments] [--only NAME]… [--json FILE] [--details FILE]
//   … --half held-back    the questions that nobody works with: at the end only
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { embeddedOf } from './lib/context.js';
import { fetchCorpora } from './lib/corpora.js';
import { keptRows } from './lib/kept-rows.js';
import { installPeers } from './lib/peers.js';
import { halves, readQuestions } from './lib/questions.js';
import { summarize, table } from './lib/report.js';
import { mean, rank } from './lib/score.js';
import { baseline, experiments, onOurTexts, ownRows, peers, tokensOf } from './lib/systems.js';
import { embedAll, openEmbedder } from './lib/vectors.js';

const { values: options } = parseArgs({
  options: {
    half: { type: 'string', default: 'open' },
    'own-texts': { type: 'boolean' },
    experiments: { type: 'boolean' },
    only: { type: 'string', multiple: true },
    json: { type: 'string' },
    details: { type: 'string' },
  },
});
if (!halves.includes(options.half)) throw new Error(`--half is one of ${halves.join(', ')}.`);
if (options.details && options.half !== 'open') throw new Error('Details are for the open half alone.');

installPeers();
fetchCorpora(console.error);
const all = { [baseline]: ownRows, ...peers, ...onOurTexts, ...experiments };
const asked = {
  ...peers,
  ...(options['own-texts'] && onOurTexts),
  ...(options.experiments && experiments),
};
const names = [baseline, ...(options.only ?? Object.keys(asked))];
const unknown = names.filter((name) => !(name in all));
if (unknown.length > 0) throw new Error(`Not measured here: ${unknown.join(', ')}.`);
const questions = readQuestions(options.half);
const embedder = await openEmbedder();
const questionVectors = await embedAll(
  embedder,
  questions.map(({ question }) => question),
  () => undefined,
);
const results = {};
const details = {};
for (const name of names) {
  console.error(`${name} …`);
  const rows = await (name in peers ? keptRows(name, peers[name]) : all[name]());
  const { found, refused } = await withVectors(rows);
  const ranked = rank(questions, questionVectors, found);
  results[name] = {
    chunks: found.length,
    tokens: mean(found.map(({ tokens }) => tokens)),
    refused,
    found: ranked,
  };
  if (options.details) details[name] = ranked.map((one, index) => inWords(questions[index], one, found));
}
await embedder.stop();

const summary = summarize(results, baseline, questions);
console.log(`${questions.length} questions, the ${options.half} half; in brackets: prose, names`);
console.log(table(summary));
if (options.json) writeFileSync(options.json, `${JSON.stringify(summary, null, 2)}\n`);
if (options.details) writeFileSync(options.details, `${JSON.stringify(details, null, 2)}\n`);

/** Texts that the embedder refuses, such as those without a letter that it knows, are in no index. */
async function withVectors(rows) {
  // A row whose text has something in front of it that its index hadn't needs another vector.
  if (rows[0]?.parts) return withPartVectors(rows);
  const missing = rows.filter(({ vector, embedded }) => !vector || embedded !== undefined);
  const vectors = await embedAll(embedder, missing.map(embeddedOf), console.error);
  const made = new Map(missing.map((row, index) => [row, vectors[index]]));
  const all = rows.map((row) => ({ ...row, vector: made.has(row) ? made.get(row) : row.vector }));
  const found = all.filter(({ vector }) => vector).map((row) => ({ ...row, tokens: tokensOf(row.text) }));
  return { found, refused: all.length - found.length };
}

/** Rows that are found by the best of their parts. */
async function withPartVectors(rows) {
  const vectors = await embedAll(
    embedder,
    rows.flatMap(({ parts }) => parts),
    console.error,
  );
  let at = 0;
  const found = rows.map(({ parts, ...row }) => {
    const own = vectors.slice(at, at + parts.length).filter(Boolean);
    at += parts.length;
    return { ...row, vectors: own };
  });
  return { found, refused: vectors.filter((vector) => !vector).length };
}

function inWords({ id, question, source, passage, kind }, { rank, answer, best, scores, answerScore }, rows) {
  const show = (row) => ({ source: rows[row].source, heading: rows[row].heading, text: rows[row].text });
  return {
    id,
    kind,
    question,
    source,
    passage,
    rank,
    best: best.map((row, index) => ({ score: scores[index], ...show(row) })),
    ...(answer >= 0 && { answer: { score: answerScore, ...show(answer) } }),
  };
}
