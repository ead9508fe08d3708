// Whether an orchestrator can do its work, found out by asking.
import type { EndpointMetrics, Metrics } from '../metrics/metrics.js';
import type { VectorCache } from '../types.js';
import type { Upstream } from './upstream.js';

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
    askCache(upstream, timeoutMs),
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

/** Our own caches never fail, they go quiet; one that was handed in may fail. */
async function askCache({ cache }: Upstream, timeoutMs: number): Promise<boolean> {
  if (!cache) return true;
  const asked = keepsMarks(cache).catch(() => false);
  const late = new Promise<boolean>((resolve) => setTimeout(resolve, timeoutMs, false).unref());
  return await Promise.race([asked, late]);
}

/** Whether a mark that is written comes back, or that of somebody else who asks the same cache at this moment. */
async function keepsMarks(cache: VectorCache): Promise<boolean> {
  const before = await cache.getMeta('health');
  const mark = new Date().toISOString();
  await cache.setMeta('health', mark);
  const after = await cache.getMeta('health');
  return after === mark || (after !== undefined && after !== before);
}
