// The watch over the reader's process: a thread of it that looks at its memory and its work every 100 ms, and
// ends it when a document takes too much. The main process may be busy; this thread has nothing else to do.
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import type { ReaderLimits } from './limits.js';

export interface WatchData {
  /**
   * [0] number of the job, 0 while there is none; [1] processor time in ms at which it has to be done; [2] memory in
   * bytes that the process may take meanwhile.
   */
  shared: Float64Array;
  limits: ReaderLimits;
  parent: number;
}

/** The pipe that says why the process ends. */
const REASON_FD = 4;
const EVERY_MS = 100;
/** Less work than this, in ms, is what the watch does itself. */
const NOTHING = 300;

const { shared, limits, parent } = workerData as WatchData;
let job = 0;
let idleSince = 0;
let workThen = 0;

setInterval(look, EVERY_MS);

function look(): void {
  // Nobody waits for the answer any more.
  if (process.ppid !== parent) end('');
  if (shared[0] === 0) return;
  if (process.memoryUsage.rss() > shared[2]!) end('too-large');
  const work = workMs();
  if (work > shared[1]!) end('too-slow');
  if (job !== shared[0] || work - workThen > NOTHING) {
    job = shared[0]!;
    workThen = work;
    idleSince = 0;
  }
  idleSince += EVERY_MS;
  if (idleSince > limits.idleMs) end('too-slow');
}

function workMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function end(reason: string): void {
  try {
    if (reason !== '') writeSync(REASON_FD, reason);
  } finally {
    process.kill(process.pid, 'SIGKILL');
  }
}
