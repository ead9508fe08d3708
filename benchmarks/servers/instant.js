// An Ollama that costs next to nothing: answers are put together from a table of prepared vectors, picked by a cheap
// hash of the text, so that what is measured is the client. Prints its URL when it is ready.
//
// node servers/instant.js [--port N] [--per-request MS] [--per-text MS] [--per-turn MS] [--spin ROUNDS]
//
// With delays it behaves as a real one does: it embeds one text at a time, whatever number of requests wait,
// and each request costs something on top: beside the texts of others (per request), or in turn (per turn).
// With --spin it really computes, one text at a time, on as many threads as there are cores: what takes cycles from it slows it.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { placeOf, unitVector } from '../lib/prepared.js';

const { values: flags } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'per-request': { type: 'string', default: '0' },
    'per-text': { type: 'string', default: '0' },
    'per-turn': { type: 'string', default: '0' },
    spin: { type: 'string', default: '0' },
  },
});
const perRequest = Number(flags['per-request']);
const perText = Number(flags['per-text']);
const perTurn = Number(flags['per-turn']);
const rounds = Number(flags.spin);

const dimensions = 384;
const model = 'all-minilm:latest';
const details = { format: 'gguf', family: 'bert', families: ['bert'], parameter_size: '23M' };
const info = {
  'general.architecture': 'bert',
  'bert.context_length': 512,
  'bert.embedding_length': dimensions,
  'tokenizer.ggml.model': 'bert',
};
const vocabulary = readFileSync(new URL('../../fixtures/tokens/all-minilm.txt', import.meta.url), 'utf8');

const version = json({ version: '0.24.0' });
const tags = json({ models: [{ name: model, model: model, digest: '5a'.repeat(32), details }] });
const shown = json({ details, model_info: info, capabilities: ['embedding'] });
const shownWhole = json({
  details,
  model_info: { ...info, 'tokenizer.ggml.tokens': vocabulary.trimEnd().split('\n') },
  capabilities: ['embedding'],
});
/** Enough that no two canaries share one. */
const vectorCount = 256;
const vectors = Array.from({ length: vectorCount }, (_, place) =>
  Buffer.from(`[${unitVector(place, dimensions).map(shortest).join(',')}]`),
);
const comma = Buffer.from(',');
const start = Buffer.from(`{"model":"${model}","embeddings":[`);

let stats = newStats();
/** When the model will have done all that it was given, on performance.now()'s clock. */
let busyUntil = 0;

const server = createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => answer(request.url, parts, response));
});
server.keepAliveTimeout = 0;
server.listen(Number(flags.port), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});

function answer(path, parts, response) {
  const body = parts.length === 1 ? parts[0] : Buffer.concat(parts);
  if (path === '/api/embed') return embed(JSON.parse(body).input, response);
  if (path === '/api/version') return send(response, version);
  if (path === '/api/tags') return send(response, tags);
  if (path === '/api/show') return send(response, JSON.parse(body).verbose ? shownWhole : shown);
  if (path === '/_stats') {
    send(response, json(stats));
    stats = newStats();
    busyUntil = 0;
    return;
  }
  send(response, json({ error: 'not found' }), 404);
}

function embed(input, response) {
  const list = Array.isArray(input) ? input : [input];
  const texts = list.length;
  stats.requests++;
  stats.texts += texts;
  const now = performance.now();
  if (rounds > 0) {
    computed = computed.then(() => compute(texts)).then(() => send(response, embeddings(list, now)));
    return;
  }
  if (perRequest + perText + perTurn === 0) return send(response, embeddings(list, now));
  if (busyUntil > 0) stats.idleMs += Math.max(0, now - busyUntil);
  busyUntil = Math.max(now + perRequest, busyUntil) + perTurn + texts * perText;
  setTimeout(() => send(response, embeddings(list, now)), busyUntil - now);
}

/** Each text in layers, as models have them. */
const layers = 12;
const shared = new Int32Array(new SharedArrayBuffer(12));
const threads = rounds > 0 ? availableParallelism() : 0;
for (let thread = 0; thread < threads; thread++) {
  const workerData = { shared, threads, layers, rounds };
  const worker = new Worker(new URL('spin.js', import.meta.url), { workerData });
  worker.on('message', () => finished?.());
}
/** When all that it was given is computed. */
let computed = Promise.resolve();
/** Called when the text is computed. */
let finished;

async function compute(texts) {
  for (let text = 0; text < texts; text++) {
    const end = new Promise((resolve) => {
      finished = resolve;
    });
    Atomics.add(shared, 0, 1);
    Atomics.notify(shared, 0);
    await end;
  }
}

/** `idleMs`: how long a delayed model had nothing to do, between its first and its last request. */
function newStats() {
  return { requests: 0, texts: 0, idleMs: 0 };
}

/** @param since when the request came. As a real one, it says how long it worked: its model is loaded at once. */
function embeddings(texts, since) {
  const parts = [start];
  for (const text of texts) parts.push(vectors[placeOf(text, vectorCount)], comma);
  const total = Math.round((performance.now() - since) * 1e6);
  const times = `"total_duration":${total},"load_duration":0`;
  parts[parts.length - 1] = Buffer.from(`],${times},"prompt_eval_count":${texts.length * 200}}`);
  return Buffer.concat(parts);
}

function send(response, body, status = 200) {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
}

/** As Go prints a float32: the fewest digits that read back as the same one. */
function shortest(value) {
  const float = Math.fround(value);
  for (let digits = 6; digits < 9; digits++) {
    const text = float.toPrecision(digits);
    if (Math.fround(Number(text)) === float) return String(Number(text));
  }
  return String(Number(float.toPrecision(9)));
}

function json(value) {
  return Buffer.from(JSON.stringify(value));
}
