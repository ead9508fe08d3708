// What the scripted server answers when nothing is wrong: one plain function from a request to a reply, for each kind
// of server. llama.cpp's and Ollama's are recorded; what TEI, vLLM and others do is from their source and pages.
import { cut, vectorOf } from '../ollama/vectors.js';
import { exchangeOf } from './contract.js';

/** `plain` says nothing of itself, not even its models. */
export type Kind = 'llama-server' | 'ollama' | 'tei' | 'vllm' | 'plain';

export interface World {
  kind: Kind;
  model: string;
  /** Changes all vectors. */
  salt: string;
  /** What a vector is made from, where it must be as another scripted server makes it. */
  seedOf?: ((text: string) => string) | undefined;
  dimensions: number;
  /** Max tokens of a text, special tokens included. */
  window: number;
  /** What `too long` comes to. @default as the kind does */
  tooLong: 'refused' | 'cut';
  /** Whether `usage` counts what was cut off, too, or is left out. */
  usage: 'seen' | 'all' | 'none';
  /** Whether `dimensions` is heeded. */
  heedsDimensions: boolean;
  /** What `encoding_format: base64` comes to. */
  base64: 'sent' | 'ignored' | 'refused' | 'big-endian';
  /** Max texts of a request (TEI). */
  maxTexts: number;
  /** Of llama.cpp: says of the weights. */
  size: number;
  ftype: string;
  tokensOf(text: string): number;
}

export interface Reply {
  status: number;
  contentType: string;
  body: unknown;
  texts: number;
  tokens: number;
}

type Body = { [key: string]: unknown };

const jsonUtf8 = 'application/json; charset=utf-8';

export const plainTokens = (text: string): number =>
  2 + (text.match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu)?.length ?? 0);

export function answer(world: World, method: string, path: string, raw: string): Reply {
  const { kind } = world;
  const known: { [route: string]: () => Reply } = {
    'GET /v1/models': () => models(world),
    'POST /v1/embeddings': () => embeddings(world, raw),
    'POST /v1/chat/completions': () => reply({ object: 'chat.completion', choices: [{ index: 0 }] }),
    'POST /v1/rerank': () => reply({ results: [{ index: 0, relevance_score: 0.5 }] }),
    ...(kind === 'llama-server' && {
      'GET /health': () => reply(exchangeOf(kind, 'health').response.body),
      'GET /props': () => props(world),
      'POST /tokenize': () => tokenize(world, raw),
    }),
    ...(kind === 'tei' && {
      'GET /info': () => info(world),
      'POST /tokenize': () => teiTokenize(world, raw),
    }),
    ...(kind === 'vllm' && { 'GET /version': () => reply({ version: '0.11.0' }) }),
  };
  if (kind === 'tei' || kind === 'plain') delete known['GET /v1/models'];
  const route = known[`${method} ${path}`];
  if (route) return route();
  if (kind === 'ollama' && Object.keys(known).some((one) => one.endsWith(` ${path}`))) {
    return reply('405 method not allowed', 405, 'text/plain');
  }
  return unknownPath(world);
}

function reply(body: unknown, status = 200, contentType = jsonUtf8, texts = 0, tokens = 0): Reply {
  return { status, contentType, body, texts, tokens };
}

function unknownPath({ kind }: World): Reply {
  if (kind === 'llama-server') return reply(exchangeOf(kind, 'unknown-path').response.body, 404);
  return kind === 'ollama'
    ? reply('404 page not found', 404, 'text/plain')
    : reply({ detail: 'Not Found' }, 404);
}

function models({ kind, model, window, dimensions, size, ftype }: World): Reply {
  const created = Math.floor(Date.now() / 1000);
  if (kind === 'llama-server') {
    const recorded = structuredClone(exchangeOf(kind, 'models').response.body) as {
      models: Body[];
      data: (Body & { meta: Body })[];
    };
    Object.assign(recorded.models[0]!, { name: model, model });
    Object.assign(recorded.data[0]!, { id: model, aliases: [model], created });
    Object.assign(recorded.data[0]!.meta, { n_ctx: window, n_embd: dimensions, size, ftype });
    return reply(recorded);
  }
  const one = { id: kind === 'ollama' ? `${model}:latest` : model, object: 'model', created };
  const owned = { ollama: 'library', vllm: 'vllm' }[kind as string] ?? 'someone';
  const more = kind === 'vllm' ? { root: `/weights/${ftype}`, parent: null, max_model_len: window } : {};
  return reply({ object: 'list', data: [{ ...one, owned_by: owned, ...more }] }, 200, 'application/json');
}

function props({ window, model }: World): Reply {
  const recorded = structuredClone(exchangeOf('llama-server', 'props').response.body) as Body;
  (recorded.default_generation_settings as Body).n_ctx = window;
  return reply({ ...recorded, model_alias: model });
}

function info({ model, window, ftype, tooLong, maxTexts }: World): Reply {
  return reply({
    model_id: model,
    model_sha: 'fca14538aa9956a46526bd1d0d11d69e19b5a101',
    model_dtype: ftype,
    max_input_length: window,
    max_client_batch_size: maxTexts,
    auto_truncate: tooLong === 'cut',
    version: '1.9.4',
  });
}

function tokenize({ tokensOf }: World, raw: string): Reply {
  const { content } = JSON.parse(raw) as { content: string };
  return reply({ tokens: Array.from({ length: tokensOf(content) }, (_, index) => 100 + index) });
}

function teiTokenize({ tokensOf }: World, raw: string): Reply {
  const { inputs } = JSON.parse(raw) as { inputs: string };
  return reply([Array.from({ length: tokensOf(inputs) }, (_, id) => ({ id, text: '', special: false }))]);
}

function failed({ kind }: World, status: number, message: string, type: string): Reply {
  if (kind === 'llama-server') return reply({ error: { code: status, message, type } }, status);
  if (kind === 'tei') return reply({ message, code: status, type: 'Validation' }, status);
  const contentType =
    kind === 'ollama' && ['invalid input', 'unexpected EOF'].includes(message)
      ? jsonUtf8
      : 'application/json';
  return reply({ error: { message, type, param: null, code: null } }, status, contentType);
}

const wrongPrompt =
  '"prompt" elements must be a string, a list of tokens, a JSON object containing a prompt string, or a list of mixed strings & tokens.';

function embeddings(world: World, raw: string): Reply {
  const isLlama = world.kind === 'llama-server';
  let body: Body;
  try {
    body = JSON.parse(raw) as Body;
  } catch {
    return isLlama
      ? failed(
          world,
          500,
          (exchangeOf('llama-server', 'bad-json').response.body as Failure).error.message,
          'server_error',
        )
      : failed(world, 400, 'unexpected EOF', 'invalid_request_error');
  }
  const wrong = (llama: [number, string], others: string): Reply =>
    isLlama
      ? failed(world, llama[0], llama[1], llama[0] === 400 ? 'invalid_request_error' : 'server_error')
      : failed(world, 400, others, 'invalid_request_error');
  const { input } = body;
  const name = typeof body.model === 'string' ? body.model : '';
  if (world.kind === 'ollama' && name.replace(/:latest$/, '') !== world.model) {
    const message = name === '' ? "model '' not found" : `model "${name}" not found, try pulling it first`;
    return failed(world, 404, message, 'not_found_error');
  }
  if (input === undefined) return wrong([400, '"input" or "content" must be provided'], 'invalid input');
  const isIds = Array.isArray(input) && input.length > 0 && input.every((one) => typeof one === 'number');
  const texts = isLlama && isIds ? ['one'] : [input].flat();
  if (texts.length === 0) return wrong([500, '"prompt" must not be empty'], 'invalid input');
  if (!texts.every((one) => typeof one === 'string')) return wrong([500, wrongPrompt], 'invalid input type');
  return vectorsFor(world, texts as string[], body, name === '' ? world.model : name);
}

type Failure = { error: { message: string } };

function vectorsFor(world: World, texts: string[], body: Body, name: string): Reply {
  const { kind, window, dimensions, usage, tokensOf } = world;
  if (kind === 'tei' && texts.length > world.maxTexts) {
    return failed(
      world,
      413,
      `batch size ${texts.length} > maximum allowed batch size ${world.maxTexts}`,
      '',
    );
  }
  const counts = texts.map(tokensOf);
  const longest = counts.find((count) => count > window);
  if (longest !== undefined && world.tooLong === 'refused') return tooLong(world, longest);
  if (body.encoding_format === 'base64' && world.base64 === 'refused') {
    return failed(world, 400, 'encoding_format: only float is supported', 'invalid_request_error');
  }
  const wanted = world.heedsDimensions ? Number(body.dimensions ?? 0) : 0;
  const data = texts.map((text, index) => {
    const vector = cut(vectorOf(seedOf(world, text), dimensions), wanted);
    const isBase64 = body.encoding_format === 'base64' && world.base64 !== 'ignored';
    const embedding = isBase64 ? base64Of(vector, world.base64) : Array.from(vector);
    const more = isBase64 && kind === 'llama-server' ? { encoding_format: 'base64' } : {};
    return { object: 'embedding', embedding, index, ...more };
  });
  const seen = counts.map((count) => (usage === 'all' ? count : Math.min(count, window)));
  const tokens = seen.reduce((sum, count) => sum + count, 0);
  const said = usage === 'none' ? {} : { usage: { prompt_tokens: tokens, total_tokens: tokens } };
  const contentType = kind === 'llama-server' ? jsonUtf8 : 'application/json';
  return reply({ object: 'list', data, model: name, ...said }, 200, contentType, texts.length, tokens);
}

function tooLong(world: World, tokens: number): Reply {
  const { kind, window } = world;
  if (kind === 'llama-server') {
    const message = `input (${tokens} tokens) is too large to process. increase the physical batch size (current batch size: ${window})`;
    return failed(world, 500, message, 'server_error');
  }
  if (kind === 'tei')
    return failed(world, 413, `\`inputs\` must have less than ${window} tokens. Given: ${tokens}`, '');
  const message = `This model's maximum context length is ${window} tokens. However, you requested ${tokens} tokens in the input for embedding generation. Please reduce the length of the input.`;
  return failed(world, 400, message, 'BadRequestError');
}

/** What the model sees of a text: a window of words, each a token. */
function seedOf({ salt, window, tooLong, tokensOf, seedOf: like }: World, text: string): string {
  if (like) return like(text);
  if (tooLong === 'refused' || tokensOf(text) <= window) return `${salt} ${text}`;
  return `${salt} ${text
    .split(' ')
    .slice(0, window - 2)
    .join(' ')}`;
}

export function expectedVector(world: World, text: string): Float32Array {
  return vectorOf(seedOf(world, text), world.dimensions);
}

function base64Of(vector: Float32Array, how: World['base64']): string {
  const bytes = Buffer.from(vector.slice().buffer);
  return (how === 'big-endian' ? bytes.swap32() : bytes).toString('base64');
}
