// The gateway's own small API for vectors, for shell scripts and forms.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { checkCount, type Fields, fieldsOf } from '../http/body.js';
import { callOf, priorityOf } from '../http/call.js';
import { isHopeless } from '../models/passed-vectors.js';
import type { GatewayParts } from '../route-context.js';
import { plainAnswer } from './answers.js';
import { RefusedError } from './error-answers.js';
import { answerVectors } from './vector-request.js';

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
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { single, priority, ...asked } = questionOf(request);
    checkCount(asked.texts, parts.limits.maxTexts);
    const urgency = priorityOf(priority);
    const call = callOf(request, reply, parts);
    call.priority = urgency ?? call.priority;
    try {
      const { model, ...rest } = asked;
      return await answerVectors(
        parts,
        { request, reply, call },
        { ...rest, name: model },
        ({ model, dimensions, tokens }) => plainAnswer({ model, dimensions, tokens }, single),
      );
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
  const fields = request.method === 'POST' ? fieldsOf(request.body) : fieldsOfQuery(request);
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
