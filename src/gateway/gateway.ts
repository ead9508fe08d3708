// src/gateway: `embed serve`, an HTTP server in front of Ollama that answers as Ollama does.
//
// In: requests of Ollama or OpenAI clients. Out: Ollama's answers. Requests for vectors are batched and cached; all
// others are passed through, streaming. routes/ answer paths; models/ keep one orchestrator per model; backends/
// are what answers in the end (Ollama or built-in); http/ bounds bodies, answers, connections and log lines.
// What must hold: memory is bounded for any clients; vectors of servers that don't match never reach a client; a
// stop answers all requests in flight. Look first at routes/, then at models/models.ts.
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { UsageError } from '../errors.js';
import { eventsFor } from '../events.js';
import type { Indexes } from '../indexes/indexes.js';
import { openBackend } from './backends/choose-backend.js';
import { Tokens } from './http/access-tokens.js';
import { AnswersRoom } from './http/answer-memory.js';
import { checkAccess } from './http/auth.js';
import { fieldsOf } from './http/body.js';
import { Connections } from './http/connections.js';
import { continueWhenRead } from './http/expect-continue.js';
import { observe } from './http/observe.js';
import { methodsOf, passedMethods } from './http/origins.js';
import { endSlowReaders } from './http/slow-readers.js';
import { Traffic } from './http/traffic.js';
import { Uploads } from './http/upload-memory.js';
import { Aliases } from './models/aliases.js';
import { openSharedCache } from './models/gateway-cache.js';
import { LegacyVectors } from './models/legacy-vectors.js';
import { Models } from './models/models.js';
import { openNamedModel } from './models/named-model.js';
import { defaultLimits, type GatewayOptions } from './options.js';
import { pageHeaders, searchPage } from './page/page.js';
import type { GatewayParts } from './route-context.js';
import { embeddingRoute } from './routes/embedding.js';
import { bodyOf, RefusedError, refusalOf } from './routes/error-answers.js';
import { healthRoute, readyRoute } from './routes/health.js';
import { clearCacheRoute, resetRoute } from './routes/maintenance.js';
import { mcpRoute, noStreamRoute } from './routes/mcp.js';
import { metricsRoute } from './routes/metrics.js';
import { listRoute, modelRoute, showRoute } from './routes/models.js';
import { embedRoute, legacyRoute } from './routes/ollama.js';
import { openAiRoute } from './routes/openai.js';
import { openApi } from './routes/openapi.js';
import { indexesRoute, searchRoute } from './routes/search.js';

export interface Gateway {
  /** The address on which it listens. */
  readonly url: string;
  /** Reports "not ready", accepts no more connections, and resolves when all requests in flight are answered. */
  stop(): Promise<void>;
}

/**
 * Starts a gateway. Its servers may be down: models are opened when a client asks for them. The model of the settings
 * is opened at once, if a server is up.
 * @throws {UsageError} when other machines could use it without a token, or it can't listen
 * @throws {ServiceError} when a named cache can't be used
 * @throws {WrongVectorsError} when the servers give wrong vectors of the named model
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { host = '127.0.0.1', port = 11_444, settings } = options;
  const tokens = new Tokens(options.token, options.tokens);
  const events = eventsFor(options.events);
  const limits = { ...defaultLimits, ...options.limits };
  // Who allows larger bodies wants the memory for one.
  if (limits.maxBody > defaultLimits.maxBody) limits.maxUploads = Math.max(limits.maxUploads, limits.maxBody);
  limits.maxBody = Math.min(limits.maxBody, limits.maxUploads);
  const cache = await openSharedCache(settings, events);
  let models: Models | undefined;
  const backend = await openBackend({
    settings,
    ownsCredentials: !tokens.areNone,
    self: { host, port },
    // Searches have the embedders of their indexes.
    events: options.searchOnly ? { ...events, notice: () => undefined } : events,
    onChange: () => models?.suspect(),
  }).catch(async (error: unknown) => {
    await cache?.close();
    throw error;
  });
  models = new Models({
    settings,
    embedder: backend.embedder,
    cache,
    maxQueue: limits.maxQueue,
    most: limits.maxModels,
    events,
    ...(backend.digests && { digests: () => backend.digests!() }),
    ...(backend.look && { look: (model) => backend.look!(model) }),
    onRefused: (model, { message }) => {
      // Before it listens, the error ends the start, which reports it.
      if (listens) events.warning(`No vectors of "${model}" are given. ${message}`, 'model-refused');
    },
  });
  let listens = false;
  let draining = false;
  const parts: GatewayParts = {
    backend,
    models,
    aliases: new Aliases(options.aliases),
    legacy: backend.askLegacy && new LegacyVectors((...asked) => backend.askLegacy!(...asked)),
    cache,
    traffic: new Traffic(),
    answers: new AnswersRoom(limits),
    limits,
    startedAt: performance.now(),
    isDraining: () => draining,
  };
  const app = build(parts, tokens, { ...options, host });
  const connections = new Connections(app.server, limits, events);
  continueWhenRead(app.server);
  endSlowReaders(app.server, limits);
  const close = async () => {
    await models.stop();
    await backend.close();
    await cache?.close();
  };
  try {
    await openNamedModel({ settings, backend, models, events });
    await app.listen({ host, port });
    listens = true;
  } catch (error) {
    await app.close();
    await close();
    throw cantListen(error, host, port);
  }
  const { port: actual } = app.server.address() as AddressInfo;
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    draining = true;
    connections.drain();
    const late = setTimeout(() => app.server.closeAllConnections(), limits.drainMs);
    await app.close();
    clearTimeout(late);
    await close();
  };
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}`,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

function build(
  parts: GatewayParts,
  tokens: Tokens,
  options: GatewayOptions & { host: string },
): FastifyInstance {
  const { limits, backend } = parts;
  const run = randomBytes(4).toString('hex');
  let count = 0;
  const app = Fastify({
    logger: false,
    bodyLimit: limits.maxBody,
    // Requests that arrive while it drains are answered; the answer then closes the connection.
    return503OnClosing: false,
    exposeHeadRoutes: false,
    genReqId: (raw) => {
      const given = raw.headers['x-request-id'];
      return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : `${run}-${++count}`;
    },
    // A client that doesn't finish its headers holds only a connection, and not for long.
    http: {
      headersTimeout: limits.receiveMs,
      connectionsCheckingInterval: Math.min(5000, limits.receiveMs),
    },
    routerOptions: {
      onBadUrl: (_path, _request, response) => {
        response.writeHead(400, { 'content-type': 'application/json; charset=utf-8' });
        response.end('{"error":"bad request target"}');
      },
    },
  });
  app.decorateRequest('textCount', 0);
  app.decorateRequest('refusedOrigin', '');
  app.decorateRequest('tokenName', undefined);
  app.decorateRequest('isTrusted', false);
  // Like Ollama, read bodies without looking at their content type.
  app.removeAllContentTypeParsers();
  const uploads = new Uploads(limits);
  app.addContentTypeParser('*', ({ raw }, _payload, done) => {
    uploads.read(raw).then((body) => done(null, body), done);
  });
  app.addHook('onRequest', async ({ raw }, reply) => {
    reply.raw.once('close', () => uploads.release(raw));
  });
  observe(app, parts, options);
  if (options.indexes) leadPeopleToPage(app);
  checkAccess(app, tokens, options);
  announceDrain(app, parts);
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, options));

  app.post('/api/embed', embedRoute(parts));
  app.post('/api/embeddings', legacyRoute(parts));
  app.post('/v1/embeddings', openAiRoute(parts));
  app.post('/embedding', embeddingRoute(parts));
  app.get('/embedding', { exposeHeadRoute: true }, embeddingRoute(parts));
  app.get('/health', { exposeHeadRoute: true }, healthRoute(parts));
  app.get('/ready', { exposeHeadRoute: true }, readyRoute(parts));
  app.get('/metrics', { exposeHeadRoute: true }, metricsRoute(parts));
  app.post('/clear_cache', clearCacheRoute(parts));
  app.post('/reset_circuit_breaker', resetRoute(parts));
  if (options.indexes) addSearchRoutes(app, parts, options.indexes, options);
  app.post('/api/show', showRoute(parts));
  app.get('/v1/models/*', modelRoute(parts));
  // Without other names, a list is passed on as it is.
  if (parts.aliases.all.length > 0) {
    for (const path of ['/api/tags', '/v1/models'] as const) app.get(path, listRoute(parts, path));
  }
  const pass = (request: FastifyRequest, reply: FastifyReply) => backend.pass({ request, reply });
  // Ollama's routes are answered here where no Ollama is behind.
  if (backend.embedder === 'openai') app.route({ method: [...passedMethods], url: '/api/*', handler: pass });
  if (!backend.hasServers) {
    app.route({ method: [...passedMethods], url: '/*', handler: pass });
  } else {
    // Before the body is touched, so that it streams through.
    app.route({ method: [...passedMethods], url: '/*', onRequest: pass, handler: () => undefined });
  }
  const notAllowed = (_: FastifyRequest, reply: FastifyReply) =>
    reply.code(405).type('text/plain').send('405 method not allowed');
  app.setNotFoundHandler(notAllowed);
  // Of one without an origin, no page asks.
  for (const [path, allow] of Object.entries(methodsOf)) {
    app.options(path, (request, reply) => notAllowed(request, reply.header('allow', allow)));
  }
  return app;
}

/** What the indexes of `--in` answer. */
function addSearchRoutes(
  app: FastifyInstance,
  parts: GatewayParts,
  indexes: Indexes,
  { events }: GatewayOptions,
): void {
  app.post('/search', searchRoute(parts, indexes));
  app.get('/search', { exposeHeadRoute: true }, indexesRoute(parts, indexes));
  app.post(
    '/mcp',
    mcpRoute(parts, indexes, (error, id) => events?.failed?.(error, id)),
  );
  app.get('/mcp', noStreamRoute());
  app.delete('/mcp', noStreamRoute());
  app.get('/openapi.json', { exposeHeadRoute: true }, (_request, reply) => reply.send(openApi()));
  app.get('/ui', { exposeHeadRoute: true }, (_request, reply) => reply.headers(pageHeaders).send(searchPage));
}

/** Whoever opens the bare address in a browser wants the page; programs get Ollama's answer, as they don't ask for HTML. */
function leadPeopleToPage(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ raw }, reply) => {
    if (raw.method !== 'GET' || raw.url !== '/' || !raw.headers.accept?.includes('text/html'))
      return undefined;
    return reply.code(302).headers({ location: 'ui', vary: 'accept' }).send();
  });
}

/** While it drains, tells clients that the connection ends with this answer. */
function announceDrain(app: FastifyInstance, { isDraining }: GatewayParts): void {
  app.addHook('onSend', async (_request, reply) => {
    if (isDraining()) reply.header('connection', 'close');
  });
}

function answerError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { events }: GatewayOptions,
): FastifyReply {
  const refusal = refusalOf(error, error instanceof RefusedError ? '' : modelNamed(request.body));
  if (refusal.status === 500) events?.failed?.(error, request.id);
  const { type, body } = bodyOf(refusal, request.url);
  if (refusal.retryAfter !== undefined) reply.header('retry-after', refusal.retryAfter);
  // The unread rest of a body must not be taken for the next request.
  if (!request.raw.complete) reply.header('connection', 'close');
  return reply.code(refusal.status).header('content-type', type).send(body);
}

/** The model in a body, for messages; empty when there is none. */
function modelNamed(body: unknown): string {
  const { model } = fieldsOf(body) ?? {};
  return typeof model === 'string' ? model : '';
}

function cantListen(error: unknown, host: string, port: number): unknown {
  const { code } = error as { code?: string };
  if (code === 'EADDRINUSE') {
    return new UsageError(`Port ${port} of ${host} is taken: stop what listens there, or use --port.`);
  }
  if (code === 'EADDRNOTAVAIL' || code === 'EACCES' || code === 'ENOTFOUND') {
    return new UsageError(
      `The gateway can't listen on ${host}:${port} (${code}): use other --host and --port.`,
    );
  }
  return error;
}
