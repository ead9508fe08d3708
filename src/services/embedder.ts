// Decides which embedder a run uses, and opens it with retries around it.
import type { Settings } from '../config/settings.js';
import { builtinCounter } from '../embedders/builtin/counter.js';
import { windowTokens } from '../embedders/builtin/graph.js';
import { profileOf } from '../embedders/profiles.js';
import { withRetry, wrapped } from '../embedders/retry.js';
import { compareSpaces, measureSpace } from '../embedders/space.js';
import { ServiceError } from '../errors.js';
import { estimateCounter } from '../tokens/estimate.js';
import type { Embedder, TokenCounter, VectorSpace } from '../types.js';

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
}

/** What a run will open: by name, the best model of the server, or the one in this package. */
type Choice = { kind: 'builtin' } | { kind: 'ollama'; model: string | undefined };

const DEFAULT_URL = 'http://127.0.0.1:11434';
/** A first look at an address that nobody named must not hold up a run. */
const PROBE_TIMEOUT_MS = 1500;

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
 * address that has an embedding model; else the built-in embedder, with a notice.
 * @throws {ServiceError} when what was asked for can't be reached or lacks the model
 */
export async function openEmbedder(options: OpenEmbedderOptions): Promise<Embedder> {
  const { settings, previous, onNotice } = options;
  const choice = choose(settings, previous);
  if (choice?.kind === 'ollama') return openOllama(options, choice.model);
  if (choice?.kind === 'builtin') {
    if (previous && settings.ollamaUrl && settings.embedder === 'auto') {
      onNotice(
        'The output was made with the built-in embedder, so this run uses it, too; to switch: --embedder ollama --rebuild.',
      );
    }
    return openBuiltin(options);
  }
  const model = await bestModel(new URL(DEFAULT_URL), options, PROBE_TIMEOUT_MS).catch(nothingThere);
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

async function openBuiltin(options: OpenEmbedderOptions): Promise<Embedder> {
  const { openBuiltinEmbedder } = await import('../embedders/builtin/embedder.js');
  const { signal, onRequest } = options;
  return withRequestCount(await openBuiltinEmbedder({ signal }), onRequest);
}

async function openOllama(options: OpenEmbedderOptions, asked: string | undefined): Promise<Embedder> {
  const { settings, signal, pinnedCounter } = options;
  const { parseOllamaHost } = await import('../embedders/ollama/host.js');
  const urls = (settings.ollamaUrl ?? [DEFAULT_URL]).map((url) => parseOllamaHost(url));
  const model = asked ?? (await bestModel(urls[0]!, options));
  if (model === undefined) {
    throw new ServiceError(
      `Ollama at ${urls[0]!.href} has no embedding model: run "ollama pull nomic-embed-text" there, or name one with --model.`,
    );
  }
  const retrying = (embedder: Embedder) => withRetry(embedder, { retries: settings.maxRetries, signal });
  const first = await openEndpoint(urls[0]!, model, options);
  if (urls.length === 1) return withPinnedCounter(retrying(first), pinnedCounter);
  const { poolOf } = await import('../embedders/pool.js');
  const endpoints: [Embedder, ...Embedder[]] = [first];
  try {
    const space = await measureSpace(retrying(first), { signal });
    for (const url of urls.slice(1)) {
      const endpoint = await openEndpoint(url, model, options);
      endpoints.push(endpoint);
      const comparison = compareSpaces(space, await measureSpace(retrying(endpoint), { signal }));
      if (comparison.same) continue;
      throw new ServiceError(
        `Ollama at ${url.href} gives other vectors than the one at ${urls[0]!.href} (${comparison.reason}): ` +
          'use servers of one version and one model, or leave one out.',
      );
    }
  } catch (error) {
    await Promise.all(endpoints.map((endpoint) => endpoint.close()));
    throw error;
  }
  return withPinnedCounter(retrying(poolOf(endpoints)), pinnedCounter);
}

async function openEndpoint(url: URL, model: string, options: OpenEmbedderOptions): Promise<Embedder> {
  const { settings, signal } = options;
  const { openOllamaEmbedder } = await import('../embedders/ollama/embedder.js');
  if (options.onPull) await pullWhenMissing(url, model, options);
  const embedder = await openOllamaEmbedder({
    url,
    model,
    dimensions: settings.dimensions,
    apiKey: settings.ollamaApiKey,
    batchTimeoutMs: settings.batchTimeout,
    signal,
  });
  return withRequestCount(embedder, options.onRequest);
}

async function bestModel(
  url: URL,
  { settings, signal }: OpenEmbedderOptions,
  timeoutMs?: number,
): Promise<string | undefined> {
  const { listEmbeddingModels } = await import('../embedders/ollama/model.js');
  const options = { apiKey: settings.ollamaApiKey, signal, ...(timeoutMs !== undefined && { timeoutMs }) };
  return (await listEmbeddingModels(url, options))[0];
}

function nothingThere(error: unknown): undefined {
  if (!(error instanceof ServiceError)) throw error;
}

async function pullWhenMissing(url: URL, model: string, options: OpenEmbedderOptions): Promise<void> {
  const { settings, signal, onPull } = options;
  const apiKey = settings.ollamaApiKey;
  const { hasModel } = await import('../embedders/ollama/model.js');
  if (await hasModel(url, model, { apiKey, signal })) return;
  const { pullModel } = await import('../embedders/ollama/pull.js');
  const report = (progress: { status: string; completed: number; total: number }) =>
    onPull?.(progress.status, progress.completed, progress.total);
  await pullModel(url, model, report, signal, apiKey);
}

function withRequestCount(embedder: Embedder, onRequest: ((texts: number) => void) | undefined): Embedder {
  if (!onRequest) return embedder;
  return wrapped(embedder, (texts, embedOptions) => {
    onRequest(texts.length);
    return embedder.embed(texts, embedOptions);
  });
}

/** Chunks that were estimated stay estimated: a better counter would move their boundaries. */
function withPinnedCounter(embedder: Embedder, pinned: string | undefined): Embedder {
  const estimate = estimateCounter();
  if (pinned !== estimate.id || embedder.counter.id === pinned) return embedder;
  return { ...wrapped(embedder, (texts, options) => embedder.embed(texts, options)), counter: estimate };
}
