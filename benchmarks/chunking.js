// How fast documents become chunks: counting, cutting and hashing, on one thread, without reading files.
// `node benchmarks/chunking.js [folder of Markdown files]`, by default those in node_modules.
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { split } from '../dist/chunks/split.js';
import { estimateCounter } from '../dist/tokens/estimating-counter.js';
import { wordPieceCounter } from '../dist/tokens/wordpiece-counter.js';

const rounds = 7;
const folder = process.argv[2] ?? 'node_modules';

const documents = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
  .map((entry) => markdown(join(entry.parentPath ?? entry.path, entry.name)));
const bytes = documents.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
const tokens = readFileSync('fixtures/tokens/all-minilm.txt', 'utf8').trimEnd().split('\n');

console.log(
  `${documents.length} documents, ${(bytes / 1e6).toFixed(1)} MB, ${cpus()[0]?.model}, ${process.version}`,
);
const words = measure('text.split(/\\s+/)', () => {
  let count = 0;
  for (const { text } of documents) count += text.split(/\s+/).length;
  return `${count} words`;
});
for (const counter of [wordPieceCounter(tokens), estimateCounter()]) {
  let counted = 0;
  const counting = measure(`count, ${counter.id}`, () => {
    counted = 0;
    for (const { text } of documents) counted += counter.count(text);
    return `${counted} tokens`;
  });
  console.log(`  ${(counted / counting / 1e3).toFixed(1)} M tokens/s`);
  for (const options of [
    { size: 254, overlap: 0 },
    { size: 254, overlap: 32 },
  ]) {
    const time = measure(`split, ${options.size} tokens, overlap ${options.overlap}`, () => {
      let chunks = 0;
      let held = 0;
      for (const document of documents) {
        for (const chunk of split(document, { ...options, counter })) {
          chunks++;
          held += chunk.tokens;
        }
      }
      return `${chunks} chunks of ${(held / chunks).toFixed(0)} tokens`;
    });
    console.log(
      `  ${(counted / time / 1e3).toFixed(1)} M tokens/s, ${(words / time).toFixed(2)} × the speed of text.split(/\\s+/)`,
    );
  }
}

/** Best of several rounds, in ms of processor time: other work on the machine doesn't count. */
function measure(name, run) {
  let best = Number.POSITIVE_INFINITY;
  let result = '';
  for (let round = 0; round < rounds; round++) {
    const start = process.cpuUsage();
    result = run();
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1e3);
  }
  console.log(`${name}: ${best.toFixed(0)} ms, ${(bytes / 1e3 / best).toFixed(0)} MB/s, ${result}`);
  return best;
}

/** Headings, and paragraphs between blank lines: enough structure for a measurement. */
function markdown(path) {
  const text = readFileSync(path, 'utf8');
  const blocks = [];
  let line = 1;
  let start = 0;
  for (const part of text.split(/(\n\s*\n|(?<=^#.*)\n)/m)) {
    const end = start + part.length;
    const heading = /^(#{1,6}) +(.*)/.exec(part);
    if (heading)
      blocks.push({ kind: 'heading', start, end, line, level: heading[1].length, title: heading[2] });
    else if (part.trim() !== '') blocks.push({ kind: 'paragraph', start, end, line });
    line += part.split('\n').length - 1;
    start = end;
  }
  return { source: path, format: 'markdown', text, blocks };
}
