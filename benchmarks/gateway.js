// What the gateway costs a client, and what it saves many of them.
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { alone } from './lib/alone.js';
import { figure } from './lib/figures.js';
import { serve } from './lib/process.js';
import { startOllama } from './lib/servers.js';
import { interleave, median, ratios } from './lib/statistics.js';
import { inWorkspace } from './lib/workspace.js';

const bin = fileURLToPath(new URL('../bin/embed.js', import.meta.url));
const streamer = fileURLToPath(new URL('servers/stream.js', import.meta.url));

/** Pairs of a request to the server and one through the gateway. */
const pairCount = 400;
/** As many are enough at a server that works on each. */
const workedPairCount = 100;

const clients = 1000;
/**
 * In ms, of a text of 16 tokens on a real Ollama 0.24 with all-minilm, 2 cores: 47 texts/s in requests of one
 * text, 16 in flight; 115 in batches of 32, two in flight.
 */
const perTurn = 12.6;
const perText = 8.7;

/** Where the server is fastest: its cost of a request is shared by the most texts. */
const fullBatch = 64;
const bulkTexts = 2000;
const singleCount = 10;

const cachedTexts = 10_000;
const listLength = 100;
const warmRequests = 600;

const streamed = 100e6;
/** Bytes a second: a network of 1 Gbit/s. */
const rate = 125e6;

export function gateway({ rounds = 5 } = {}) {
  return inWorkspace(async (workspace) => {
    const instant = workspace.use(await startOllama());
    const real = workspace.use(
      await startOllama('--per-turn', String(perTurn), '--per-text', String(perText)),
    );
    const stream = workspace.use(await serve(process.execPath, [streamer]));
    const front = await startGateway(workspace, instant.url, 'disk');
    const uncached = await startGateway(workspace, real.url, 'none');
    const passing = await startGateway(workspace, stream.line.trim(), 'none');

    const latency = await interleave(rounds, { pairs: () => pairs(instant.url, front) });
    const added = latency.pairs.map(({ differences }) => median(differences));
    const worked = await interleave(rounds, { pairs: () => pairs(real.url, uncached, workedPairCount) });
    const addedToWork = worked.pairs.map(({ differences }) => median(differences));
    const crowds = await interleave(Math.min(rounds, 3), {
      direct: () => crowd(real, real.url),
      gateway: () => crowd(real, uncached),
      best: () => inFullBatches(real.url),
    });
    const beside = await interleave(rounds, { bulk: () => besideBulk(real, uncached) });
    await fillCache(front);
    const warm = await interleave(rounds, {
      lists: () => warmLists(front),
      singles: () => warmSingles(front),
    });
    const streams = await interleave(rounds, {
      direct: () => download(stream.line.trim(), `/${streamed}`),
      gateway: () => download(passing, `/${streamed}`),
      directPaced: () => download(stream.line.trim(), `/${streamed}/${rate}`),
      gatewayPaced: () => download(passing, `/${streamed}/${rate}`),
    });
    const speed = (name) => crowds[name].map(({ seconds }) => clients / seconds);
    const cost = (through, direct) =>
      ratios(streams[through], streams[direct]).map((ratio) => (ratio - 1) * 100);

    return {
      title: 'Gateway',
      figures: [
        figure('one text on an idle gateway, added (p50)', added, 'ms', { atMost: 1 }),
        figure(
          'one text, direct (p50)',
          latency.pairs.map(({ direct }) => median(direct)),
          'ms',
        ),
        figure('one text that the server works on, added (p50)', addedToWork, 'ms', { atMost: 1 }),
        figure('1,000 clients / direct, texts per second', ratios(speed('gateway'), speed('direct')), '×', {
          atLeast: 3,
        }),
        figure('1,000 clients / the server at its best batch', ratios(speed('gateway'), speed('best')), '×', {
          atLeast: 0.95,
        }),
        figure(
          'one text beside a list of 2,000 / time of a batch',
          beside.bulk.flatMap(({ singles }) => singles),
          '×',
          { atMost: 2 },
        ),
        figure('1,000 clients, through the gateway', speed('gateway'), 'texts/s'),
        figure('1,000 clients, direct', speed('direct'), 'texts/s'),
        figure(
          '1,000 clients: requests to the server saved',
          crowds.gateway.map(({ requests }) => 100 * (1 - requests / clients)),
          '%',
          { atLeast: 90 },
        ),
        figure('warm cache, lists', warm.lists, 'texts/s', { atLeast: 20_000 }),
        figure('warm cache, a text a request', warm.singles, 'texts/s'),
        figure('100 MB passed through at 1 Gbit/s, added', cost('gatewayPaced', 'directPaced'), '%', {
          atMost: 2,
        }),
        figure('100 MB passed through at full speed, added', cost('gateway', 'direct'), '%'),
        figure(
          '100 MB passed through at full speed',
          streams.gateway.map((seconds) => streamed / 1e6 / seconds),
          'MB/s',
        ),
      ],
      notes: [
        `One text: ${pairCount} pairs of one request to a server that answers at once and one through the gateway, ` +
          'with a disk cache and a text that is new each time; the median of the differences.',
        `One text that the server works on: ${workedPairCount} such pairs at the server of the 1,000 clients, which takes ` +
          `${(perTurn + perText).toFixed(1)} ms for a text; no cache.`,
        `1,000 clients at once, each with a connection and a text of its own, against a server that takes ${perTurn} ms a request and ${perText} ms a text, ` +
          'one at a time, as recorded on Ollama 0.24 with texts of 16 tokens, where batches are 2.4 times as fast as requests of one text at 16 in flight; no cache.',
        `The server at its best batch: the same number of texts in batches of ${fullBatch}, two in flight.`,
        `One text beside a list: the list of ${bulkTexts} and single texts one after the other, from the same address; the time of a batch is that of ` +
          'the list by the number of its requests.',
        `Warm cache: ${cachedTexts} texts, ${listLength} a request on four connections, then one a request on 64; answers are read, not parsed.`,
        'Client, gateway and server share the cores.',
      ],
    };
  });
}

/** `embed serve` on a free port. @returns its address */
async function startGateway(workspace, url, cache) {
  // The line with its address goes to standard error: `sh` puts it where the others have theirs.
  const command = `exec "$0" "${bin}" serve --port 0 --ollama-url ${url} --cache ${cache} --log-level silent 2>&1`;
  const { line } = workspace.use(
    await serve('sh', ['-c', command, process.execPath], {
      ready: /embed gateway: \S+\n/,
      cwd: workspace.folder,
      env: { PATH: process.env.PATH, HOME: workspace.folder },
    }),
  );
  return /embed gateway: (\S+)/.exec(line)[1];
}

let fresh = 0;
/** 16 tokens or so, never the same. */
const newText = () =>
  `question ${fresh++} of the harbour master on the storm, the cargo and the letter ashore`;

async function ask(pool, input) {
  const { statusCode, body } = await pool.request({
    path: '/api/embed',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'all-minilm', input }),
    headersTimeout: 0,
  });
  await body.dump({ limit: Number.POSITIVE_INFINITY });
  if (statusCode !== 200) throw new Error(`Answered ${statusCode}.`);
}

async function pairs(url, front, count = pairCount) {
  const pools = { direct: new Pool(url, { connections: 1 }), gateway: new Pool(front, { connections: 1 }) };
  const direct = [];
  const differences = [];
  for (let pair = -Math.min(50, count / 2); pair < count; pair++) {
    const times = {};
    for (const name of pair % 2 === 0 ? ['direct', 'gateway'] : ['gateway', 'direct']) {
      const text = newText();
      const start = performance.now();
      await ask(pools[name], text);
      times[name] = performance.now() - start;
    }
    // The first ones are for the compiler.
    if (pair < 0) continue;
    direct.push(times.direct);
    differences.push(times.gateway - times.direct);
  }
  await Promise.all(Object.values(pools).map((pool) => pool.close()));
  return { direct, differences };
}

async function crowd(server, url) {
  const pool = new Pool(url, { connections: clients });
  await ask(pool, newText());
  await server.stats();
  const start = performance.now();
  await Promise.all(Array.from({ length: clients }, () => ask(pool, newText())));
  const seconds = (performance.now() - start) / 1000;
  const { requests } = await server.stats();
  await pool.close();
  return { seconds, requests };
}

/** The fastest that the server can be. @returns seconds for as many texts as there are clients */
async function inFullBatches(url) {
  const batches = Math.ceil(clients / fullBatch);
  const seconds = await inParallel(url, 2, batches, (pool, index) =>
    ask(pool, Array.from({ length: Math.min(fullBatch, clients - index * fullBatch) }, newText)),
  );
  return { seconds };
}

/** @returns how many batches' time each of some single texts took while a long list was under way */
async function besideBulk(server, url) {
  const pool = new Pool(url, { connections: 2 });
  await ask(pool, newText());
  await server.stats();
  const start = performance.now();
  let isDone = false;
  const bulk = ask(pool, Array.from({ length: bulkTexts }, newText)).then(() => {
    isDone = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const times = [];
  while (times.length < singleCount && !isDone) {
    const asked = performance.now();
    await ask(pool, newText());
    times.push(performance.now() - asked);
  }
  await bulk;
  const { requests } = await server.stats();
  const batchMs = (performance.now() - start) / (requests - times.length);
  await pool.close();
  return { singles: times.map((ms) => ms / batchMs) };
}

const cached = Array.from(
  { length: cachedTexts },
  (_, index) => `cached ${index} of the harbour and the letters`,
);
const lists = Array.from({ length: cachedTexts / listLength }, (_, index) =>
  cached.slice(index * listLength, (index + 1) * listLength),
);

async function fillCache(front) {
  const pool = new Pool(front, { connections: 4 });
  await Promise.all(lists.map((list) => ask(pool, list)));
  await pool.close();
}

/** @returns texts per second */
async function warmLists(front) {
  const seconds = await inParallel(front, 4, warmRequests, (pool, index) =>
    ask(pool, lists[index % lists.length]),
  );
  return (warmRequests * listLength) / seconds;
}

async function warmSingles(front) {
  const seconds = await inParallel(front, 64, cachedTexts, (pool, index) => ask(pool, cached[index]));
  return cachedTexts / seconds;
}

/** @returns seconds */
async function inParallel(url, connections, count, work) {
  const pool = new Pool(url, { connections });
  let next = 0;
  const worker = async () => {
    while (next < count) await work(pool, next++);
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: connections }, worker));
  const seconds = (performance.now() - start) / 1000;
  await pool.close();
  return seconds;
}

/** @returns seconds */
async function download(url, path) {
  const pool = new Pool(url, { connections: 1 });
  const start = performance.now();
  const { body } = await pool.request({ path, method: 'GET' });
  let bytes = 0;
  for await (const part of body) bytes += part.length;
  const seconds = (performance.now() - start) / 1000;
  await pool.close();
  if (bytes !== streamed) throw new Error(`${bytes} bytes came.`);
  return seconds;
}

await alone(import.meta.url, gateway);
