// Makes an output of many rows without an embedder, or replaces one of its documents, as a run does.
//
// node rows.js DIST make OUT ROWS FORMATS
// node rows.js DIST edit OUT TURN
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [dist, what, out, number, formats] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(join(dist, 'output', name)).href);
const { openOutput } = await load('read/output.js');
const { openWriter } = await load('write/writer.js');
const { spaceId } = await import(pathToFileURL(join(dist, 'vectors', 'space-json.js')).href);

const dimensions = 384;
const perDocument = 20;
const sentence = 'Batches of texts become vectors, and vectors become an index. ';
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/** Numbers that are the same in every process. */
let state = 1;
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32 - 0.5;
};
const vectors = Array.from({ length: 512 }, () => {
  const vector = Float32Array.from({ length: dimensions }, random);
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map((value) => value / norm);
});

const parts = { embedder: 'builtin', variant: '', model: 'bench', digest: '00', dimensions, options: {} };
const space = { ...parts, prefixes: { document: '', query: '' }, canaries: [] };
const head = {
  space: { id: spaceId(space), ...space },
  chunking: { size: 256, overlap: 0, counter: 'bench', splitter: 'bench' },
  readers: {},
  roots: ['docs'],
};

const nameOf = (document) => `docs/${String(document).padStart(7, '0')}.md`;

async function add(writer, document, edited = '') {
  const source = nameOf(document);
  await writer.begin({ source, root: 'docs', hash: sha256(source + edited) });
  for (let index = 0; index < perDocument; index++) {
    const row = document * perDocument + index;
    const text = `${row} ${edited}${sentence.repeat(11)}`;
    const hash = sha256(text);
    const place = { index, start: index * 700, end: index * 700 + text.length, line: 1 + index * 12 };
    const chunk = { source, text, ...place, tokens: 160, heading: ['Guide', 'Batches'], hash, key: hash };
    const full = writer.row({ ...chunk, occurrence: 0 }, vectors[row % vectors.length]);
    if (full) await full;
  }
  const full = writer.end();
  if (full) await full;
}

if (what === 'make') {
  const writer = await openWriter(out, { ...head, formats: formats.split(',') });
  for (let document = 0; document < Number(number) / perDocument; document++) await add(writer, document);
  await writer.commit();
} else {
  const previous = await openOutput(out);
  const writer = await openWriter(out, { ...head, formats: previous.manifest.formats, previous });
  const documents = previous.documents();
  const place = (Number(number) * 331 + 7) % documents.length;
  for (const { source, index } of documents) {
    if (index === place) await add(writer, index, `edited ${number} `);
    else {
      const full = writer.keep(source);
      if (full) await full;
    }
  }
  const { changed } = await writer.commit();
  if (!changed) throw new Error('expected a change');
  await previous.close();
}
console.log(JSON.stringify({ seconds: process.uptime() }));
