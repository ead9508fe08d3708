// Answers Ollama's routes for what is no Ollama, so that its clients work with that, too: models, their description, and
// the requests for vectors that aren't batched.
import { readPackage } from '../../package.js';
import { asText } from '../../text/as-text.js';
import { type Fields, fieldsOf } from '../http/body.js';
import { bodyOf, missingModel, type Refusal } from '../routes/error-answers.js';

/** A model as Ollama describes one. */
export interface DescribedModel {
  name: string;
  /** Lower-case hex. */
  digest: string;
  /** Of its weights, in bytes; 0 when it isn't known. */
  size: number;
  architecture: string;
  format: string;
  /** Max tokens of a text. */
  context: number | undefined;
  dimensions: number | undefined;
}

export interface Described {
  models(): Promise<DescribedModel[]>;
  /** The model for a client's name; undefined when there is none. */
  modelOf(name: string): Promise<string | undefined>;
  /** What it is, for messages: `the built-in embedder`. */
  what: string;
}

export interface Answer {
  status: number;
  type: string;
  body: string;
}

const jsonUtf8 = 'application/json; charset=utf-8';

const startedAt = new Date().toISOString();

/** The answer; undefined for routes that Ollama doesn't have, or that are OpenAI's as well. */
export async function answerAsOllama(
  method: string,
  path: string,
  body: unknown,
  described: Described,
): Promise<Answer | undefined> {
  switch (`${method} ${path}`) {
    case 'GET /':
    case 'HEAD /':
      return { status: 200, type: 'text/plain; charset=utf-8', body: 'Ollama is running' };
    case 'GET /api/version':
      return json({ version: readPackage().version });
    case 'GET /api/tags':
      return json(tagsOf(await described.models()));
    case 'GET /api/ps':
      return json({ models: (await described.models()).map(loaded) });
    case 'POST /api/show':
      return await show(fieldsOf(body), described);
    case 'POST /api/embed':
      return (await unusual(body, path, described)) ?? json({ model: fieldsOf(body)!.model, embeddings: [] });
    case 'POST /api/embeddings':
      return (await unusual(body, path, described)) ?? json({ embedding: [] });
    default:
      return elsewhere(path, described);
  }
}

/** The answer of `/api/tags`. */
export function tagsOf(models: readonly DescribedModel[]): object {
  return { models: models.map(listed) };
}

function listed({ name, digest, size, architecture: family, format }: DescribedModel): Fields {
  return {
    name,
    model: name,
    modified_at: startedAt,
    size,
    digest,
    details: detailsOf(family, format),
  };
}

function loaded(model: DescribedModel): Fields {
  const { context } = model;
  return { ...listed(model), size_vram: 0, ...(context !== undefined && { context_length: context }) };
}

function detailsOf(family: string, format: string): Fields {
  const none = { parameter_size: '', quantization_level: '' };
  return { parent_model: '', format, family, families: [family], ...none };
}

async function show(fields: Fields | undefined, { models, modelOf }: Described): Promise<Answer> {
  const name = asText(fields?.model ?? fields?.name ?? '');
  const key = await modelOf(name);
  const model = (await models()).find((one) => one.name === key);
  if (!model) return refused({ status: 404, message: `model '${name}' not found` }, '');
  const { architecture, format, context, dimensions } = model;
  const model_info = {
    'general.architecture': architecture,
    ...(context !== undefined && { [`${architecture}.context_length`]: context }),
    ...(dimensions !== undefined && { [`${architecture}.embedding_length`]: dimensions }),
  };
  return json({ details: detailsOf(architecture, format), model_info, capabilities: ['embedding'] });
}

/** Ollama's answer to a request without a text; undefined when that is an empty list of vectors. */
export async function unusual(
  body: unknown,
  path: string,
  { modelOf, what }: Described,
): Promise<Answer | undefined> {
  const refuse = (status: number, message: string) => refused({ status, message }, path);
  if (!Buffer.isBuffer(body) || body.length === 0) return refuse(400, 'missing request body');
  const fields = fieldsOf(body);
  if (!fields) return refuse(400, 'unexpected EOF');
  const { model, input, keep_alive: keepAlive } = fields;
  if (typeof keepAlive === 'string')
    return refuse(400, `time: invalid duration ${JSON.stringify(keepAlive)}`);
  if (typeof model !== 'string' || model === '') return refuse(404, "model '' not found");
  if (!/^[\w.\-/]+(:[\w.-]+)?$/.test(model)) return refuse(400, 'invalid model name');
  if ((await modelOf(model)) === undefined) return refuse(404, missingModel(model));
  if (input === undefined || input === null || input === '') return undefined;
  if (!Array.isArray(input) || !input.every((one) => typeof one === 'string')) {
    return refuse(400, 'invalid input type');
  }
  return input.length === 0 ? undefined : refuse(400, `${what} has no vector for a blank text`);
}

/** Routes of Ollama's alone. */
const ownRoutes = /^\/api\//;

/** Those that don't embed. */
const otherRoutes = /^\/api\/(chat|generate|pull|push|create|copy|delete)$/;

function elsewhere(path: string, { what }: Described): Answer | undefined {
  if (!ownRoutes.test(path)) return undefined;
  if (otherRoutes.test(path)) return refused({ status: 501, message: onlyEmbeds(what) }, path);
  if (knownRoutes.has(path)) return { status: 405, type: 'text/plain', body: '405 method not allowed' };
  return { status: 404, type: 'text/plain', body: '404 page not found' };
}

/** The message for what only an Ollama can do. */
export function onlyEmbeds(what: string): string {
  return `${what} only embeds: start the gateway with --ollama-url for all else`;
}

const knownRoutes: ReadonlySet<string> = new Set([
  '/api/version',
  '/api/tags',
  '/api/ps',
  '/api/show',
  '/api/embed',
  '/api/embeddings',
]);

export function refused(refusal: Refusal, path: string): Answer {
  return { status: refusal.status, ...bodyOf(refusal, path) };
}

export function json(value: unknown): Answer {
  return { status: 200, type: jsonUtf8, body: JSON.stringify(value) };
}

/** The answer of `/v1/models`. */
export function openAiList(models: readonly DescribedModel[]): object {
  return { object: 'list', data: models.map(({ name }) => openAiModel(name)) };
}

/** A model as OpenAI lists one. */
export function openAiModel(name: string): Fields {
  return {
    id: name,
    object: 'model',
    created: Math.floor(Date.parse(startedAt) / 1000),
    owned_by: 'library',
  };
}
