// Ollama's API for vectors. The rest of that API is passed through.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { unknownScript } from '../../embedders/guard/unknown-script.js';
import type { BatchOrchestrator } from '../../orchestrator/orchestrator.js';
import { checkCount, fieldsOf, vectorRequestOf } from '../http/body.js';
import { callOf } from '../http/call.js';
import { embedTexts } from '../models/embed-texts.js';
import { isHopeless, passHopeless, passVectors } from '../models/passed-vectors.js';
import type { GatewayParts } from '../route-context.js';
import { ollamaAnswer } from './answers.js';
import { missingModel, RefusedError } from './error-answers.js';

/** `POST /api/embed` */
export function embedRoute(parts: GatewayParts) {
  const { backend, models, traffic, limits } = parts;
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const start = performance.now();
    const fields = fieldsOf(request.body);
    checkCount(fields?.input, limits.maxTexts);
    const call = callOf(request, reply, parts);
    const { signal } = call;
    const passing = { request, reply, text: 'input', signal } as const;
    try {
      const wanted = vectorRequestOf(fields);
      if (!wanted) return await passVectors(parts, passing);
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
      if (isHopeless(error)) return await passHopeless(parts, passing, error);
      throw error;
    } finally {
      call.end();
    }
  };
}

/**
 * `POST /api/embeddings`. Its vectors differ from those of `/api/embed`: they aren't normalised, and texts aren't cut.
 * So these requests are passed on one by one, without batching and caching.
 */
export function legacyRoute(parts: GatewayParts) {
  const { backend, models, traffic } = parts;
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const call = callOf(request, reply, parts);
    request.textCount = 1;
    traffic.texts(1);
    try {
      const { model: name, prompt } = fieldsOf(request.body) ?? {};
      const key = typeof name === 'string' ? await backend.modelOf(name) : undefined;
      const hasText = typeof prompt === 'string' && prompt !== '';
      if (backend.embedder === 'builtin' && key !== undefined && hasText) {
        const wish = { ...call, truncate: false, dimensions: undefined };
        const { vectors } = await models.use(key, call.signal, (model) => embedTexts(model, [prompt], wish));
        return { embedding: Array.from(vectors[0]!) };
      }
      const check = ({ embedder }: BatchOrchestrator) => {
        const fault = typeof prompt === 'string' ? unknownScript(embedder, prompt) : undefined;
        if (fault) throw fault;
      };
      return await passVectors(parts, { request, reply, text: 'prompt', signal: call.signal, check });
    } finally {
      call.end();
    }
  };
}
