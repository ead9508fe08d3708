// What whoever opens an embedder says, and what it wants to be told of.
import type { Settings } from '../config/settings.js';
import type { EmbedderFault } from '../errors.js';
import type { VectorSpace } from '../types.js';

export interface OpenEmbedderOptions {
  settings: Settings;
  /** The vector space of the existing output: `auto` stays with what made it. */
  previous?: VectorSpace | undefined;
  /** Id of the counter that the output's chunks were made with. */
  pinnedCounter?: string | undefined;
  signal: AbortSignal;
  onNotice(message: string): void;
  /** Set when a missing model may be pulled. */
  onPull?: ((status: string, completed: number, total: number) => void) | undefined;
  /** Called for every request, retries included, with the number of its texts. */
  onRequest?(texts: number): void;
  /** Called before every back-off. */
  onRetry?(fault: EmbedderFault, waitMs: number): void;
}
