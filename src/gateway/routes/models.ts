// What is told of one model, under its own name or an alias.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Fields, fieldsOf } from '../http/body.js';
import type { GatewayParts } from '../route-context.js';

/** `POST /api/show` */
export function showRoute({ backend, aliases }: GatewayParts) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : undefined;
    const fields = fieldsOf(body);
    const named = fields && withModels(fields, (name) => aliases.of(name));
    await backend.pass({ request, reply, body: named ? Buffer.from(JSON.stringify(named)) : body });
    return reply;
  };
}

/** The fields with other names of models; undefined when all stay as they are. */
function withModels(fields: Fields, modelOf: (name: string) => string): Fields | undefined {
  const changed: Fields = {};
  for (const key of ['model', 'name']) {
    const name = fields[key];
    if (typeof name === 'string' && modelOf(name) !== name) changed[key] = modelOf(name);
  }
  return Object.keys(changed).length > 0 ? { ...fields, ...changed } : undefined;
}

/** `GET /v1/models/{id}` */
export function modelRoute({ backend, aliases }: GatewayParts) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { '*': id = '' } = request.params as { '*'?: string };
    const model = aliases.of(id);
    const target = model === id ? undefined : `/v1/models/${encodeURIComponent(model)}`;
    await backend.pass({ request, reply, target });
    return reply;
  };
}
