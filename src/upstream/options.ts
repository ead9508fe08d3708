// Options and callbacks for opening an embedder.
import type { Settings } from '../config/settings.js';
import type { Measured } from '../embedders/guard/batch-check.js';
import type { EmbedderFault } from '../errors.js';
import type { Embedder } from '../types/embedder.js';
import type { VectorSpace } from '../types/space.js';

export interface OpenEmbedderOptions {
  settings: Settings;
  /** The vector space of the existing output: `auto` uses the same embedder again. */
  previous?: VectorSpace | undefined;
  /** Id of the counter that the output's chunks were made with. */
  pinnedCounter?: string | undefined;
  signal: AbortSignal;
  /** Max texts of a request. @default 64 */
  mostTexts?: number | undefined;
  onNotice(message: string): void;
  /** Called for problems that don't stop the work. */
  onWarning(message: string): void;
  /** Set when a missing model may be pulled. */
  onPull?: ((status: string, completed: number, total: number) => void) | undefined;
  /** Called for every request, including retries, with the number of its texts. */
  onRequest?(texts: number): void;
  /** Called before every back-off. */
  onRetry?(fault: EmbedderFault, waitMs: number): void;
  /** Awaited before the first text is sent to a server, or to the built-in embedder. */
  onOpened?(embedder: Embedder & { url?: string }): Promise<void>;
}

/** An embedder and its measured vector space. */
export interface OpenedEmbedder {
  embedder: Embedder;
  /** `unlike` is set when one of its servers gives other vectors in batches: that one then gets single texts. */
  measured: Measured;
}
