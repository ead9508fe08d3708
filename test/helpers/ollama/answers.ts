// What the test server answers when nothing is wrong: one plain function from a request to a reply.
import type { OllamaVersion } from './contract.js';
import { recordedPull } from './contract.js';
import { loadedEntry, showOf, type TestModel, tagOf } from './models.js';
import { cut, goFloat32, goVector, vectorOf } from './vectors.js';

export interface Reply {
  status: number;
  contentType: string;
  /** Everything but the vectors; `vectors` go where `body` has the mark. */
  body: string;
  /** The vectors as JSON, in the order of the texts; only where the reply has some. */
  vectors?: string[];
  /** The model that has to be loaded before this reply. */
  loads?: TestModel;
  /** Texts that the model has to work on, and their tokens. */
  texts?: number;
  tokens?: number;
}

/** Where the vectors go in a reply's body. */
export const vectorsMark = '\u0000vectors\u0000';

/** Where the times go that the answer took. */
export const durationsMark = '\u0000durations\u0000';

export interface World {
  version: OllamaVersion;
  models: TestModel[];
  /** Models in memory, with their context. */
  loaded: Map<string, number>;
  /** What `ollama pull` finds; undefined when there is no network. */
  registry: TestModel[] | undefined;
  /** The lines of the next pull, where a test wants its own. */
  pullLines: object[] | undefined;
  tokensOf: (text: string) => number;
  /** The expected vector of a text. */
  seedOf: (model: TestModel, text: string) => string;
  render: (seed: string, dimensions: number, wanted: number) => string;
}

const jsonUtf8 = 'application/json; charset=utf-8';

function json(body: unknown, status = 200, contentType = jsonUtf8): Reply {
  return { status, contentType, body: JSON.stringify(body) };
}

function text(status: number, body: string, contentType = 'text/plain'): Reply {
  return { status, contentType, body };
}

const failed = (status: number, message: string): Reply => json({ error: message }, status);

const tooLong = 'the input length exceeds the context length';

type Body = { [key: string]: unknown };

type Route = (world: World, body: Body) => Reply;

const routes: { [route: string]: Route } = {
  'GET /': () => text(200, 'Ollama is running', 'text/plain; charset=utf-8'),
  'GET /api/version': (world) => json({ version: world.version }),
  'GET /api/tags': (world) => json({ models: world.models.map((model) => tagOf(world.version, model)) }),
  'GET /api/ps': (world) => json({ models: running(world) }),
  'POST /api/show': show,
  'POST /api/embed': embed,
  'POST /api/embeddings': legacy,
  'POST /api/pull': pull,
  'GET /v1/models': (world) =>
    json({ object: 'list', data: world.models.map(openAiModel) }, 200, 'application/json'),
  'POST /v1/embeddings': openAi,
};

/** The reply of a healthy server. */
export function answer(world: World, method: string, path: string, raw: string): Reply {
  const route = routes[`${method} ${path}`];
  if (route === undefined) {
    const known = Object.keys(routes).some((one) => one.endsWith(` ${path}`));
    return known ? text(405, '405 method not allowed') : text(404, '404 page not found');
  }
  if (method === 'GET') return route(world, {});
  if (raw === '') return failed(400, 'missing request body');
  let body: Body;
  try {
    body = JSON.parse(raw) as Body;
  } catch (error) {
    return failed(400, error instanceof SyntaxError ? 'unexpected EOF' : String(error));
  }
  return route(world, body);
}

function running(world: World): object[] {
  return [...world.loaded].flatMap(([name, context]) => {
    const model = world.models.find((one) => one.name === name);
    return model === undefined ? [] : [loadedEntry(world.version, model, context)];
  });
}

function find(world: World, name: string): TestModel | undefined {
  const full = name.includes(':') ? name : `${name}:latest`;
  return world.models.find((model) => model.name === full);
}

function show(world: World, body: Body): Reply {
  const name = String(body.model ?? '');
  const model = find(world, name);
  if (model !== undefined) return json(showOf(world.version, model, body.verbose === true));
  const said = world.version === '0.24.0' || name.includes(':') ? name : `${name}:latest`;
  return failed(404, `model '${said}' not found`);
}

function contextOf(model: TestModel, body: Body): number {
  const asked = (body.options as { num_ctx?: number } | undefined)?.num_ctx;
  return Math.min(model.context, asked ?? model.numCtx ?? 4096);
}

function embed(world: World, body: Body): Reply {
  const keepAlive = body.keep_alive;
  if (typeof keepAlive === 'string' && !/^-?(\d+(\.\d+)?(ns|us|ms|s|m|h))+$/.test(keepAlive)) {
    return failed(400, `time: invalid duration ${JSON.stringify(keepAlive)}`);
  }
  const name = String(body.model ?? '');
  if (name === '') return failed(404, "model '' not found");
  if (!/^[\w.\-/]+(:[\w.-]+)?$/.test(name)) return failed(400, 'invalid model name');
  const texts = textsOf(body.input);
  if (texts === undefined) return failed(400, 'invalid input type');
  const model = find(world, name);
  if (model === undefined) {
    return failed(404, `model ${JSON.stringify(name)} not found, try pulling it first`);
  }
  if (texts.length === 0) {
    if (keepAlive === 0) world.loaded.delete(model.name);
    return json({ model: name, embeddings: [] });
  }
  const work = workOn(world, model, texts, body);
  if (typeof work === 'string') return { ...failed(400, work), loads: model };
  const rest = `${durationsMark},"prompt_eval_count":${work.tokens}`;
  return {
    status: 200,
    contentType: jsonUtf8,
    body: `{"model":${JSON.stringify(name)},"embeddings":[${vectorsMark}],${rest}}`,
    loads: model,
    ...work,
  };
}

/** The texts of an `input`; undefined when it has a wrong type. */
export function textsOf(input: unknown): string[] | undefined {
  if (input === undefined || input === null || input === '') return [];
  const list: unknown[] = Array.isArray(input) ? input : [input];
  return list.every((one) => typeof one === 'string') ? (list as string[]) : undefined;
}

function workOn(world: World, model: TestModel, texts: string[], body: Body) {
  const context = contextOf(model, body);
  world.loaded.set(model.name, context);
  let tokens = 0;
  for (const one of texts) {
    const count = world.tokensOf(one);
    if (count > context && body.truncate === false) return tooLong;
    tokens += Math.min(count, context);
  }
  const wanted = Number(body.dimensions ?? 0);
  const vectors = texts.map((one) => world.render(world.seedOf(model, one), model.dimensions, wanted));
  return { vectors, texts: texts.length, tokens };
}

function legacy(world: World, body: Body): Reply {
  const name = String(body.model ?? '');
  const model = find(world, name);
  if (model === undefined) {
    return failed(404, `model ${JSON.stringify(name)} not found, try pulling it first`);
  }
  const prompt = String(body.prompt ?? '');
  if (prompt === '') return json({ embedding: [] });
  const tokens = world.tokensOf(prompt);
  if (tokens > contextOf(model, body)) return failed(500, tooLong);
  world.loaded.set(model.name, contextOf(model, body));
  // This endpoint gives float64, so the digits of a float32 that was widened.
  const vector = vectorOf(world.seedOf(model, prompt), model.dimensions);
  const values = Array.from(vector, String).join(',');
  return { status: 200, contentType: jsonUtf8, body: `{"embedding":[${values}]}`, texts: 1, tokens };
}

function openAi(world: World, body: Body): Reply {
  const contentType = 'application/json';
  const name = String(body.model ?? '');
  const model = find(world, name);
  if (model === undefined) {
    const message = `model ${JSON.stringify(name)} not found, try pulling it first`;
    const error = { message, type: 'not_found_error', param: null, code: null };
    return json({ error }, 404, contentType);
  }
  const texts = textsOf(body.input) ?? [];
  const context = contextOf(model, body);
  world.loaded.set(model.name, context);
  const tokens = texts.reduce((sum, one) => sum + Math.min(world.tokensOf(one), context), 0);
  const data = texts.map((one, index) => {
    const vector = cut(vectorOf(world.seedOf(model, one), model.dimensions), Number(body.dimensions ?? 0));
    const embedding =
      body.encoding_format === 'base64'
        ? JSON.stringify(Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64'))
        : goVector(vector);
    return `{"object":"embedding","embedding":${embedding},"index":${index}}`;
  });
  const usage = `"usage":{"prompt_tokens":${tokens},"total_tokens":${tokens}}`;
  return {
    status: 200,
    contentType,
    body: `{"object":"list","data":[${data.join(',')}],"model":${JSON.stringify(name)},${usage}}`,
    texts: texts.length,
    tokens,
  };
}

function openAiModel(model: TestModel): object {
  return { id: model.name, object: 'model', created: 1795451585, owned_by: 'library' };
}

function pull(world: World, body: Body): Reply {
  const name = String(body.model ?? '');
  const full = name.includes(':') ? name : `${name}:latest`;
  const found = world.registry?.find((model) => model.name === full);
  if (found !== undefined && !world.models.includes(found)) world.models.push(found);
  const recorded = recordedPull();
  if (body.stream === false) {
    if (found !== undefined) return json({ status: 'success' }, 200, 'application/json');
    const why = world.registry === undefined ? '... no such host' : 'file does not exist';
    return json({ error: `pull model manifest: ${why}` }, 500, 'application/json');
  }
  const unavailable = world.registry === undefined ? recorded.no_network : recorded.unknown_model;
  const lines = world.pullLines ?? (found === undefined ? unavailable : recorded.success);
  return {
    status: 200,
    contentType: 'application/x-ndjson',
    body: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
  };
}

/** A vector as JSON, of `wanted` values where that is fewer than the model's. */
export function renderVector(seed: string, dimensions: number, wanted: number): string {
  const vector = cut(vectorOf(seed, dimensions), wanted);
  return `[${Array.from(vector, goFloat32).join(',')}]`;
}
