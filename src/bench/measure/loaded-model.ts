// Asks an Ollama whether it has a model in memory, so that the time to load it can be told apart.
import type { Settings } from '../../config/settings.js';
import { OllamaClient } from '../../embedders/ollama/client.js';
import { EmbedderFault } from '../../errors.js';
import type { Embedder } from '../../types/embedder.js';

/** True when the server has the model in memory; null when it doesn't say, and false for the built-in embedder. */
export async function isLoaded(
  { url, identity }: Embedder & { url?: string },
  settings: Settings,
  signal: AbortSignal,
): Promise<boolean | null> {
  if (url === undefined) return false;
  const client = new OllamaClient({ url: new URL(url), apiKey: settings.ollamaApiKey });
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
