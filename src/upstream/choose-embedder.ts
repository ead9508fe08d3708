// Decides which embedder a run uses, and opens it with retries around it.
import type { Settings } from '../config/settings.js';
import { windowTokens } from '../embedders/builtin/onnx/graph.js';
import { builtinCounter } from '../embedders/builtin/token-counter.js';
import { measureSpace } from '../embedders/guard/canaries.js';
import { profileOf } from '../embedders/model-profiles.js';
import { estimateCounter } from '../tokens/estimating-counter.js';
import type { TokenCounter, VectorSpace } from '../types.js';
import type { OpenEmbedderOptions, OpenedEmbedder } from './options.js';
import { waitFor } from './outage.js';
import { withRequestCount } from './request-events.js';

/** What a run will open: by name, the best model of the server, or the one in this package. */
type Choice = { kind: 'builtin' } | { kind: 'ollama'; model: string | undefined };

/** By settings and previous output alone; undefined when a look at the default address decides. */
function choose(settings: Settings, previous: VectorSpace | undefined): Choice | undefined {
  const { embedder, model, ollamaUrl } = settings;
  if (embedder === 'builtin') return { kind: 'builtin' };
  const known = previous?.embedder === 'ollama' ? previous.model : undefined;
  if (embedder === 'ollama' || model !== undefined) return { kind: 'ollama', model: model ?? known };
  if (previous)
    return previous.embedder === 'builtin' ? { kind: 'builtin' } : { kind: 'ollama', model: known };
  return ollamaUrl ? { kind: 'ollama', model: undefined } : undefined;
}

/**
 * Opens what was asked for by name; else what the output was made with; else an Ollama on the default
 * address that has an embedding model; else the built-in embedder, with a notice. An Ollama that is asked
 * for and down is waited for as long as the settings say.
 * @throws {ServiceError} when what was asked for can't be reached or lacks the model
 * @throws {WrongVectorsError} when unlike texts get one vector, or servers differ
 * @throws {EmbedderFault} when a first request fails
 * @throws {UsageError} when an address or its weight can't be read
 */
export async function openEmbedder(options: OpenEmbedderOptions): Promise<OpenedEmbedder> {
  const { settings, previous, signal, onNotice } = options;
  const choice = choose(settings, previous);
  if (choice?.kind === 'ollama') {
    const { openOllama } = await import('./open-ollama.js');
    const waiting = { timeoutMs: settings.waitForServer, signal, onNotice };
    return waitFor(() => openOllama(options, choice.model), waiting);
  }
  if (choice?.kind === 'builtin') {
    if (previous && settings.ollamaUrl && settings.embedder === 'auto') {
      onNotice(
        'The output was made with the built-in embedder, so this run uses it, too; to switch: --embedder ollama --rebuild.',
      );
    }
    return openBuiltin(options);
  }
  const { findModel, openOllama } = await import('./open-ollama.js');
  const model = await findModel(options);
  if (model !== undefined) return openOllama(options, model);
  onNotice(
    'No Ollama found: using the built-in embedder. For Ollama: ollama pull nomic-embed-text, then --rebuild.',
  );
  return openBuiltin(options);
}

/** The counter and chunk size that a run would use, as far as they are known without contacting anyone. */
export function planChunking(
  settings: Settings,
  previous: VectorSpace | undefined,
): { counter: TokenCounter; chunkTokens: number } {
  const choice = choose(settings, previous);
  if (choice?.kind === 'ollama') {
    return { counter: estimateCounter(), chunkTokens: profileOf(choice.model ?? '').chunkTokens };
  }
  return { counter: builtinCounter(), chunkTokens: windowTokens };
}

async function openBuiltin(options: OpenEmbedderOptions): Promise<OpenedEmbedder> {
  const { openBuiltinEmbedder } = await import('../embedders/builtin/embedder.js');
  const { signal, onRequest, onOpened } = options;
  const embedder = withRequestCount(
    await openBuiltinEmbedder({ signal }),
    'the built-in embedder',
    onRequest,
  );
  try {
    await onOpened?.(embedder);
    // It takes the texts of a batch one by one itself.
    const start = performance.now();
    const space = await measureSpace(embedder, { signal });
    return { embedder, measured: { space, firstAnswerMs: performance.now() - start } };
  } catch (error) {
    await embedder.close();
    throw error;
  }
}
