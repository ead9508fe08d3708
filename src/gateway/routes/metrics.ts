// `/metrics`: the counters of the gateway and of its models' orchestrators, for Prometheus or as JSON.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { printableJson } from '../../text/printable.js';
import type { GatewayParts } from '../route-context.js';

/** `GET /metrics`: Prometheus text; JSON with `?format=json`, or when the client accepts JSON only. */
export function metricsRoute(parts: GatewayParts) {
  const { models, traffic } = parts;
  return async (request: FastifyRequest, reply: FastifyReply) => {
    if (wantsJson(request)) {
      reply.serializer(printableJson);
      const byModel = models.open.map((model) => [model.space.model, model.getMetrics()]);
      const gateway = { ...traffic.snapshot(), refused_models: models.refused };
      return { gateway, models: Object.fromEntries(byModel) };
    }
    reply.header('content-type', 'text/plain; version=0.0.4; charset=utf-8');
    // Imported here: prom-client takes time to load, and many gateways are never scraped.
    const { registryOf } = await import('./metrics-registry.js');
    return await registryOf(parts).metrics();
  };
}

function wantsJson({ query, headers }: FastifyRequest): boolean {
  const { format } = query as { format?: string };
  if (format !== undefined) return format === 'json';
  const accept = headers.accept ?? '';
  return accept.includes('application/json') && !accept.includes('text/plain');
}
