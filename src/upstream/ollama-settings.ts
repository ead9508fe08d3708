// What the settings say of all requests to an Ollama, in a run and in the doctor.
import type { Settings } from '../config/settings.js';
import type { OllamaEmbedderOptions } from '../embedders/ollama/embedder.js';
import type { Access } from '../embedders/server-client.js';
import type { VectorSpace } from '../types/space.js';
import { limitsOfText, waysOf } from './server-settings.js';

/** Max wait for an Ollama on the default address, in ms: looking for it must not delay a command. */
export const probeTimeoutMs = 1500;

/**
 * The options of an embedder that are the same for all servers and models.
 * @param previous the space of the existing output, if any
 */
export function serverOptions(
  settings: Settings,
  previous?: VectorSpace,
): Pick<OllamaEmbedderOptions, 'dimensions' | keyof Access | 'batchTimeoutMs' | 'prefixes' | 'maxTokens'> {
  const { dimensions, batchTimeout: batchTimeoutMs } = settings;
  return { dimensions, batchTimeoutMs, ...accessOf(settings), ...limitsOfText(settings, 'ollama', previous) };
}

/** How an Ollama is reached, and what lets us in. */
export function accessOf(settings: Settings): Required<Access> {
  return { apiKey: settings.ollamaApiKey, ...waysOf(settings) };
}
