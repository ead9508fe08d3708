// Options for opening an embedder.
import type { Settings } from '../config/settings.js';
import type { Measured } from '../embedders/guard/batch-check.js';
import type { RunEvents } from '../events.js';
import type { Embedder } from '../types/embedder.js';
import type { VectorSpace } from '../types/space.js';

export interface OpenEmbedderOptions {
  settings: Settings;
  /** The vector space of the existing output: `auto` uses the same embedder again. */
  previous?: VectorSpace | undefined;
  /** The vector space of an output that is made again: `auto` uses its embedder and model, and nothing else of it. */
  remade?: VectorSpace | undefined;
  /** Id of the counter that the output's chunks were made with. */
  pinnedCounter?: string | undefined;
  signal: AbortSignal;
  /** A question is asked of an output, which can't be made again with another embedder. @default false */
  asksOnly?: boolean | undefined;
  /** Max texts of a request. @default 64 */
  mostTexts?: number | undefined;
  events: RunEvents;
  /** Have a server pull the model when it lacks it. @default false */
  pull?: boolean | undefined;
  /** Awaited before the first text is sent to a server, or to the built-in embedder. @default nothing */
  beforeFirstText?: ((embedder: Embedder & { url?: string }) => Promise<void>) | undefined;
}

/** An embedder and its measured vector space. */
export interface OpenedEmbedder {
  embedder: Embedder;
  /** `unlike` is set when one of its servers gives other vectors in batches: that one then gets single texts. */
  measured: Measured;
}
