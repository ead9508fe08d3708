// Waits in the middle of a run for servers that went down, by asking them for a text that they took before.
import { EmbedderFault } from '../errors.js';
import { mayPass } from '../fault-policy.js';
import type { Embedder } from '../types.js';
import { Outage, type OutageOptions } from './outage.js';

/**
 * Waits for an opened embedder to come back: closes its circuit breakers and sends the canary until it passes.
 * @param canary a harmless text that the embedder took before
 * @returns whether it came back in time
 * @throws {EmbedderFault} `changed`, `missing-model`, `refused` or `too-long`, which no waiting helps
 * @throws the signal's reason when it is aborted
 */
export async function comeback(embedder: Embedder, canary: string, options: OutageOptions): Promise<boolean> {
  const { signal } = options;
  const outage = new Outage(options);
  for (;;) {
    try {
      // The canary is the probe: a circuit that is still open must not hold it back.
      embedder.resetBreakers?.();
      await embedder.embed([canary], { signal });
      outage.end(true);
      return true;
    } catch (error) {
      if (signal.aborted || !(error instanceof EmbedderFault) || !mayPass(error)) throw error;
      if (await outage.pause(error)) continue;
      outage.end(false);
      return false;
    }
  }
}
