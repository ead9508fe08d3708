// What is told of models, under their own names or aliases.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { canonicalName } from '../../embedders/ollama/model-name.js';
import type { ListPath } from '../backends/backend.js';
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

/**
 * `GET /api/tags` and `GET /v1/models`, where models have other names: each other name is listed as its model is, for clients
 * that look for it there. A list that is none of that API is handed on as it is.
 */
export function listRoute({ backend, aliases }: GatewayParts, path: ListPath) {
  return async (_request: FastifyRequest, reply: FastifyReply) => {
    const list = (await backend.list(path)) as Fields;
    const { key, nameOf, named, type } = lists[path];
    const models = list[key];
    reply.header('content-type', type);
    if (!isListOfObjects(models)) return JSON.stringify(list);
    const added: Fields[] = [];
    for (const [name, model] of aliases.all) {
      const found = modelNamed(models, nameOf, await backend.modelOf(model));
      if (found) added.push(named(found, name));
    }
    const names = new Set(added.map((one) => canonicalName(nameOf(one))));
    // A name that stands for another model is listed once.
    const kept = models.filter((one) => !names.has(canonicalName(nameOf(one))));
    return JSON.stringify({ ...list, [key]: [...kept, ...added] });
  };
}

/** How each API lists models. */
const lists = {
  '/api/tags': {
    key: 'models',
    nameOf: (entry: Fields) => String(entry.name),
    // Ollama lists names with their tags.
    named: (entry: Fields, name: string) => ({
      ...entry,
      name: canonicalName(name),
      model: canonicalName(name),
    }),
    type: 'application/json; charset=utf-8',
  },
  '/v1/models': {
    key: 'data',
    nameOf: (entry: Fields) => String(entry.id),
    named: (entry: Fields, name: string) => ({ ...entry, id: name }),
    type: 'application/json',
  },
} as const;

function isListOfObjects(value: unknown): value is Fields[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'object' && one !== null);
}

function modelNamed(
  models: readonly Fields[],
  nameOf: (entry: Fields) => string,
  name: string | undefined,
): Fields | undefined {
  if (name === undefined) return undefined;
  return models.find((one) => canonicalName(nameOf(one)) === canonicalName(name));
}

/** `GET /v1/models/{id}` */
export function modelRoute({ backend, aliases }: GatewayParts) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { '*': id = '' } = request.params as { '*'?: string };
    const model = aliases.of(id);
    if (model === id) {
      await backend.pass({ request, reply });
      return reply;
    }
    const path = '/v1/models';
    const { key, nameOf, named, type } = lists[path];
    const models = ((await backend.list(path)) as Fields)[key];
    const found = isListOfObjects(models)
      ? modelNamed(models, nameOf, await backend.modelOf(model))
      : undefined;
    if (found) return reply.header('content-type', type).send(JSON.stringify(named(found, id)));
    await backend.pass({ request, reply, target: `${path}/${encodeURIComponent(model)}` });
    return reply;
  };
}
