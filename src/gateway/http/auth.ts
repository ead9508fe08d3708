// Refuses requests without authorization, before anything of them is read or done: those of pages that may not use the
// gateway, with a foreign `Host`, or without the token. Answers the questions of browsers (preflights) itself.
import type { FastifyInstance } from 'fastify';
import type { GatewayOptions } from '../options.js';
import '../route-context.js';
import { RefusedError } from '../routes/error-answers.js';
import type { Tokens } from './access-tokens.js';
import { isLocalHost, isLoopback } from './local-host.js';
import { corsHeaders, isPreflight, Origins, preflightHeaders } from './origins.js';

/** Answered without the token: for load balancers, and what holds no data: the page, which asks for the token. */
const openRoutes: ReadonlySet<string | undefined> = new Set(['/health', '/ready', '/ui', '/openapi.json']);

/** These change what all clients share, so a token is needed on every address. */
const ownersRoutes: ReadonlySet<string | undefined> = new Set(['/clear_cache', '/reset_circuit_breaker']);

/** All that a gateway answers that only searches: they change nothing. */
const searchRoutes: ReadonlySet<string | undefined> = new Set([
  ...openRoutes,
  ...['/search', '/mcp', '/metrics'],
]);

/** @throws {UsageError} when one of the added origins is none */
export function checkAccess(
  app: FastifyInstance,
  tokens: Tokens,
  {
    host = '',
    origins: added = [],
    searchOnly = false,
  }: Pick<GatewayOptions, 'host' | 'origins' | 'searchOnly'>,
): void {
  const origins = new Origins(added);
  const localOnly = tokens.areNone && isLoopback(host);
  app.addHook('onRequest', async (request, reply) => {
    const { headers, rawHeaders, method, url = '' } = request.raw;
    reply.header('x-request-id', request.id);
    if (!url.startsWith('/')) throw new RefusedError(400, 'bad request target');
    // Node takes the first of several, and whoever handed it on may have taken another.
    if (hasSeveralHosts(rawHeaders)) throw new RefusedError(400, 'bad request: it names several hosts');
    if (localOnly && !isLocalHost(headers.host)) {
      throw new RefusedError(403, 'forbidden: start the gateway with a token to use it by this name');
    }
    if (!origins.admits(headers, !tokens.areNone)) {
      request.refusedOrigin = headers.origin ?? `${headers['sec-fetch-site']}`;
      throw new RefusedError(
        403,
        'forbidden: pages of this origin are let in with OLLAMA_ORIGINS (--origin)',
      );
    }
    if (isPreflight(method ?? '', headers)) {
      return reply
        .code(204)
        .headers(preflightHeaders(headers, url.split('?', 1)[0]!))
        .send();
    }
    reply.headers(corsHeaders(headers));
    const holder = tokens.holderOf(headers.authorization);
    request.tokenName = holder?.name;
    request.isTrusted = tokens.areNone || holder !== undefined;
    const route = request.routeOptions.url;
    if (ownersRoutes.has(route) && tokens.areNone) {
      throw new RefusedError(403, 'forbidden: start the gateway with a token to use this');
    }
    if (searchOnly && !searchRoutes.has(route)) {
      throw new RefusedError(404, 'not found: this gateway answers searches alone (--search-only)');
    }
    if (openRoutes.has(route) || request.isTrusted) return undefined;
    reply.header('www-authenticate', 'Bearer');
    throw new RefusedError(401, 'unauthorized');
  });
}

/** @param headers names and values, in turns */
function hasSeveralHosts(headers: readonly string[]): boolean {
  const isHost = (name: string, at: number) =>
    at % 2 === 0 && name.length === 4 && name.toLowerCase() === 'host';
  return headers.findIndex(isHost) !== headers.findLastIndex(isHost);
}
