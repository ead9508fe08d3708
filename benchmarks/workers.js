// What a queue costs, and how far workers carry: `node benchmarks/workers.js [--rounds 3] [--workers 1,2,4,8] [--only speed|cost|
// network|death|long]`. Needs redis-server. The embedder of each worker sleeps 50 ms a batch, one after the other, so that
// the servers are known and cost no processor, and the queue alone is measured. Every vector is compared with what it must be.
import { parseArgs } from 'node:util';
import { batchSize, direct, QueueBench } from './lib/queue-run.js';
import { interleave, median, ratios } from './lib/statistics.js';

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    workers: { type: 'string', default: '1,2,4,8' },
    only: { type: 'string' },
  },
});
const rounds = Number(flags.rounds);
const crowd = flags.workers.split(',').map(Number);

const batchMs = 50;
/** Batches for each worker. */
const perWorker = 200;
const instantBatches = 2000;
const longBatches = 20_000;

const bench = await QueueBench.open();
const parts = { speed, cost, network, death, long };
for (const [name, part] of Object.entries(parts)) {
  if (flags.only ? flags.only === name : name !== 'long') await part();
}
process.exit(0);

function show(words, values, unit) {
  console.log(`${words.padEnd(60)} ${median(values).toFixed(3)} ${unit}`);
}

/** Workers against as many embedders that are asked directly. */
async function speed() {
  const results = await interleave(rounds, {
    direct: () => direct(batchMs, perWorker * batchSize),
    ...Object.fromEntries(
      crowd.map((count) => [`${count}`, () => bench.run(count, batchMs, count * perWorker * batchSize)]),
    ),
  });
  const of = (name) => results[name].map(({ perSecond }) => perSecond);
  show('one embedder, asked directly', of('direct'), 'texts/s');
  for (const count of crowd) {
    const share = ratios(of(`${count}`), of('direct')).map((ratio) => ratio / count);
    show(`${count} workers / as many embedders, asked directly`, share, '×');
    const cores = results[`${count}`].map(
      ({ cpu, seconds }) => (cpu.sender + cpu.redis + cpu.worker) / seconds,
    );
    show(`${count} workers: processors in use by all`, cores, '');
  }
}

/** Processor time of a batch: a worker that answers at once is never waited for. */
async function cost() {
  const runs = [];
  for (let round = 0; round < rounds; round++) runs.push(await bench.run(1, 0, instantBatches * batchSize));
  show(
    'a worker that answers at once',
    runs.map(({ perSecond }) => perSecond),
    'texts/s',
  );
  for (const part of ['sender', 'redis', 'worker']) {
    const perBatch = runs.map(({ cpu }) => (cpu[part] * 1000) / instantBatches);
    show(`${part}: processor time of a batch of ${batchSize}`, perBatch, 'ms');
    show(
      `${part}: texts in a second of processor time`,
      perBatch.map((ms) => (1000 * batchSize) / ms),
      'texts/s',
    );
  }
}

/** Between Redis and all others: what it costs, and whether every vector is right in the end. */
async function network() {
  const count = 2;
  const texts = count * perWorker * batchSize;
  const faults = {
    'as it is': undefined,
    'latency of 5 ms each way': { latencyMs: 5 },
    'latency of 25 ms each way': { latencyMs: 25 },
    'nothing passes for 1 s, every 3 s': { everyMs: 3000, stallMs: 1000 },
    'all connections are reset, every 2 s': { everyMs: 2000, resets: true },
  };
  const results = await interleave(
    rounds,
    Object.fromEntries(
      Object.entries(faults).map(([name, network]) => [
        name,
        () => bench.run(count, batchMs, texts, { network }),
      ]),
    ),
  );
  const of = (name, figure) => results[name].map(figure);
  for (const name of Object.keys(faults)) {
    const speeds = of(name, ({ perSecond }) => perSecond);
    show(
      `${name}: speed / as it is`,
      ratios(
        speeds,
        of('as it is', ({ perSecond }) => perSecond),
      ),
      '×',
    );
    show(
      `${name}: texts embedded / needed`,
      of(name, ({ embedded }) => embedded / texts),
      '×',
    );
  }
}

/** Four of six workers are killed, or hang, one after the other: batches that come late, and how late the last of them is. */
async function death() {
  const whenMs = [3000, 5500, 8000, 10_500];
  for (const [words, signal] of [
    ['killed', 'SIGKILL'],
    ['hang', 'SIGSTOP'],
  ]) {
    const { late, batches } = await bench.lose(6, batchMs, { whenMs, signal, forMs: 30_000 });
    show(`four of six workers ${words}: late batches of ${batches}`, [late.length], 'batches');
    show(`four of six workers ${words}: the latest`, [Math.max(0, ...late) / 1000], 's');
  }
}

/** Memory of Redis over a long run. */
async function long() {
  const { memory, left, perSecond } = await bench.run(4, 5, instantBatches * batchSize, {
    laps: longBatches / instantBatches,
  });
  show(`used_memory of ${longBatches} batches, most above the start / in flight`, [memory], '×');
  show('meanwhile', [perSecond], 'texts/s');
  console.log(`keys left: ${left.join(' ')}`);
}
