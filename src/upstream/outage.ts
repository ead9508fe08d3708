// An outage, a time when no server answers: what counts as one, how long to wait, and the notices about it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunEvents } from '../events.js';
import { isDown } from '../fault-policy.js';

export interface OutageOptions {
  /** Max wait, in ms. */
  timeoutMs: number;
  /** Aborts the wait at once. */
  signal: AbortSignal;
  events: RunEvents;
  /** First pause between two tries, in ms; later ones double, up to 15 s. @default 1000 */
  firstPauseMs?: number;
}

const longestPauseMs = 15_000;

/**
 * Calls `open` again and again while its server is down, and returns its result.
 * @throws the last error of `open`, when the time is over or the server isn't down
 */
export async function waitFor<T>(open: () => Promise<T>, options: OutageOptions): Promise<T> {
  const outage = new Outage(options);
  for (;;) {
    try {
      const opened = await open();
      outage.end(true);
      return opened;
    } catch (error) {
      if (!isDown(error)) throw error;
      if (await outage.pause(error)) continue;
      outage.end(false);
      throw error;
    }
  }
}

/** The pauses of one outage, and the notices at its start and end. */
export class Outage {
  readonly #options: OutageOptions;
  /** When the outage was noticed: time spent on opening before doesn't count. */
  #start: number | undefined;
  #pauseMs: number;
  #begun = false;

  constructor(options: OutageOptions) {
    this.#options = options;
    this.#pauseMs = options.firstPauseMs ?? 1000;
  }

  /** Sleeps until the next try is due. @returns false when the time is over */
  async pause(fault: Error): Promise<boolean> {
    const { timeoutMs, signal, events } = this.#options;
    this.#start ??= performance.now();
    const leftMs = timeoutMs - (performance.now() - this.#start);
    if (leftMs <= 0) return false;
    if (!this.#begun)
      events.notice(
        `Waiting up to ${inWords(timeoutMs)} for the server to answer. ${fault.message}`,
        'waiting-for-server',
      );
    this.#begun = true;
    // The last try is at the very end.
    const pauseMs = Math.min(this.#pauseMs, leftMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
    await sleep(pauseMs, undefined, { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw error;
    });
    return true;
  }

  end(back: boolean): void {
    if (!this.#begun) return;
    const after = inWords(performance.now() - this.#start!);
    const said = back
      ? `The server answers again after ${after}.`
      : `The server didn't come back in ${after}.`;
    this.#options.events.notice(said, 'server-answers');
  }
}

function inWords(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
