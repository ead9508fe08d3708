// What a worker is started with, and what it tells.
import type { Settings } from '../config/settings.js';
import type { WorkerState } from '../embedders/queue/presence.js';
import type { RunEvents } from '../events.js';
import type { Embedder } from '../types/embedder.js';
import type { VectorSpace } from '../types/space.js';
import type { Upstream } from '../upstream/upstream.js';

export interface WorkerEvents extends RunEvents {
  /** It takes batches now. */
  ready(worker: WorkerAbout): void;
  /** It shows its metrics. @param url where */
  showing(url: string): void;
  /** It takes no more, and ends those that it has. */
  draining(): void;
}

/** What a worker is. */
export interface WorkerAbout {
  name: string;
  space: VectorSpace;
  /** The queue, password masked. */
  where: string;
  /** Batches at once, as it begins. */
  concurrency: number;
}

export interface RunWorkerOptions {
  /** `queue` names the queue; the rest, its embedder. */
  settings: Settings;
  /** @default host and process */
  name?: string | undefined;
  /** Publish another vector space than the queue has, while no other worker is there. @default false */
  rebuild?: boolean | undefined;
  /** Embeds in place of what the settings name; closed with the worker. @default what the settings name */
  embedder?: Embedder | undefined;
  /** How long a batch is a worker's after its last sign of life, in ms; lost ones are looked for twice as often. @default 10_000 */
  lockMs?: number | undefined;
  /** Where it shows its metrics; port 0 for a free one. @default nowhere */
  metrics?: { host: string; port: number } | undefined;
  /** Ends it, after what it has taken. */
  signal: AbortSignal;
  events?: Partial<WorkerEvents> | undefined;
  /** Called when it takes batches. @default nothing */
  onStart?: ((worker: RunningWorker) => void) | undefined;
}

/** A worker that takes batches. */
export interface RunningWorker {
  /** Its embedder, and what goes with it. */
  readonly upstream: Upstream;
  readonly state: WorkerState;
  readonly result: WorkerResult;
}

/** What a worker did, in all. */
export interface WorkerResult {
  name: string;
  /** Batches that were answered, and texts in them that got vectors. */
  batches: number;
  texts: number;
  /** Batches that went back to the queue, since its server was down. */
  returned: number;
  /** Batches that nobody waited for any more. */
  dropped: number;
}
