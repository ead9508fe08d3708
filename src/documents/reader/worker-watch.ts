// Watches the reader's process from a thread inside it: checks memory and processor time every 100 ms, and ends the
// process when a document takes too much. The main process may be busy, but this thread has no other work.
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import type { ReaderLimits } from './limits.js';

export interface WatchData {
  /**
   * [0] number of the job, 0 for none; [1] processor time in ms by which it must be done; [2] max memory of the process
   * in bytes.
   */
  shared: Float64Array;
  limits: ReaderLimits;
  parent: number;
}

/** The pipe that says why the process ends. */
const reasonFd = 4;
const everyMs = 100;
/** Less work than this, in ms, is the watch's own. */
const ownWorkMs = 300;

const { shared, limits, parent } = workerData as WatchData;
let job = 0;
let idleSince = 0;
let workThen = 0;

setInterval(look, everyMs);

function look(): void {
  // The answer is not needed any more.
  if (process.ppid !== parent) end('');
  if (shared[0] === 0) return;
  if (process.memoryUsage.rss() > shared[2]!) end('too-large');
  const work = workMs();
  if (work > shared[1]!) end('too-slow');
  if (job !== shared[0] || work - workThen > ownWorkMs) {
    job = shared[0]!;
    workThen = work;
    idleSince = 0;
  }
  idleSince += everyMs;
  if (idleSince > limits.idleMs) end('too-slow');
}

function workMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function end(reason: string): void {
  try {
    if (reason !== '') writeSync(reasonFd, reason);
  } finally {
    process.kill(process.pid, 'SIGKILL');
  }
}
