// The built-in embedder as a backend: describes itself as Ollama describes a model, so that clients can be tried on
// a machine without Ollama.
import { dimensions, windowTokens } from '../../embedders/builtin/onnx/graph.js';
import { weightsDigest } from '../../embedders/builtin/weights.js';
import { canonicalName } from '../../embedders/ollama/model-name.js';
import type { Backend, BackendState, Passing } from './backend.js';
import {
  type Answer,
  answerAsOllama,
  type Described,
  json,
  onlyEmbeds,
  openAiModel,
  refused,
  unusual,
} from './ollama-answers.js';

const builtinModel = 'universal-sentence-encoder-lite:latest';
const modelNames: ReadonlySet<string> = new Set([builtinModel, canonicalName('builtin')]);

/** Size of the weights in bytes. */
const weightBytes = 27_903_656;

const what = 'the built-in embedder';

export class BuiltinBackend implements Backend {
  readonly embedder = 'builtin';
  readonly servers = 1;

  async modelOf(name: string | undefined): Promise<string | undefined> {
    return name === undefined || modelNames.has(canonicalName(name)) ? builtinModel : undefined;
  }

  takes(texts: readonly string[]): boolean {
    return !texts.includes('');
  }

  async pass({ request, reply, target, body: given }: Passing): Promise<void> {
    const path = (target ?? request.url).split('?', 1)[0]!;
    const asked = given ?? request.body;
    const described: Described = {
      models: async () => [await model()],
      modelOf: (name) => this.modelOf(name),
      what,
    };
    const { status, type, body } =
      (await answerAsOllama(request.method, path, asked, described)) ??
      (await answerAsOpenAi(request.method, path, asked, described));
    await reply.code(status).header('content-type', type).send(body);
  }

  async isUp(): Promise<boolean> {
    return true;
  }

  async state(): Promise<BackendState> {
    return { servers: [] };
  }

  async close(): Promise<void> {}
}

async function model() {
  return {
    name: builtinModel,
    digest: await weightsDigest(),
    size: weightBytes,
    architecture: 'use',
    format: 'tfjs',
    context: windowTokens,
    dimensions,
  };
}

/** Before the name of a model. */
const oneModel = '/v1/models/';

/** OpenAI's routes, which no server behind the gateway answers here. */
async function answerAsOpenAi(
  method: string,
  path: string,
  body: unknown,
  described: Described,
): Promise<Answer> {
  if (`${method} ${path}` === 'GET /v1/models') {
    return { ...json({ object: 'list', data: [openAiModel(builtinModel)] }), type: 'application/json' };
  }
  if (method === 'GET' && path.startsWith(oneModel)) return describedModel(path);
  if (`${method} ${path}` === 'POST /v1/embeddings') {
    return (await unusual(body, path, described)) ?? refused({ status: 400, message: 'invalid input' }, path);
  }
  if (/^\/v1\/(chat\/)?completions$/.test(path))
    return refused({ status: 501, message: onlyEmbeds(what) }, path);
  if (path === '/v1/models' || path === '/v1/embeddings') {
    return { status: 405, type: 'text/plain', body: '405 method not allowed' };
  }
  return { status: 404, type: 'text/plain', body: '404 page not found' };
}

function describedModel(path: string): Answer {
  let name = path.slice(oneModel.length);
  try {
    name = decodeURIComponent(name);
  } catch {
    // It stays as it is, and is no model.
  }
  if (modelNames.has(canonicalName(name))) {
    return { ...json(openAiModel(builtinModel)), type: 'application/json' };
  }
  return refused({ status: 404, message: `model '${name}' not found` }, path);
}
