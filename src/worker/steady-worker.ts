// BullMQ's worker, which doesn't hurry when Redis refuses to give it a batch.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, Worker } from 'bullmq';

/** Time between two questions that Redis refuses, in ms. */
const refusedMs = 1000;

/**
 * Where Redis answers with an error, as with NOREPLICAS or MISCONF while it can't be written, BullMQ asks again at once: some
 * 27,000 times a second.
 */
export class SteadyWorker extends Worker {
  protected override async moveToActive(...args: Parameters<Worker['moveToActive']>): Promise<Job> {
    try {
      return await super.moveToActive(...args);
    } catch (error) {
      if (!this.closing) await sleep(refusedMs);
      throw error;
    }
  }
}
