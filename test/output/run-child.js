// One run over an output in a process of its own, for tests that kill it: takes the lock, recovers, keeps or
// writes the documents of a made-up corpus, commits. Usage: run-child.js <folder> <version> [<crash>]
// where <crash> is `row:N` or `append:N` (after the Nth), or a step of commit or `recover:` and a step.
import { createHash } from 'node:crypto';
import { acquireLock } from '../../dist/output/lock/lock.js';
import { openOutput } from '../../dist/output/read/output.js';
import { openJournal } from '../../dist/output/write/journal.js';
import { recover } from '../../dist/output/write/recover.js';
import { openWriter } from '../../dist/output/write/writer.js';
import { spaceId } from '../../dist/vectors/space-json.js';

const [dir, version, crash = ''] = process.argv.slice(2);
const dimensions = 64;
const steps = [];
let embedded = 0;
let rows = 0;
let appends = 0;

function sha256(text) {
  return createHash('sha256').update(text).digest('hex');
}

function vectorOf(text) {
  const bytes = createHash('sha512').update(text).digest();
  const values = Float32Array.from(bytes, (byte) => byte - 127.5);
  const norm = Math.hypot(...values);
  return values.map((value) => value / norm);
}

/** Version 1 and 2 differ in edited, removed and added documents, at the front, in the middle and at the end. */
function corpus() {
  const documents = [];
  for (let i = 0; i < 60; i++) {
    if (version === '1' ? i === 59 || i === 20 : i === 0 || i === 40) continue;
    const edited = version === '2' && (i % 13 === 5 || i === 30);
    const texts = Array.from(
      { length: i % 7 },
      (_, j) => `text ${i} ${j} ${edited && j === 2 ? 'edited' : ''}`,
    );
    documents.push({
      source: `docs/${String(i).padStart(3, '0')}.md`,
      texts,
      hash: sha256(texts.join('\n')),
    });
  }
  return documents;
}

function die() {
  process.kill(process.pid, 'SIGKILL');
  // The signal is on its way: nothing may happen any more.
  return new Promise(() => setInterval(() => {}, 1000));
}

async function reached(point) {
  if (point === crash) await die();
}

async function write(writer, journal, previous) {
  for (const { source, texts, hash } of corpus()) {
    if (previous?.document(source)?.hash === hash) {
      await writer.keep(source);
      continue;
    }
    await writer.begin({ source, root: 'docs', hash });
    for (const [index, text] of texts.entries()) {
      const known = previous?.findRow(sha256(text));
      let vector = journal.get(sha256(text));
      if (known !== undefined) [vector] = await previous.vectors([known]);
      if (vector === undefined) {
        vector = vectorOf(text);
        embedded++;
        await journal.append([{ hash: sha256(text), vector }]);
        await reached(`append:${++appends}`);
      }
      const place = { index, start: 0, end: text.length, line: 1, tokens: 3, heading: [], occurrence: 0 };
      await writer.row({ source, text, hash: sha256(text), key: sha256(text), ...place }, vector);
      await reached(`row:${++rows}`);
    }
    await writer.end();
  }
  if (version === '1') writer.fail({ source: 'docs/x', code: 'unreadable' });
}

const parts = {
  embedder: 'builtin',
  variant: '',
  model: 'child',
  digest: '00',
  dimensions,
  options: {},
  prefixes: { document: '', query: '' },
  canaries: [],
};
const space = { id: spaceId(parts), ...parts };
const lock = await acquireLock(dir);
const recovered = await recover(dir, (step) => reached(`recover:${step}`));
const previous = await openOutput(dir);
const journal = await openJournal(dir, space.id, dimensions);
const writer = await openWriter(dir, {
  previous,
  space,
  lock,
  formats: ['jsonl', 'npy'],
  roots: ['docs'],
  chunking: { size: 1, overlap: 0, counter: 'c', splitter: 's' },
  readers: { text: 1 },
  onStep: async (step) => {
    steps.push(step);
    await reached(step);
  },
});
await write(writer, journal, previous);
const { changed } = await writer.commit();
await journal.close();
await previous?.close();
await lock.release();
console.log(JSON.stringify({ changed, recovered, embedded, rows, appends, steps }));
