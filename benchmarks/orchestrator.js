// What the batching queue costs, beside a bare client that sends the same batches, and what it saves many
// callers with a text each.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Pool } from 'undici';
import { readEmbedAnswer } from '../dist/embedders/ollama/parse-answer.js';
import { BatchOrchestrator } from '../dist/orchestrator/orchestrator.js';
import { alone } from './lib/alone.js';
import { figure } from './lib/figures.js';
import { startOllama } from './lib/servers.js';
import { interleave, median, ratios } from './lib/statistics.js';
import { inWorkspace } from './lib/workspace.js';

const textCount = 16_000;
const wordsPerText = 110;
const batches = { batchSize: 32, concurrency: 2 };
const dimensions = 384;

const callerCount = 1000;
/**
 * In ms, of a text of 16 tokens on a real Ollama 0.24 with all-minilm, 2 cores: 35 texts/s one at a time, 115 in
 * batches of 32, two in flight.
 */
const msPerRequest = 19.9;
const msPerText = 8.7;

const queued = 100_000;

export function orchestrator({ rounds = 5 } = {}) {
  return inWorkspace(async (workspace) => {
    const instant = workspace.use(await startOllama());
    const texts = makeTexts(textCount);
    const through = await interleaveWarm(rounds, {
      orchestrator: () => throughOrchestrator(instant.url, texts),
      bare: () => bareLoop(instant.url, texts, (bytes) => readEmbedAnswer(bytes, dimensions).vectors),
      json: () => bareLoop(instant.url, texts, (bytes) => JSON.parse(bytes.toString()).embeddings),
    });
    const speed = (name) => through[name].map(({ seconds }) => textCount / seconds);
    const thrift = (name) => through[name].map(({ cpuSeconds }) => textCount / cpuSeconds);

    const real = workspace.use(
      await startOllama('--per-request', String(msPerRequest), '--per-text', String(msPerText)),
    );
    const callers = await interleave(Math.min(rounds, 3), {
      together: () => manyCallers(real),
      apart: () => oneByOne(real),
    });
    const each = (name, key) => callers[name].map((run) => run[key]);

    const overhead = await interleaveWarm(rounds, {
      list: () => withoutServer((made) => made.embed(texts)),
      callers: () => withoutServer((made) => Promise.all(texts.map((text) => made.embed([text])))),
    });
    const perText = (name) => overhead[name].map(({ cpuSeconds }) => (cpuSeconds / textCount) * 1e6);
    const memory = await interleave(Math.min(rounds, 3), {
      list: () => queuedMemory((made, all) => [made.embed(all)]),
      callers: () => queuedMemory((made, all) => all.map((text) => made.embed([text]))),
    });

    return {
      title: 'Orchestrator',
      figures: [
        figure('orchestrator / bare client', ratios(speed('orchestrator'), speed('bare')), '×', {
          atLeast: 0.9,
        }),
        figure(
          'orchestrator / bare client with JSON.parse',
          ratios(speed('orchestrator'), speed('json')),
          '×',
        ),
        figure(
          'orchestrator / bare client, texts per processor time',
          ratios(thrift('orchestrator'), thrift('bare')),
          '×',
        ),
        figure('orchestrator', speed('orchestrator'), 'texts/s'),
        figure('bare client', speed('bare'), 'texts/s'),
        figure('bare client with JSON.parse', speed('json'), 'texts/s'),
        figure(
          '1,000 callers: requests saved',
          callers.together.map(({ requests }, round) => 100 * (1 - requests / callers.apart[round].requests)),
          '%',
          { atLeast: 90 },
        ),
        figure(
          '1,000 callers / one request at a time, speed',
          ratios(each('apart', 'seconds'), each('together', 'seconds')),
          '×',
          { atLeast: 3 },
        ),
        figure('1,000 callers, requests', each('together', 'requests'), ''),
        figure('own time of a text, one call with all', perText('list'), 'µs'),
        figure('own time of a text, a call for each', perText('callers'), 'µs'),
        figure('memory of a queued text, one call with all', memory.list, 'B'),
        figure('memory of a queued text, a call for each', memory.callers, 'B'),
      ],
      notes: [
        `${textCount} texts of about ${Math.round(median(texts.slice(0, 99).map(({ length }) => length)))} characters, ${batches.batchSize} a request, ` +
          `${batches.concurrency} in flight, no cache, a server that answers at once; client and server share the cores. The bare client reads ` +
          'vectors with the parser of this package; all in one process, after a round that is not counted.',
        `1,000 callers at defaults against a server that takes ${msPerRequest} ms a request and ${msPerText} ms a text, one text at a time: recorded on Ollama 0.24 with ` +
          'texts of 16 tokens. Its 0.32 was recorded at 44 texts/s one at a time and 58 to 70 in batches, where no client can be 3 times as fast.',
        'Own time: processor time of hashing, queueing and handing out, with an embedder that answers at once from memory and counts no tokens. Counting those of such a text takes another 15 to 20 µs (chunking.js).',
        `Memory: of live objects with ${queued} texts in the queue, without the texts themselves.`,
      ],
    };
  });
}

/** Texts of which no two are the same, of words that a tokenizer knows. */
function makeTexts(count) {
  const words =
    'harbour master archive letter storm cargo weather people ashore between every great year ship'.split(
      ' ',
    );
  return Array.from({ length: count }, (_, index) => {
    let state = index + 1;
    const next = () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return words[(state >>> 8) % words.length];
    };
    return `${index} ${Array.from({ length: wordsPerText }, next).join(' ')}`;
  });
}

/** As `interleave`, after a round for the compiler. */
async function interleaveWarm(rounds, variants) {
  await interleave(1, variants);
  return interleave(rounds, variants);
}

function throughOrchestrator(url, texts) {
  return withOrchestrator({ ollamaUrl: [url], ...batches }, {}, (made) => timed(() => made.embed(texts)));
}

/** Runs `work` with a started orchestrator, and stops it. */
async function withOrchestrator(options, parts, work) {
  const config = { embedder: 'ollama', model: 'all-minilm', cache: 'none', ...options };
  const made = await new BatchOrchestrator(config, parts).start();
  try {
    return await work(made);
  } finally {
    await made.stop();
  }
}

/** The least that a client must do: send texts, read vectors. */
async function bareLoop(url, texts, read) {
  const pool = new Pool(url, { connections: batches.concurrency, pipelining: 1 });
  const vectors = [];
  let next = 0;
  const worker = async () => {
    while (next < texts.length) {
      const at = next;
      next += batches.batchSize;
      const input = texts.slice(at, next);
      const { body } = await pool.request({
        path: '/api/embed',
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'all-minilm', input, truncate: false }),
      });
      for (const [index, vector] of read(Buffer.from(await body.arrayBuffer())).entries())
        vectors[at + index] = vector;
    }
  };
  const time = await timed(() => Promise.all(Array.from({ length: batches.concurrency }, worker)));
  await pool.close();
  if (vectors.length !== texts.length) throw new Error(`${vectors.length} vectors for ${texts.length} texts`);
  return time;
}

/** @returns seconds of the clock, and of this process's processor time */
async function timed(work) {
  const before = process.cpuUsage();
  const start = performance.now();
  await work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { seconds, cpuSeconds: (user + system) / 1e6 };
}

const short = Array.from(
  { length: callerCount },
  (_, index) => `caller ${index} asks for a text of about sixteen tokens`,
);

function manyCallers({ url, stats }) {
  return withOrchestrator({ ollamaUrl: [url] }, {}, async (made) => {
    await stats();
    const { seconds } = await timed(() => Promise.all(short.map((text) => made.embed([text]))));
    return { seconds, requests: (await stats()).requests };
  });
}

async function oneByOne({ url, stats }) {
  const pool = new Pool(url, { connections: 1, pipelining: 1 });
  await stats();
  const { seconds } = await timed(async () => {
    for (const text of short) {
      const { body } = await pool.request({
        path: '/api/embed',
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'all-minilm', input: text }),
      });
      JSON.parse(await body.text());
    }
  });
  await pool.close();
  return { seconds, requests: (await stats()).requests };
}

/** Answers at once, or not before `open` is called. */
function embedderWithoutServer() {
  const vector = new Float32Array(dimensions).fill(1 / Math.sqrt(dimensions));
  let held;
  let open = () => {};
  return {
    identity: {
      embedder: 'ollama',
      variant: '',
      model: 'none',
      digest: '00',
      dimensions: dimensions,
      options: {},
      prefixes: { document: '', query: '' },
    },
    counter: { id: 'none', special: 2, count: (text) => text.length >> 2 },
    maxTokens: 512,
    defaultChunkTokens: 256,
    hold() {
      held = new Promise((resolve) => {
        open = resolve;
      });
    },
    open: () => open(),
    async embed(texts) {
      await held;
      return texts.map(() => vector);
    },
    async close() {},
  };
}

function withoutServer(work) {
  return withOrchestrator(batches, { embedder: embedderWithoutServer() }, (made) => timed(() => work(made)));
}

/** @returns bytes of live objects that a queued text takes */
function queuedMemory(queue) {
  const embedder = embedderWithoutServer();
  return withOrchestrator({ ...batches, maxQueueSize: 2 * queued }, { embedder }, async (made) => {
    const texts = Array.from({ length: queued }, (_, index) => `text number ${index}`);
    embedder.hold();
    const before = liveBytes();
    const calls = queue(made, texts);
    while (made.getMetrics().queue_size < queued - batches.batchSize * batches.concurrency) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const bytes = liveBytes() - before;
    embedder.open();
    await Promise.all(calls);
    return bytes / queued;
  });
}

function liveBytes() {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

await alone(import.meta.url, orchestrator);
