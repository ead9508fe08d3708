// What the routes for vectors have in common: a model is opened, the texts are embedded, and the answer is sent.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Fields, hasOtherCase, type VectorRequest, vectorRequestOf } from '../http/body.js';
import type { Call } from '../http/call.js';
import { VectorAnswer } from '../http/vector-answer.js';
import { embedTexts } from '../models/embed-texts.js';
import type { GatewayParts } from '../route-context.js';
import type { AnswerFormat } from './answers.js';
import { missingModel, RefusedError } from './error-answers.js';

export interface Asked {
  /** The name that the client used; undefined for the default model. */
  name: string | undefined;
  texts: readonly string[];
  /** Cut texts that are too long. */
  truncate: boolean;
  dimensions: number | undefined;
  /** `options.num_ctx` */
  context?: number | undefined;
}

/** A request that the gateway can batch; undefined for one that is better answered by the server itself. */
export function batchedRequestOf(
  { backend }: GatewayParts,
  fields: Fields | undefined,
): VectorRequest | undefined {
  if (backend.embedder === 'ollama' && hasOtherCase(fields)) return undefined;
  const wanted = vectorRequestOf(fields);
  return wanted && backend.takes(wanted.texts) ? wanted : undefined;
}

/** What is known when the answer begins. */
export interface Beginning {
  /** The model's own name. */
  model: string;
  dimensions: number;
  tokens: number;
  /** How long it took to open the model, in ms. */
  openedMs: number;
}

/**
 * Answers a request for vectors.
 * @returns what the route returns: the body, or the reply when it was sent already
 * @throws {RefusedError} when there is no such model
 * @throws what `Models.use` and `embedTexts` throw, as long as nothing has been sent
 */
export async function answerVectors(
  parts: GatewayParts,
  { request, reply, call }: { request: FastifyRequest; reply: FastifyReply; call: Call },
  { name, texts, ...wish }: Asked,
  formatOf: (beginning: Beginning) => AnswerFormat,
): Promise<Buffer | FastifyReply> {
  const { backend, models, aliases, traffic, limits } = parts;
  request.textCount = texts.length;
  traffic.texts(texts.length);
  const key = await backend.modelOf(name === undefined ? undefined : aliases.of(name));
  if (key === undefined) throw new RefusedError(404, missingModel(name ?? ''));
  let aheadBytes = 0;
  const onFlow = () => call.flows(aheadBytes);
  const answer = new VectorAnswer({ reply, limits, signal: call.signal, onFlow });
  try {
    const body = await models.use(key, call.signal, async (model, openedMs) => {
      const embedding = await embedTexts(model, texts, { ...wish, ...call });
      const { pieces, dimensions, tokens } = embedding;
      aheadBytes = embedding.aheadBytes;
      const format = formatOf({ model: model.space.model, dimensions, tokens, openedMs });
      return await answer.send(format, pieces());
    });
    return body ?? reply;
  } catch (error) {
    if (!answer.hasBegun) throw error;
    answer.breakOff(error);
    return reply;
  }
}
