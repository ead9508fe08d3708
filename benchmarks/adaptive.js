// Does the limiter find how many texts and requests suit a server? Beside the fixed 32 × 2 and the best fixed
// setting: over HTTP against servers with the costs of real ones, and in virtual time against more kinds of
// servers, beside two other ways to search that lost there.
import { Pool } from 'undici';
import { Limiter } from '../dist/batching/limiter/limiter.js';
import { LimitWindow } from '../dist/batching/limiter/throughput-window.js';
import { mixedTexts, simulate } from '../test/batching/limiter/simulated-server.mjs';
import { alone } from './lib/alone.js';
import { figure } from './lib/figures.js';
import { startOllama } from './lib/servers.js';
import { interleave, median, ratios } from './lib/statistics.js';

/** In ms, over HTTP: a tenth of what a small model costs on 2 cores, and one whose requests cost much. */
const servers = {
  'small model': { perRequest: 0.8, perText: 1.5 },
  'costly requests': { perRequest: 60, perText: 0.5 },
};
const textCount = 5000;
const batchSizes = [8, 16, 32, 64];
const inFlightChoices = [1, 2, 3, 4, 6, 8];

/** In virtual time; see simulate(). */
const models = {
  'Ollama 0.24, 16 tokens': { perRequest: 8, perText: 9, roundTrip: 4, noise: 0.05, tokens: shortTexts },
  'Ollama, mixed texts': { perRequest: 8, perText: 2, perToken: 0.3, roundTrip: 4, noise: 0.05 },
  '… with noise of 20 %': { perRequest: 8, perText: 2, perToken: 0.3, roundTrip: 4, noise: 0.2 },
  'far away': { perText: 1, perToken: 0.02, roundTrip: 200, noise: 0.1 },
  'GPU, 64 texts at once': { perText: 20, perToken: 0.05, width: 64, roundTrip: 30, noise: 0.1 },
  '… and 4 requests': { perText: 20, perToken: 0.05, width: 64, lanes: 4, roundTrip: 10, noise: 0.1 },
  'slower above 64 texts': { perRequest: 8, perText: 9, roundTrip: 4, crowd: 64, crowded: 0.2, noise: 0.05 },
  'slower above 20 texts': { perRequest: 2, perText: 9, roundTrip: 4, crowd: 20, crowded: 0.3, noise: 0.05 },
  'refuses a 4th request': {
    perText: 20,
    perToken: 0.05,
    width: 64,
    lanes: 8,
    roundTrip: 10,
    noise: 0.1,
    busyAbove: 3,
  },
};
const seeds = [1, 2, 3, 4, 5];
/** Batches of a short run and of a night. */
const runs = [200, 2000];

const fixed = (batchSize, concurrency) => ({ batchSize, concurrency, answered() {}, overloaded() {} });

/**
 * Grows by a step with each window that isn't slower than the one before, shrinks by a quarter after one that
 * is, and by half on overload; batch size and requests by turns.
 */
class AdditiveIncrease {
  batchSize = 32;
  concurrency = 2;
  #window = new LimitWindow();
  #last = 0;
  #turn = 0;
  #changedAt = Number.NEGATIVE_INFINITY;

  constructor(now) {
    this.now = now;
    this.#window.open(8, this, 2);
  }

  answered({ texts, tokens, ms, inFlight }) {
    const now = this.now();
    if (now - ms < this.#changedAt || !this.#window.add(now, texts, tokens, ms, inFlight)) return;
    const { speed } = this.#window;
    if (speed > 0.95 * this.#last) {
      if (this.#turn++ % 2 === 0) this.#use(this.batchSize + 8, this.concurrency);
      else this.#use(this.batchSize, this.concurrency + 1);
    } else if (this.#turn % 2 === 1) this.#use(0.75 * this.batchSize, this.concurrency);
    else this.#use(this.batchSize, 0.75 * this.concurrency);
    this.#last = speed;
  }

  overloaded() {
    this.#use(this.batchSize, this.concurrency / 2);
  }

  #use(batchSize, concurrency) {
    this.#changedAt = this.now();
    this.batchSize = within(Math.round(batchSize), 64);
    this.concurrency = within(Math.round(concurrency), 8);
    this.#window.open(8, this, this.concurrency);
  }
}

/**
 * Follows the gradient (Kiefer–Wolfowitz): measures a step above and a step below in one dimension, moves by the
 * difference of the speeds, and makes the steps smaller with time.
 */
class Gradient {
  /** Logarithms of batch size and requests in flight. */
  #at = [Math.log(32), Math.log(2)];
  #most = [Math.log(64), Math.log(8)];
  #window = new LimitWindow();
  #round = 0;
  #side = 1;
  #above = 0;
  #changedAt = Number.NEGATIVE_INFINITY;

  constructor(now) {
    this.now = now;
    this.#use();
  }

  get #dimension() {
    return this.#round % 2;
  }

  answered({ texts, tokens, ms, inFlight }) {
    const now = this.now();
    if (now - ms < this.#changedAt || !this.#window.add(now, texts, tokens, ms, inFlight)) return;
    const { speed } = this.#window;
    if (this.#side === 1) {
      this.#above = speed;
      this.#side = -1;
    } else {
      const slope = Math.log(this.#above / speed) / 0.8;
      const dimension = this.#dimension;
      const moved = this.#at[dimension] + (slope * 1.5) / (1 + this.#round / 8) ** 0.6;
      this.#at[dimension] = Math.min(Math.max(moved, 0), this.#most[dimension]);
      this.#side = 1;
      this.#round++;
    }
    this.#use();
  }

  overloaded() {
    this.#at[1] = Math.max(0, this.#at[1] - Math.log(2));
    this.#use();
  }

  #use() {
    this.#changedAt = this.now();
    const step = 0.4 / (1 + this.#round / 8) ** 0.25;
    const [batchSize, concurrency] = this.#at.map((value, dimension) =>
      Math.exp(value + (dimension === this.#dimension ? this.#side * step : 0)),
    );
    this.batchSize = within(Math.round(batchSize), 64);
    this.concurrency = within(Math.round(concurrency), 8);
    this.#window.open(8, this, this.concurrency);
  }
}

function within(value, most) {
  return Math.min(Math.max(value, 1), most);
}

const ways = {
  'hill climbing in pairs (Limiter)': (now) => new Limiter({ now }),
  gradient: (now) => new Gradient(now),
  'additive increase': (now) => new AdditiveIncrease(now),
  'fixed 32 × 2': () => fixed(32, 2),
};

export async function adaptive({ rounds = 3 } = {}) {
  const figures = [];
  const notes = [];
  for (const [name, costs] of Object.entries(servers)) {
    const { results, best } = await overHttp(costs, rounds);
    figures.push(
      figure(`HTTP, ${name}: limiter / 32 × 2`, ratios(results.limiter, results.usual), '×', {
        atLeast: 0.95,
      }),
      figure(`HTTP, ${name}: limiter / best fixed`, ratios(results.limiter, results.best), '×'),
    );
    notes.push(
      `HTTP, ${name}: ${costs.perText} ms a text, one text at a time, ${costs.perRequest} ms a request; ${textCount} texts, of which the limiter's search is a part; best fixed: ${best.batchSize} × ${best.concurrency}.`,
    );
  }
  for (const answers of runs) {
    const shares = searched(answers);
    for (const [way, byModel] of Object.entries(shares)) {
      const values = Object.values(byModel);
      figures.push(figure(`${answers} batches in virtual time: ${way} / best fixed`, values, '×'));
    }
    notes.push(
      `${answers} batches, limiter / gradient / additive increase / 32 × 2, each of the best fixed: ` +
        Object.keys(models)
          .map(
            (model) =>
              `${model} ${Object.values(shares)
                .map((by) => by[model].toFixed(2))
                .join(' / ')}`,
          )
          .join('; '),
    );
  }
  notes.push(
    `Virtual time: median and range over ${Object.keys(models).length} kinds of servers, of ${seeds.length} seeds each; the search counts.`,
  );
  return { title: 'Adaptive limits', figures, notes };
}

/** Texts per second of the limiter, the usual and the best fixed setting, by turns. */
async function overHttp({ perRequest, perText }, rounds) {
  const server = await startOllama('--per-request', String(perRequest), '--per-text', String(perText));
  try {
    await embed(server.url, fixed(32, 2), 640);
    let best;
    for (const batchSize of batchSizes) {
      for (const concurrency of inFlightChoices) {
        const speed = await embed(server.url, fixed(batchSize, concurrency), 16 * batchSize);
        if (!best || speed > best.speed) best = { speed, batchSize, concurrency };
      }
    }
    const results = await interleave(rounds, {
      limiter: () => embed(server.url, new Limiter(), textCount),
      usual: () => embed(server.url, fixed(32, 2), textCount),
      best: () => embed(server.url, fixed(best.batchSize, best.concurrency), textCount),
    });
    return { results, best };
  } finally {
    await server.stop();
  }
}

/** The least that a client must do, with a limiter. @returns texts per second */
async function embed(url, limiter, count) {
  const pool = new Pool(url, { connections: 8, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
  const start = performance.now();
  let [left, inFlight] = [count, 0];
  await new Promise((resolve, reject) => {
    const pump = () => {
      while (left > 0 && inFlight < limiter.concurrency) send().then(pump, reject);
      if (left === 0 && inFlight === 0) resolve();
    };
    const send = async () => {
      const texts = Math.min(left, limiter.batchSize);
      left -= texts;
      const sentWith = ++inFlight;
      const sentAt = performance.now();
      const { body } = await pool.request({
        path: '/api/embed',
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'all-minilm', input: Array(texts).fill('a text of some words') }),
      });
      await body.json();
      inFlight--;
      limiter.answered({ texts, tokens: 7 * texts, ms: performance.now() - sentAt, inFlight: sentWith });
    };
    pump();
  });
  const seconds = (performance.now() - start) / 1000;
  await pool.close();
  return count / seconds;
}

/** Speed as a share of the best fixed setting's, by way and model: the median of the seeds. */
function searched(answers) {
  const result = Object.fromEntries(Object.keys(ways).map((way) => [way, {}]));
  for (const [name, { tokens = mixedTexts, ...model }] of Object.entries(models)) {
    const speed = (make, seed) => simulate(make, model, { answers, seed, tokens }).tokensPerSecond;
    const best = Math.max(
      ...batchSizes.flatMap((size) =>
        inFlightChoices.map((requests) => speed(() => fixed(size, requests), 1)),
      ),
    );
    for (const [way, make] of Object.entries(ways)) {
      result[way][name] = median(seeds.map((seed) => speed(make, seed))) / best;
    }
  }
  return result;
}

function shortTexts(random) {
  return 12 + Math.floor(8 * random());
}

await alone(import.meta.url, adaptive);
