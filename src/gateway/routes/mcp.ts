// The Model Context Protocol at `/mcp`.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { UsageError } from '../../errors.js';
import type { Indexes } from '../../indexes/indexes.js';
import { answerMcp } from '../../mcp/http.js';
import { fieldsOf } from '../http/body.js';
import { callOf } from '../http/call.js';
import type { GatewayParts } from '../route-context.js';
import { RefusedError } from './error-answers.js';

/** `POST /mcp`: one message of the protocol. @param onFailed is told of unexpected errors */
export function mcpRoute(
  parts: GatewayParts,
  indexes: Indexes,
  onFailed: (error: unknown, id: string) => void,
) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const call = callOf(request, reply, parts);
    const leave = indexes.onEnded(() => call.progress());
    try {
      const body = fieldsOf(request.body);
      if (body === undefined) throw new RefusedError(400, 'expected one JSON object of the protocol');
      const { headers } = request.raw;
      const answer = await answerMcp(indexes, { headers, body, signal: call.signal }, (error) =>
        onFailed(error, request.id),
      ).catch((error: unknown) => {
        throw error instanceof UsageError ? new RefusedError(501, error.message) : error;
      });
      await call.room(answer.body.length);
      return reply.code(answer.status).headers(answer.headers).send(answer.body);
    } finally {
      leave();
      call.end();
    }
  };
}

/** Sessions and streams that the server begins: it has none. */
export function noStreamRoute() {
  return async (_request: FastifyRequest, reply: FastifyReply) =>
    reply
      .code(405)
      .header('allow', 'POST')
      .header('content-type', 'text/plain')
      .send('405 method not allowed');
}
