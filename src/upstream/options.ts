// What whoever opens an embedder says, and what it wants to be told of.
import type { Settings } from '../config/settings.js';
import type { Measured } from '../embedders/guard/batch-check.js';
import type { EmbedderFault } from '../errors.js';
import type { Embedder, VectorSpace } from '../types.js';

export interface OpenEmbedderOptions {
  settings: Settings;
  /** The vector space of the existing output: `auto` stays with what made it. */
  previous?: VectorSpace | undefined;
  /** Id of the counter that the output's chunks were made with. */
  pinnedCounter?: string | undefined;
  signal: AbortSignal;
  /** Texts of a request at most. @default 64 */
  mostTexts?: number | undefined;
  onNotice(message: string): void;
  /** What goes on, but not as well as it should. */
  onWarning(message: string): void;
  /** Set when a missing model may be pulled. */
  onPull?: ((status: string, completed: number, total: number) => void) | undefined;
  /** Called for every request, retries included, with the number of its texts. */
  onRequest?(texts: number): void;
  /** Called before every back-off. */
  onRetry?(fault: EmbedderFault, waitMs: number): void;
  /** Waited for before the first text is sent to a server, or to the embedder in this package. */
  onOpened?(embedder: Embedder & { url?: string }): Promise<void>;
}

/** An embedder with what its vectors are known to be. */
export interface OpenedEmbedder {
  embedder: Embedder;
  /** `unlike` when this is so of any of its servers, whose texts are then sent one by one. */
  measured: Measured;
}
