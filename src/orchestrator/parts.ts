// What an orchestrator and its calls are handed beside options: parts of one's own, listeners, times.
import type { RunEvents } from '../events.js';
import { maxTimerMs } from '../text/durations.js';
import type { VectorCache } from '../types/cache.js';
import type { Embedder } from '../types/embedder.js';

/** What can be handed in instead of what the configuration names, and who is told of what happens. */
export interface OrchestratorParts {
  /**
   * Gives the vectors, and is closed by `stop`. One of your own has no retries around it: it tries again for
   * itself, if at all. @default what the configuration names
   */
  embedder?: Embedder;
  /** Keeps them, and is closed by `stop`. @default what the configuration names */
  cache?: VectorCache;
  /** Listener, called when something happens. @default no listener */
  events?: Partial<RunEvents>;
}

/** How long a call may take. */
export interface TimeoutOptions {
  /** Milliseconds. @default the method's own */
  timeoutMs?: number;
}

/** @param ms may be `Infinity` */
export function timerMs(ms: number): number {
  return Math.min(ms, maxTimerMs);
}
