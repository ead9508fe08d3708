// The built-in embedder as a backend: describes itself as Ollama describes a model, so that clients can be tried on
// a machine without Ollama.
import { dimensions, windowTokens } from '../../embedders/builtin/onnx/graph.js';
import { weightsDigest } from '../../embedders/builtin/weights.js';
import { canonicalName } from '../../embedders/ollama/model-name.js';
import { readPackage } from '../../package.js';
import { type Fields, fieldsOf } from '../http/body.js';
import { bodyOf, missingModel, type Refusal } from '../routes/error-answers.js';
import type { Backend, BackendState, Passing } from './backend.js';

const builtinModel = 'universal-sentence-encoder-lite:latest';
const modelNames: ReadonlySet<string> = new Set([builtinModel, canonicalName('builtin')]);

const jsonUtf8 = 'application/json; charset=utf-8';

interface Answer {
  status: number;
  type: string;
  body: string;
}

export class BuiltinBackend implements Backend {
  readonly embedder = 'builtin';
  readonly servers = 1;
  readonly #startedAt = new Date().toISOString();

  async modelOf(name: string | undefined): Promise<string | undefined> {
    return name === undefined || modelNames.has(canonicalName(name)) ? builtinModel : undefined;
  }

  takes(texts: readonly string[]): boolean {
    return !texts.includes('');
  }

  async pass({ request, reply, target, body: given }: Passing): Promise<void> {
    const path = (target ?? request.url).split('?', 1)[0]!;
    const { status, type, body } = await this.#answer(request.method, path, given ?? request.body);
    await reply.code(status).header('content-type', type).send(body);
  }

  async isUp(): Promise<boolean> {
    return true;
  }

  async state(): Promise<BackendState> {
    return { servers: [] };
  }

  async close(): Promise<void> {}

  async #answer(method: string, path: string, body: unknown): Promise<Answer> {
    switch (`${method} ${path}`) {
      case 'GET /':
      case 'HEAD /':
        return { status: 200, type: 'text/plain; charset=utf-8', body: 'Ollama is running' };
      case 'GET /api/version':
        return json({ version: readPackage().version });
      case 'GET /api/tags':
        return json({ models: [await this.#listed()] });
      case 'GET /api/ps':
        return json({ models: [{ ...(await this.#listed()), size_vram: 0, context_length: windowTokens }] });
      case 'GET /v1/models':
        return { ...json({ object: 'list', data: [this.#openAiModel()] }), type: 'application/json' };
      case 'POST /api/show':
        return show(fieldsOf(body));
      case 'POST /api/embed':
        return unusual(body, path) ?? json({ model: fieldsOf(body)!.model, embeddings: [] });
      case 'POST /api/embeddings':
        return unusual(body, path) ?? json({ embedding: [] });
      case 'POST /v1/embeddings':
        return unusual(body, path) ?? refused({ status: 400, message: 'invalid input' }, path);
      default:
        return method === 'GET' && path.startsWith(oneModel) ? this.#oneModel(path) : elsewhere(path);
    }
  }

  async #listed(): Promise<Fields> {
    const digest = await weightsDigest();
    return {
      name: builtinModel,
      model: builtinModel,
      modified_at: this.#startedAt,
      size: weightBytes,
      digest,
      details,
    };
  }

  #oneModel(path: string): Answer {
    let name = path.slice(oneModel.length);
    try {
      name = decodeURIComponent(name);
    } catch {
      // It stays as it is, and is no model.
    }
    if (modelNames.has(canonicalName(name)))
      return { ...json(this.#openAiModel()), type: 'application/json' };
    return refused({ status: 404, message: `model '${name}' not found` }, path);
  }

  #openAiModel(): Fields {
    const created = Math.floor(Date.parse(this.#startedAt) / 1000);
    return { id: builtinModel, object: 'model', created, owned_by: 'library' };
  }
}

/** Before the name of a model. */
const oneModel = '/v1/models/';

/** Size of the weights in bytes. */
const weightBytes = 27_903_656;

const details = {
  parent_model: '',
  format: 'tfjs',
  family: 'use',
  families: ['use'],
  parameter_size: '',
  quantization_level: '',
};

function show(fields: Fields | undefined): Answer {
  const name = String(fields?.model ?? fields?.name ?? '');
  if (!modelNames.has(canonicalName(name)))
    return refused({ status: 404, message: `model '${name}' not found` }, '');
  const model_info = {
    'general.architecture': 'use',
    'use.context_length': windowTokens,
    'use.embedding_length': dimensions,
  };
  return json({ details, model_info, capabilities: ['embedding'] });
}

/** Ollama's answer to a request without a text; undefined when that is an empty list of vectors. */
function unusual(body: unknown, path: string): Answer | undefined {
  const refuse = (status: number, message: string) => refused({ status, message }, path);
  if (!Buffer.isBuffer(body) || body.length === 0) return refuse(400, 'missing request body');
  const fields = fieldsOf(body);
  if (!fields) return refuse(400, 'unexpected EOF');
  const { model, input, keep_alive: keepAlive } = fields;
  if (typeof keepAlive === 'string')
    return refuse(400, `time: invalid duration ${JSON.stringify(keepAlive)}`);
  if (typeof model !== 'string' || model === '') return refuse(404, "model '' not found");
  if (!/^[\w.\-/]+(:[\w.-]+)?$/.test(model)) return refuse(400, 'invalid model name');
  if (!modelNames.has(canonicalName(model))) return refuse(404, missingModel(model));
  if (input === undefined || input === null || input === '') return undefined;
  if (!Array.isArray(input) || !input.every((one) => typeof one === 'string')) {
    return refuse(400, 'invalid input type');
  }
  return input.length === 0 ? undefined : refuse(400, 'the built-in embedder has no vector for a blank text');
}

/** Ollama's routes other than embedding. */
const otherRoutes = /^\/(api\/(chat|generate|pull|push|create|copy|delete)|v1\/(chat\/)?completions)$/;

function elsewhere(path: string): Answer {
  if (otherRoutes.test(path)) {
    const message = 'the built-in embedder only embeds: start the gateway with --ollama-url for all else';
    return refused({ status: 501, message }, path);
  }
  if (knownRoutes.has(path)) return { status: 405, type: 'text/plain', body: '405 method not allowed' };
  return { status: 404, type: 'text/plain', body: '404 page not found' };
}

const knownRoutes: ReadonlySet<string> = new Set([
  '/api/version',
  '/api/tags',
  '/api/ps',
  '/api/show',
  '/api/embed',
  '/api/embeddings',
  '/v1/models',
  '/v1/embeddings',
]);

function refused(refusal: Refusal, path: string): Answer {
  return { status: refusal.status, ...bodyOf(refusal, path) };
}

function json(value: unknown): Answer {
  return { status: 200, type: jsonUtf8, body: JSON.stringify(value) };
}
