// Ollama's API for vectors. All else of that API is passed through.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { unknownScript } from '../embedders/script.js';
import { type EmbedderFault, ServiceError } from '../errors.js';
import { isDown } from '../faults.js';
import { ollamaAnswer } from './answers.js';
import { checkCount, fieldsOf, normalised, vectorRequestOf } from './body.js';
import { callOf } from './call.js';
import { missingModel, RefusedError } from './errors.js';
import type { GatewayParts } from './parts.js';
import { embedTexts } from './texts.js';

/** `POST /api/embed` */
export function embedRoute({ backend, models, traffic, limits }: GatewayParts) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const start = performance.now();
    const fields = fieldsOf(request.body);
    checkCount(fields?.input, limits.maxTexts);
    const call = callOf(request, reply, limits.deadlineMs);
    const { signal } = call;
    const pass = () => backend.pass({ request, reply, body: normalised(request.body, 'input'), signal });
    try {
      const wanted = vectorRequestOf(fields);
      if (!wanted) return await pass();
      const { model: name, texts } = wanted;
      request.textCount = texts.length;
      traffic.texts(texts.length);
      const key = await backend.modelOf(name);
      if (key === undefined) throw new RefusedError(404, missingModel(name));
      const [{ vectors, tokens }, openedMs] = await models.use(key, signal, async (model, ms) => [
        await embedTexts(model, texts, { ...wanted, ...call }),
        ms,
      ]);
      const totalNs = Math.round((performance.now() - start) * 1e6);
      const loadNs = Math.round(openedMs * 1e6);
      reply.header('content-type', 'application/json; charset=utf-8');
      return ollamaAnswer(name, vectors, { tokens, totalNs, loadNs });
    } catch (error) {
      // A model that can't be opened and won't be: the server says why, in its own words.
      if (isHopeless(error)) return await pass();
      throw error;
    } finally {
      call.end();
    }
  };
}

/**
 * `POST /api/embeddings`, which gives other vectors than `/api/embed`: they aren't normalised, and nothing is
 * cut. So they share neither requests nor cache entries with those, and the server answers each alone.
 */
export function legacyRoute({ backend, models, traffic, limits }: GatewayParts) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const call = callOf(request, reply, limits.deadlineMs);
    request.textCount = 1;
    traffic.texts(1);
    try {
      const { model: name, prompt } = fieldsOf(request.body) ?? {};
      const key = typeof name === 'string' ? await backend.modelOf(name) : undefined;
      if (key !== undefined && typeof prompt === 'string' && prompt !== '') {
        if (backend.embedder === 'builtin') {
          const wish = { ...call, truncate: false, dimensions: undefined };
          const { vectors } = await models.use(key, call.signal, (model) =>
            embedTexts(model, [prompt], wish),
          );
          return { embedding: Array.from(vectors[0]!) };
        }
        const fault = await unknownTo(models, key, prompt, call.signal);
        if (fault) throw fault;
      }
      const body = normalised(request.body, 'prompt');
      return await backend.pass({ request, reply, body, signal: call.signal });
    } finally {
      call.end();
    }
  };
}

/** A model that can't be opened is no reason to refuse: the server says itself what is wrong. */
async function unknownTo(
  models: GatewayParts['models'],
  key: string,
  text: string,
  signal: AbortSignal,
): Promise<EmbedderFault | undefined> {
  if (!/\P{ASCII}/u.test(text)) return undefined;
  try {
    return await models.use(key, signal, async ({ embedder }) => unknownScript(embedder, text));
  } catch {
    return undefined;
  }
}

/** Whether a model can't be opened for a reason that no waiting helps. */
export function isHopeless(error: unknown): error is ServiceError {
  return error instanceof ServiceError && error.cause === undefined && !isDown(error);
}
