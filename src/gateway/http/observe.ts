// Counts and reports each request when its answer has ended, in whatever way.
import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { GatewayOptions } from '../options.js';
import type { GatewayParts } from '../route-context.js';
import { callerOf } from './call.js';
import { traceIdOf, traceOf } from './trace.js';

/** Routes that answer with vectors: only their times are measured. */
const vectorRoutes: ReadonlySet<string> = new Set(['/api/embed', '/v1/embeddings', '/embedding']);

export function observe(app: FastifyInstance, { traffic }: GatewayParts, { events }: GatewayOptions): void {
  app.addHook('onRequest', async (request, reply) => {
    // Read it now: a closed connection no longer has an address.
    const address = request.socket.remoteAddress ?? '';
    const start = performance.now();
    const trace = traceOf(request.headers);
    // Fastify's hook reports whole answers only; `close` also comes after an answer that was broken off.
    reply.raw.once('close', () => {
      const route = request.routeOptions.url ?? '/*';
      const ms = performance.now() - start;
      const status = statusOf(reply.raw);
      traffic.answered(route, status, vectorRoutes.has(route) ? ms / 1000 : undefined);
      if (request.tokenName !== undefined) traffic.ofClient(request.tokenName, request.textCount);
      events?.answered?.({
        id: request.id,
        method: request.method,
        path: request.url.split('?', 1)[0]!,
        route,
        status,
        ms: Math.round(ms * 10) / 10,
        client: callerOf(request, address),
        ...(request.textCount > 0 && { texts: request.textCount }),
        ...(trace && { trace: traceIdOf(trace) }),
        ...(request.refusedOrigin !== '' && { origin: request.refusedOrigin }),
      });
    });
  });
}

/** The status to log: 499 when the client left, 502 when the server broke off. */
function statusOf({ writableFinished, statusCode, errored }: ServerResponse): number {
  if (writableFinished) return statusCode;
  return errored ? 502 : 499;
}
