// `embed worker` without its flags: embeds what is in a queue, until its signal.
import type { RunWorkerOptions, WorkerResult } from '../worker/options.js';
import { runWorker } from '../worker/worker.js';

export interface WorkerOptions extends Omit<RunWorkerOptions, 'onStart'> {}

/** Resolves and throws as {@link runWorker} does. */
export async function worker(options: WorkerOptions): Promise<WorkerResult> {
  return await runWorker(options);
}
