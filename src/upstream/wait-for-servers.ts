// Waits during a run for servers that went down, by sending them a text that they accepted before.
import { EmbedderFault } from '../errors.js';
import { mayPass } from '../fault-policy.js';
import type { Embedder } from '../types/embedder.js';
import { Outage, type OutageOptions } from './outage.js';

/**
 * Waits for an opened embedder to come back: closes its circuit breakers and sends the canary until it passes.
 * @param canary a harmless text that the embedder accepted before
 * @returns true when it came back in time
 * @throws {EmbedderFault} `changed`, `missing-model`, `refused` or `too-long`: waiting would not help
 * @throws the signal's reason when it is aborted
 */
export async function comeback(embedder: Embedder, canary: string, options: OutageOptions): Promise<boolean> {
  const { signal } = options;
  const outage = new Outage(options);
  for (;;) {
    try {
      // The canary is the probe, so an open circuit must not block it.
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
