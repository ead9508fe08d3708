// Finds out whether an orchestrator can work, by asking its embedder and cache.
import { isCacheWell } from '../cache/health.js';
import type { EndpointMetrics, Metrics } from '../metrics/snapshot.js';
import type { VectorCache } from '../types/cache.js';
import type { Upstream } from '../upstream/upstream.js';

/** How an orchestrator is. */
export interface Health {
  /** `degraded`: works, but without its cache or some of its endpoints; `stopped`: not started, or stopped. */
  status: 'ok' | 'degraded' | 'down' | 'stopped';
  /** What a short text was answered with; absent when it is stopped. */
  embedder?: {
    /** Whether it gave a vector in time. */
    ok: boolean;
    /** What kind of embedder it is. */
    embedder: 'ollama' | 'openai' | 'builtin';
    /** Name of the model. */
    model: string;
    /** Values of a vector. */
    dimensions: number;
    /** Time to embed one short text, in ms. */
    latencyMs: number;
    /** Why it isn't ok, in a sentence; absent when it is. */
    error?: string;
  };
  /** Whether the cache gives back what it is given; absent when the orchestrator is stopped. */
  cache?: {
    /** Where vectors are kept; `none`: nowhere, which is well. */
    kind: VectorCache['kind'] | 'none';
    /** Whether it answered in time, and rightly. */
    ok: boolean;
  };
  /** The servers, as they are now. */
  endpoints: EndpointMetrics[];
  /** Texts that wait. */
  queueSize: number;
  /** Requests in flight. */
  activeRequests: number;
}

export async function checkHealth(
  upstream: Upstream | undefined,
  metrics: Metrics,
  timeoutMs: number,
): Promise<Health> {
  const { endpoints, queue_size: queueSize, active_requests: activeRequests } = metrics;
  const now = { endpoints, queueSize, activeRequests };
  if (!upstream) return { status: 'stopped', ...now };
  const [embedder, cacheOk] = await Promise.all([
    askEmbedder(upstream, timeoutMs),
    isCacheWell(upstream.cache, timeoutMs),
  ]);
  const whole = cacheOk && endpoints.every(({ breaker }) => breaker === 'closed');
  return {
    status: embedder.ok ? (whole ? 'ok' : 'degraded') : 'down',
    embedder,
    cache: { kind: upstream.cache?.kind ?? 'none', ok: cacheOk },
    ...now,
  };
}

async function askEmbedder(
  { embedder, canary }: Upstream,
  timeoutMs: number,
): Promise<NonNullable<Health['embedder']>> {
  const start = performance.now();
  const { embedder: kind, model, dimensions } = embedder.identity;
  const answer = (ok: boolean) => ({
    ok,
    embedder: kind,
    model,
    dimensions,
    latencyMs: Math.round(performance.now() - start),
  });
  try {
    await embedder.embed([canary], { signal: AbortSignal.timeout(timeoutMs) });
    return answer(true);
  } catch (error) {
    return { ...answer(false), error: error instanceof Error ? error.message : String(error) };
  }
}
