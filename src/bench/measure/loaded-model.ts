// Asks an Ollama whether it has a model in memory, so that the time to load it can be told apart.
import type { Settings } from '../../config/settings.js';
import { OllamaClient } from '../../embedders/ollama/client.js';
import { EmbedderFault } from '../../errors.js';
import { whereIs } from '../../text/masked-address.js';
import type { Embedder } from '../../types/embedder.js';
import { accessOf } from '../../upstream/ollama-settings.js';
import { ollamaAddresses } from '../../upstream/pool-addresses.js';

/** True when the server has the model in memory; null when it doesn't say, and false for the built-in embedder. */
export async function isLoaded(
  { url, identity }: Embedder & { url?: string },
  settings: Settings,
  signal: AbortSignal,
): Promise<boolean | null> {
  if (url === undefined) return false;
  // Only an Ollama says so.
  if (identity.embedder !== 'ollama') return null;
  const client = new OllamaClient({ url: withCredentials(url, settings), ...accessOf(settings) });
  try {
    const { models } = (await client.json('/api/ps', undefined, { timeoutMs: 3000, signal })) as {
      models?: ({ name?: unknown } | null)[];
    };
    return Array.isArray(models) ? models.some((one) => one?.name === identity.model) : null;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof EmbedderFault) return null;
    throw error;
  } finally {
    await client.close();
  }
}

/** A server's address as the settings have it: an embedder tells its own without user and password. */
function withCredentials(where: string, settings: Settings): URL {
  const urls = ollamaAddresses(settings).map(({ url }) => url);
  return urls.find((url) => whereIs(url) === where) ?? new URL(where);
}
