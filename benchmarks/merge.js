// How fast an output is split into shards and merged again: rows of 384 dimensions, 8 a document, beside a copy of the same
// files. Run: npm run build && node benchmarks/merge.js [rows] [shards] [jsonl|npy] [rows a document]
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { merge } from '../dist/commands/merge.js';
import { acquireLock } from '../dist/output/lock/lock.js';
import { seedShard } from '../dist/output/shards/seed.js';
import { shardFolder } from '../dist/output/shards/shard.js';
import { openWriter } from '../dist/output/write/writer.js';
import { outputHead } from './lib/output-head.js';

const rows = Number(process.argv[2] ?? 80_000);
const of = Number(process.argv[3] ?? 8);
const formats = process.argv[4] === 'jsonl' ? ['jsonl', 'npy'] : ['npy'];
const dimensions = 384;
const perDocument = Number(process.argv[5] ?? 8);
const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const head = { ...outputHead(dimensions), formats };

async function write(dir) {
  const writer = await openWriter(dir, head);
  const vector = new Float32Array(dimensions);
  for (let i = 0; i < rows; i++) {
    const source = `docs/${String(Math.floor(i / perDocument)).padStart(9, '0')}.md`;
    const text = `${i} ${'Batches of texts become vectors, and vectors become an index. '.repeat(13)}`;
    const index = i % perDocument;
    const hash = sha256(text);
    if (index === 0) await writer.begin({ source, root: 'docs', hash });
    vector.fill(0).fill(1, i % dimensions, (i % dimensions) + 1);
    const place = { index, start: index * 840, end: index * 840 + text.length, line: 1 + index * 12 };
    const chunk = { source, text, ...place, tokens: 190, heading: ['Guide'], hash, key: hash, occurrence: 0 };
    await writer.row(chunk, vector);
    if (index === perDocument - 1) await writer.end();
  }
  return await writer.commit();
}

async function timed(what, work) {
  const started = performance.now();
  const cpu = process.cpuUsage();
  await work();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const perRow = ((user + system) / rows).toFixed(1);
  console.log(
    `${what.padEnd(32)}${Math.round(rows / seconds).toLocaleString('en')} rows/s, ${perRow} µs of processor per row`,
  );
}

const folder = await mkdtemp(join(tmpdir(), 'embed-merge-'));
const whole = join(folder, 'whole');
try {
  const { bytes } = await write(whole);
  const size = (bytes / 1e6).toFixed(0);
  console.log(
    `${rows} rows of ${dimensions} dimensions in ${of} shards, ${size} MB, Node ${process.version}`,
  );
  await timed('copy of the same files', () => cp(whole, join(folder, 'copy'), { recursive: true }));
  const parts = join(folder, 'parts');
  await timed('into shards', async () => {
    for (let index = 1; index <= of; index++) {
      const shard = { index, of };
      const dir = shardFolder(parts, shard);
      const lock = await acquireLock(dir);
      await seedShard(whole, dir, { shard, lock });
      await lock.release();
    }
  });
  await timed('merged', () => merge({ dirs: [parts] }));
  await timed('merged again, nothing changed', () => merge({ dirs: [parts] }));
  const [a, b] = await Promise.all(
    [whole, parts].map((dir) => readFile(join(dir, 'manifest.json')).then((text) => sha256(text))),
  );
  console.log(a === b ? 'the same manifest' : 'ANOTHER MANIFEST');
  console.log(`memory at most ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
} finally {
  await rm(folder, { recursive: true });
}
