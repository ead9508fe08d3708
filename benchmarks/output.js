// How fast the output is written: rows of 384 dimensions as JSONL + NPY, beside a plain copy of the same
// bytes through buffers of the same size. Run: npm run build && node benchmarks/output.js [rows]
import { createHash } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openOutput } from '../dist/output/read/output.js';
import { openWriter } from '../dist/output/write/writer.js';
import { outputHead } from './lib/output-head.js';

const rows = Number(process.argv[2] ?? 20_000);
const dimensions = 384;
const perDocument = 8;
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

const vectors = Array.from({ length: 512 }, () => {
  const vector = Float32Array.from(
    { length: dimensions },
    () => Math.random() + Math.random() + Math.random() - 1.5,
  );
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map((value) => value / norm);
});
const chunks = Array.from({ length: rows }, (_, i) => {
  const source = `docs/${String(Math.floor(i / perDocument)).padStart(7, '0')}.md`;
  const text = `${i} ${'Batches of texts become vectors, and vectors become an index. '.repeat(13)}`;
  const index = i % perDocument;
  const place = { index, start: index * 840, end: index * 840 + text.length, line: 1 + index * 12 };
  return {
    source,
    text,
    ...place,
    tokens: 190,
    heading: ['Guide', 'Batches'],
    hash: sha256(text),
    key: sha256(text),
    occurrence: 0,
  };
});
const head = outputHead(dimensions);

async function write(dir, formats) {
  const writer = await openWriter(dir, { ...head, formats });
  for (let i = 0; i < rows; i++) {
    const chunk = chunks[i];
    if (chunk.index === 0) await writer.begin({ source: chunk.source, root: 'docs', hash: chunk.hash });
    const full = writer.row(chunk, vectors[i % vectors.length]);
    if (full !== undefined) await full;
    if (chunk.index === perDocument - 1 || i === rows - 1) await writer.end();
  }
  return await writer.commit();
}

async function keepAll(dir, but) {
  const previous = await openOutput(dir);
  const writer = await openWriter(dir, { ...head, formats: ['jsonl', 'npy'], previous });
  for (const { source, hash } of previous.documents()) {
    if (source === but) {
      await writer.begin({ source, root: 'docs', hash });
      await writer.end();
    } else await writer.keep(source);
  }
  const result = await writer.commit();
  await previous.close();
  return result;
}

async function copy(from, to) {
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  const target = await open(to, 'w');
  for (const path of from) {
    const source = await open(path, 'r');
    for (let read = 1; read > 0; ) {
      read = (await source.read(buffer, 0, buffer.length, null)).bytesRead;
      await target.write(buffer, 0, read);
    }
    await source.close();
  }
  await target.sync();
  await target.close();
}

async function timed(work) {
  const start = performance.now();
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - start) / 1000, processor: (user + system) / 1e6, result };
}

const folder = await mkdtemp(join(tmpdir(), 'embed-bench-'));
try {
  const both = join(folder, 'both');
  const npy = join(folder, 'npy');
  const files = [join(both, 'chunks.jsonl'), join(both, 'vectors.npy')];
  await write(join(folder, 'warm-up'), ['jsonl', 'npy']);
  const writing = await timed(() => write(both, ['jsonl', 'npy']));
  const alone = await timed(() => write(npy, ['npy']));
  const copying = await timed(() => copy(files, join(folder, 'copy')));
  const nothing = await timed(() => keepAll(both));
  const removal = await timed(() => keepAll(both, chunks[0].source));
  // Processor time too: on a busy machine, or one with a slow disk, it says more than the clock.
  const perSecond = ({ seconds, processor }) =>
    `${Math.round(rows / seconds).toLocaleString('en')} rows/s, ${((processor / rows) * 1e6).toFixed(1)} µs of processor per row`;
  const megabytes = Math.round(writing.result.bytes / 1e6);
  console.log(`${rows} rows of ${dimensions} dimensions, ${megabytes} MB, Node ${process.version}`);
  console.log(`copy of the same bytes   ${perSecond(copying)}`);
  console.log(
    `JSONL + NPY              ${perSecond(writing)}  ratio ${(copying.seconds / writing.seconds).toFixed(2)}`,
  );
  console.log(`NPY, lines without       ${perSecond(alone)}`);
  console.log(
    `all kept                 ${(nothing.seconds * 1000).toFixed(0)} ms, changed: ${nothing.result.changed}`,
  );
  console.log(
    `one document replaced    ${(removal.seconds * 1000).toFixed(0)} ms  ratio ${(copying.seconds / removal.seconds).toFixed(2)}`,
  );
} finally {
  await rm(folder, { recursive: true });
}
