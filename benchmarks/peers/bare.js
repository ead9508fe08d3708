// The least that a client must do: send texts, parse vectors, forget them. What a pipeline adds is its cost.
//
// node bare.js CHUNKS.jsonl OLLAMA_URL BATCH_SIZE CONCURRENCY [MOST_TEXTS]
import { readFileSync } from 'node:fs';
import { Pool } from 'undici';

const [chunksFile, url, batchSize, concurrency, most] = process.argv.slice(2);
const lines = readFileSync(chunksFile, 'utf8').trimEnd().split('\n');
const texts = lines.map((line) => JSON.parse(line).text).slice(0, most ? Number(most) : undefined);
const batches = [];
for (let at = 0; at < texts.length; at += Number(batchSize))
  batches.push(texts.slice(at, at + Number(batchSize)));

const pool = new Pool(url, {
  connections: Number(concurrency),
  pipelining: 1,
  headersTimeout: 0,
  bodyTimeout: 0,
});
let next = 0;
let vectors = 0;
const start = performance.now();
await Promise.all(Array.from({ length: Number(concurrency) }, worker));
const seconds = (performance.now() - start) / 1000;
await pool.close();
if (vectors !== texts.length) throw new Error(`${vectors} vectors for ${texts.length} texts`);
console.log(JSON.stringify({ chunks: texts.length, seconds }));

async function worker() {
  while (next < batches.length) {
    const { body } = await pool.request({
      path: '/api/embed',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'all-minilm', input: batches[next++], truncate: false }),
    });
    vectors += (await body.json()).embeddings.length;
  }
}
