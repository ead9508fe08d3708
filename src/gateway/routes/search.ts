// Questions to the indexes of `--in`: `POST /search`, and what there is to ask by `GET /search`.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EmbedderFault, EmbedError, QueueFullError, ServiceError, UsageError } from '../../errors.js';
import { searchAsked, wrongAsked } from '../../indexes/asked.js';
import type { Indexes } from '../../indexes/indexes.js';
import { printableJson } from '../../text/printable.js';
import { fieldsOf } from '../http/body.js';
import { type Call, callOf } from '../http/call.js';
import type { GatewayParts } from '../route-context.js';
import { RefusedError } from './error-answers.js';

/** Answers are as long as their texts. */
export const asked = searchAsked.omit({ maxTokens: true });

/** `POST /search` with `{"question": …, "results": 5, "in", "source", "where", "by" …}`; as `embed search --json`. */
export function searchRoute(parts: GatewayParts, indexes: Indexes) {
  return answering(parts, indexes, async (request, { signal }) => {
    const fields = fieldsOf(request.body);
    if (fields === undefined) throw new RefusedError(400, 'expected a JSON object with "question"');
    const question = asked.safeParse(fields);
    if (!question.success) throw new RefusedError(400, wrongAsked(question.error));
    return { schema: 1, results: await indexes.search(question.data, signal) };
  });
}

/** `GET /search`: the indexes, with what is wrong with them. */
export function indexesRoute(parts: GatewayParts, indexes: Indexes) {
  return answering(parts, indexes, async (_request, { signal }) => ({
    schema: 1,
    indexes: await indexes.status(signal),
  }));
}

function answering(
  parts: GatewayParts,
  indexes: Indexes,
  answer: (request: FastifyRequest, call: Call) => Promise<object>,
) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const call = callOf(request, reply, parts);
    // A question that waits behind many others is not late while these are answered.
    const leave = indexes.onEnded(() => call.progress());
    try {
      const body = Buffer.from(printableJson(await told(answer(request, call))));
      await call.room(body.length);
      return reply.header('content-type', 'application/json; charset=utf-8').send(body);
    } finally {
      leave();
      call.end();
    }
  };
}

/** What the owner of the index can mend is told to who asks: it is no fault of the gateway. */
async function told<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const isKnown = [UsageError, ServiceError, EmbedderFault, QueueFullError].some(
      (one) => error instanceof one,
    );
    if (isKnown || !(error instanceof EmbedError)) throw error;
    throw new RefusedError(503, error.message);
  }
}
