// The state of the gateway: `/ready` for load balancers and clients, `/health` for operators.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isCacheWell } from '../../cache/health.js';
import type { Metrics } from '../../metrics/snapshot.js';
import { printable, printableJson } from '../../text/printable.js';
import type { GatewayParts } from '../route-context.js';

/** Max time for the cache to show that it is reachable, in ms. */
const cacheMs = 1000;

/** Max characters of the reason why a server is left out: it may hold words of that server. */
const maxReasonLength = 1000;

/** `GET /ready`: 200 when requests would be answered now, else 503. */
export function readyRoute({ backend, isDraining }: GatewayParts) {
  return async (_request: FastifyRequest, reply: FastifyReply) => {
    const reason = isDraining() ? 'draining' : (await backend.isUp()) ? undefined : 'upstream down';
    reply.code(reason === undefined ? 200 : 503);
    return reason === undefined ? { ready: true } : { ready: false, reason };
  };
}

/** `GET /health`: 200 while the gateway runs. Without the token, it shows only the status. */
export function healthRoute(parts: GatewayParts) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    reply.serializer(printableJson);
    const { backend, models, cache, traffic, startedAt } = parts;
    // So that it reports a mended model, even when no client asks for one.
    void models.tryRefused(AbortSignal.timeout(parts.limits.deadlineMs));
    const [{ servers }, up, cacheOk] = await Promise.all([
      backend.state(),
      backend.isUp(),
      isCacheWell(cache, cacheMs),
    ]);
    const metrics = models.open.map((model) => ({ model, metrics: model.getMetrics() }));
    const closed = metrics.every(({ metrics }) => metrics.endpoints.every((one) => one.breaker === 'closed'));
    const { refused } = models;
    const well = cacheOk && closed && refused.length === 0 && servers.every((one) => one.up);
    const status = parts.isDraining() ? 'draining' : up ? (well ? 'ok' : 'degraded') : 'down';
    if (!request.isTrusted) return { status };
    return {
      status,
      uptime_seconds: Math.round((performance.now() - startedAt) / 1000),
      embedder: backend.embedder,
      servers,
      cache: { kind: cache?.kind ?? 'none', ok: cacheOk },
      refused,
      pipeline: metrics.map(({ model, metrics }) => ({
        model: model.space.model,
        dimensions: model.space.dimensions,
        queue_size: metrics.queue_size,
        active_requests: metrics.active_requests,
        endpoints: metrics.endpoints.map(({ url, breaker, refused }) => ({
          url,
          breaker,
          ...(refused !== null && { refused: printable(refused, maxReasonLength) }),
        })),
      })),
      performance: performanceOf(
        metrics.map((one) => one.metrics),
        traffic.snapshot(),
      ),
    };
  };
}

function performanceOf(all: Metrics[], traffic: ReturnType<GatewayParts['traffic']['snapshot']>) {
  const sum = (value: (metrics: Metrics) => number) => all.reduce((total, one) => total + value(one), 0);
  const hits = sum((one) => one.cache_hits);
  const lookups = hits + sum((one) => one.cache_misses);
  const requests = sum((one) => one.requests);
  return {
    http_requests: traffic.http_requests_total,
    texts_in: traffic.texts_in,
    texts_embedded: sum((one) => one.texts),
    requests_out: requests,
    cache_hit_rate: lookups === 0 ? 0 : hits / lookups,
    average_batch_size: requests === 0 ? 0 : sum((one) => one.average_batch_size * one.requests) / requests,
    latency_seconds: { p50: traffic.http_time_seconds.p50, p95: traffic.http_time_seconds.p95 },
  };
}
