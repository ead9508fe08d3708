// Checks the questions against the corpora, and prints nothing of them but ids: each in its half, each passage in
// its source once, and in no other source. `node benchmarks/retrieval/check.js`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Parser } from 'htmlparser2';
import { corpora, corpusFiles, corpusFolder, fetchCorpora } from './lib/corpora.js';
import { occurrences, words } from './lib/judge.js';
import { halves, place, readQuestions } from './lib/questions.js';

fetchCorpora(console.error);
const texts = new Map();
for (const corpus of corpora)
  for (const path of corpusFiles(corpus))
    texts.set(`${corpus.name}/${path}`, words(plainText(join(corpusFolder(corpus), path))));

const halfOf = new Map(place(halves.flatMap(readQuestions)).map(({ id, half }) => [id, half]));
let faults = 0;
const fault = (id, what) => {
  faults++;
  console.log(`${id}: ${what}`);
};
for (const half of halves) {
  const questions = readQuestions(half);
  for (const { id, source, passage } of questions) {
    if (halfOf.get(id) !== half) fault(id, `belongs into ${halfOf.get(id)}`);
    const wanted = words(passage);
    const text = texts.get(source);
    if (text === undefined) fault(id, `no source ${source}`);
    else {
      const count = occurrences(text, wanted);
      if (count !== 1) fault(id, `its passage is in ${source} ${count} times`);
    }
    for (const [other, words] of texts)
      if (other !== source && occurrences(words, wanted) > 0) fault(id, `its passage is in ${other}, too`);
  }
  const count = (name, key) => questions.filter((question) => question[key] === name).length;
  const byCorpus = corpora.map(({ name }) => `${name} ${count(name, 'corpus')}`).join(', ');
  console.log(`${half}: ${questions.length} questions, ${count('name', 'kind')} about names (${byCorpus})`);
}
process.exitCode = faults > 0 ? 1 : 0;

function plainText(file) {
  const text = readFileSync(file, 'utf8');
  if (!file.endsWith('.html')) return text;
  let plain = '';
  const parser = new Parser({ ontext: (part) => (plain += part), onclosetag: () => (plain += ' ') });
  parser.end(text);
  return plain;
}
