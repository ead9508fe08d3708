// OpenAI's API for vectors, with the same models.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { checkCount, type Fields, fieldsOf } from '../http/body.js';
import { callOf } from '../http/call.js';
import { isHopeless, passHopeless, passVectors } from '../models/passed-vectors.js';
import type { GatewayParts } from '../route-context.js';
import { openAiAnswer } from './answers.js';
import { RefusedError } from './error-answers.js';
import { answerVectors, batchedRequestOf } from './vector-request.js';

/** `POST /v1/embeddings` */
export function openAiRoute(parts: GatewayParts) {
  const { limits } = parts;
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const fields = fieldsOf(request.body);
    if (hasTokens(fields?.input)) {
      throw new RefusedError(400, 'input: lists of tokens are not supported, send a text or a list of texts');
    }
    checkCount(fields?.input, limits.maxTexts);
    const call = callOf(request, reply, parts);
    const { signal } = call;
    const passing = { request, reply, text: 'input', signal } as const;
    try {
      const base64 = encodingOf(fields);
      const wanted = batchedRequestOf(parts, fields);
      if (!wanted || base64 === undefined) {
        return await passVectors(parts, passing);
      }
      return await answerVectors(
        parts,
        { request, reply, call },
        { ...wanted, name: wanted.model },
        ({ tokens }) => openAiAnswer(wanted.model, { tokens, base64 }),
      );
    } catch (error) {
      if (isHopeless(error)) return await passHopeless(parts, passing, error);
      throw error;
    } finally {
      call.end();
    }
  };
}

/** True for lists of tokens: the client made them for another model's vocabulary. */
function hasTokens(input: unknown): boolean {
  return Array.isArray(input) && input.some((one) => typeof one === 'number' || Array.isArray(one));
}

/** True when the client wants base64; undefined for an unknown encoding. */
function encodingOf(fields: Fields | undefined): boolean | undefined {
  const encoding = fields?.encoding_format ?? 'float';
  return encoding === 'base64' ? true : encoding === 'float' ? false : undefined;
}
