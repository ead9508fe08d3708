// The gateway's own small API for vectors, for shell scripts and forms.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { checkCount, type Fields, fieldsOf } from '../http/body.js';
import { callOf, priorityOf } from '../http/call.js';
import { embedTexts } from '../models/embed-texts.js';
import { isHopeless } from '../models/passed-vectors.js';
import type { GatewayParts } from '../route-context.js';
import { plainAnswer } from './answers.js';
import { missingModel, RefusedError } from './error-answers.js';

interface Question {
  texts: string[];
  /** True for one text, which gets one vector; a list gets a list. */
  single: boolean;
  model: string | undefined;
  dimensions: number | undefined;
  truncate: boolean;
  priority: unknown;
}

/**
 * `GET /embedding?text=…` and `POST /embedding` with `{"text": …}` or `{"texts": […], "priority": 0}`. Optional:
 * `model`, `dimensions` and `truncate` (default false). Answers
 * `{"model", "dimensions", "tokens", "embedding": […]}`, or `"embeddings": [[…]]` for `texts`.
 */
export function embeddingRoute(parts: GatewayParts) {
  const { backend, models, traffic, limits } = parts;
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { texts, single, model: name, priority, ...wish } = questionOf(request);
    checkCount(texts, limits.maxTexts);
    const urgency = priorityOf(priority);
    const call = callOf(request, reply, parts);
    try {
      request.textCount = texts.length;
      traffic.texts(texts.length);
      const key = await backend.modelOf(name);
      if (key === undefined) throw new RefusedError(404, missingModel(name ?? ''));
      const { vectors, tokens, model } = await models.use(key, call.signal, async (opened) => ({
        ...(await embedTexts(opened, texts, { ...wish, ...call, priority: urgency ?? call.priority })),
        model: opened.space.model,
      }));
      reply.header('content-type', 'application/json; charset=utf-8');
      return plainAnswer({ model, dimensions: vectors[0]?.length ?? 0, tokens }, vectors, single);
    } catch (error) {
      if (isHopeless(error)) throw new RefusedError(404, error.message);
      throw error;
    } finally {
      call.end();
    }
  };
}

/** @throws {RefusedError} naming the fault */
function questionOf(request: FastifyRequest): Question {
  const fields = request.method === 'GET' ? fieldsOfQuery(request) : fieldsOf(request.body);
  if (!fields) throw new RefusedError(400, 'expected a JSON object with "text" or "texts"');
  const { text, texts, model, dimensions, truncate, priority } = fields;
  if ((text === undefined) === (texts === undefined)) {
    throw new RefusedError(400, 'expected either "text" or "texts"');
  }
  const list = texts === undefined ? [text] : texts;
  if (!Array.isArray(list) || !list.every((one) => typeof one === 'string' && one !== '')) {
    throw new RefusedError(400, 'expected texts that are strings with at least one character');
  }
  if (model !== undefined && (typeof model !== 'string' || model === '')) {
    throw new RefusedError(400, 'expected "model" to be a name');
  }
  if (dimensions !== undefined && !(Number.isInteger(dimensions) && (dimensions as number) > 0)) {
    throw new RefusedError(400, 'expected "dimensions" to be a whole number from 1 up');
  }
  if (truncate !== undefined && typeof truncate !== 'boolean') {
    throw new RefusedError(400, 'expected "truncate" to be true or false');
  }
  return {
    texts: list,
    single: texts === undefined,
    model,
    dimensions: dimensions as number | undefined,
    truncate: truncate ?? false,
    priority,
  };
}

function fieldsOfQuery({ query }: FastifyRequest): Fields {
  const { dimensions, truncate, ...rest } = query as { [name: string]: string };
  return {
    ...rest,
    ...(dimensions !== undefined && { dimensions: Number(dimensions) }),
    ...(truncate !== undefined && { truncate: { true: true, false: false }[truncate] ?? truncate }),
  };
}
