// A worker whose batches take a known time: `worker.js QUEUE MS`. Prints a line when it takes batches, and one of JSON with
// what it did when SIGTERM ends it.
import { loadSettings } from '../../dist/config/load.js';
import { runWorker } from '../../dist/worker/worker.js';
import { knownCost } from '../lib/known-cost.js';

const [queue, batchMs] = process.argv.slice(2);
const ending = new AbortController();
process.once('SIGTERM', () => ending.abort());
const { settings } = await loadSettings({ flags: { queue, concurrency: '2' }, env: {} });
const { texts } = await runWorker({
  settings,
  embedder: knownCost(Number(batchMs)),
  signal: ending.signal,
  events: { ready: () => console.log('ready') },
});
console.log(JSON.stringify({ texts }));
process.exit(0);
