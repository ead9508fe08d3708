// A thread of `instant.js --spin`: computes its part of each text in layers, and spins between two of them until all threads
// have done theirs, as llama.cpp does. So the text takes as long as the slowest thread.
import { parentPort, workerData } from 'node:worker_threads';

const { shared, threads, layers, rounds } = workerData;
/** Places in `shared`: texts that were begun, layers that threads have done, threads that are through with a text. */
const [begun, done, through] = [0, 1, 2];

for (let text = 0; ; text++) {
  Atomics.wait(shared, begun, text);
  for (let layer = 1; layer <= layers; layer++) {
    compute(rounds);
    Atomics.add(shared, done, 1);
    const all = (text * layers + layer) * threads;
    while (Atomics.load(shared, done) < all);
  }
  if (Atomics.add(shared, through, 1) + 1 === (text + 1) * threads) parentPort.postMessage(text);
}

/** Multiplies and adds; each step needs the one before it. */
function compute(steps) {
  let value = 0.5;
  for (let step = 0; step < steps; step++) value = value * 0.999 + 0.0007;
  if (value < 0) throw new Error('it is about 0.7');
}
