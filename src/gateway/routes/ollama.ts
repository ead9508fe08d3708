// Ollama's API for vectors. The rest of that API is passed through.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { unknownScript } from '../../embedders/guard/unknown-script.js';
import { RejectedTextsError } from '../../errors.js';
import { isUnknownScript } from '../../fault-policy.js';
import type { BatchOrchestrator } from '../../orchestrator/orchestrator.js';
import { checkCount, fieldsOf } from '../http/body.js';
import { callOf } from '../http/call.js';
import { isHopeless, passHopeless, passVectors } from '../models/passed-vectors.js';
import type { GatewayParts } from '../route-context.js';
import { legacyAnswer, ollamaAnswer } from './answers.js';
import { answerVectors, batchedRequestOf } from './vector-request.js';

/** `POST /api/embed` */
export function embedRoute(parts: GatewayParts) {
  const { limits } = parts;
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const start = performance.now();
    const fields = fieldsOf(request.body);
    checkCount(fields?.input, limits.maxTexts);
    const call = callOf(request, reply, parts);
    const { signal } = call;
    const passing = { request, reply, text: 'input', signal } as const;
    try {
      const wanted = batchedRequestOf(parts, fields);
      if (!wanted) return await passVectors(parts, passing);
      return await answerVectors(
        parts,
        { request, reply, call },
        { ...wanted, name: wanted.model },
        ({ tokens, openedMs }) =>
          ollamaAnswer(wanted.model, {
            tokens,
            times: () => ({
              total: Math.round((performance.now() - start) * 1e6),
              load: Math.round(openedMs * 1e6),
            }),
          }),
      );
    } catch (error) {
      if (isHopeless(error)) return await passHopeless(parts, passing, error);
      throw error;
    } finally {
      call.end();
    }
  };
}

/**
 * `POST /api/embeddings`. Its vectors may differ from those of `/api/embed`: they need not be normalised, and texts aren't
 * cut. So these requests are batched and cached only for models where both routes were seen to give the same; all others
 * are passed on one by one.
 */
export function legacyRoute(parts: GatewayParts) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const call = callOf(request, reply, parts);
    const fields = fieldsOf(request.body);
    const prompt = fields?.prompt;
    const check = ({ embedder }: BatchOrchestrator) => {
      const fault = typeof prompt === 'string' ? unknownScript(embedder, prompt) : undefined;
      if (fault) throw fault;
    };
    const passing = { request, reply, text: 'prompt', signal: call.signal, check } as const;
    try {
      const read = { ...fields, input: prompt, truncate: false, dimensions: undefined };
      const asked = batchedRequestOf(parts, read);
      if (typeof prompt === 'string' && asked && (await isBatched(parts, asked.model, call.signal))) {
        return await answerVectors(
          parts,
          { request, reply, call },
          { ...asked, name: asked.model },
          legacyAnswer,
        );
      }
      request.textCount = 1;
      parts.traffic.texts(1);
      return await passVectors(parts, passing);
    } catch (error) {
      // The older route has words and a status of its own for a text that can't be embedded.
      if (error instanceof RejectedTextsError && !hasUnknownScript(error))
        return await passVectors(parts, passing);
      throw error;
    } finally {
      call.end();
    }
  };
}

async function isBatched(
  { backend, models, aliases, legacy }: GatewayParts,
  name: string,
  signal: AbortSignal,
): Promise<boolean> {
  const key = await backend.modelOf(aliases.of(name));
  if (key === undefined || !legacy) return key !== undefined;
  try {
    return await models.use(key, signal, (model) => legacy.agree(model));
  } catch (error) {
    if (isHopeless(error)) return false;
    throw error;
  }
}

function hasUnknownScript({ rejected }: RejectedTextsError): boolean {
  return rejected.some(({ fault }) => isUnknownScript(fault));
}
