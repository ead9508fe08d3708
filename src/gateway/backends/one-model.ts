// What a backend without servers answers by itself: it has one model, and describes it as Ollama and OpenAI describe theirs.
import type { ListPath, Passing } from './backend.js';
import {
  type Answer,
  answerAsOllama,
  type Described,
  type DescribedModel,
  json,
  onlyEmbeds,
  openAiList,
  openAiModel,
  refused,
  tagsOf,
  unusual,
} from './ollama-answers.js';

/** Answers a request that isn't batched. */
export async function answerAlone(
  { request, reply, target, body: given }: Passing,
  described: Described,
): Promise<void> {
  const path = (target ?? request.url).split('?', 1)[0]!;
  const asked = given ?? request.body;
  const { status, type, body } =
    (await answerAsOllama(request.method, path, asked, described)) ??
    (await answerAsOpenAi(request.method, path, asked, described));
  await reply.code(status).header('content-type', type).send(body);
}

/** The list of these models as that path answers it. */
export function listOf(models: readonly DescribedModel[], path: ListPath): object {
  return path === '/api/tags' ? tagsOf(models) : openAiList(models);
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
    return { ...json(openAiList(await described.models())), type: 'application/json' };
  }
  if (method === 'GET' && path.startsWith(oneModel)) return await describedModel(path, described);
  if (`${method} ${path}` === 'POST /v1/embeddings') {
    return (await unusual(body, path, described)) ?? refused({ status: 400, message: 'invalid input' }, path);
  }
  if (/^\/v1\/(chat\/)?completions$/.test(path))
    return refused({ status: 501, message: onlyEmbeds(described.what) }, path);
  if (path === '/v1/models' || path === '/v1/embeddings') {
    return { status: 405, type: 'text/plain', body: '405 method not allowed' };
  }
  return { status: 404, type: 'text/plain', body: '404 page not found' };
}

async function describedModel(path: string, { modelOf }: Described): Promise<Answer> {
  let name = path.slice(oneModel.length);
  try {
    name = decodeURIComponent(name);
  } catch {
    // It stays as it is, and is no model.
  }
  const model = await modelOf(name);
  if (model !== undefined) return { ...json(openAiModel(model)), type: 'application/json' };
  return refused({ status: 404, message: `model '${name}' not found` }, path);
}
