// Whether an orchestrator can do its work, found out by asking.
import { isCacheWell } from '../cache/health.js';
import type { EndpointMetrics, Metrics } from '../metrics/snapshot.js';
import type { VectorCache } from '../types.js';
import type { Upstream } from '../upstream/upstream.js';

export interface Health {
  /** `degraded`: works, but without its cache or some of its endpoints. */
  status: 'ok' | 'degraded' | 'down' | 'stopped';
  embedder?: {
    ok: boolean;
    embedder: 'ollama' | 'builtin';
    model: string;
    dimensions: number;
    /** Milliseconds for one short text. */
    latencyMs: number;
    /** Why it isn't ok. */
    error?: string;
  };
  cache?: { kind: VectorCache['kind'] | 'none'; ok: boolean };
  endpoints: EndpointMetrics[];
  /** Texts that wait. */
  queueSize: number;
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
