// Servers of the OpenAI API that lie, about themselves and in vectors.
import { spoilt } from '../lib/values.js';
import { startJson } from '../servers/json.js';
import { dimensions, vectorOf } from '../servers/ollama.js';
import { ways } from './ollama.js';

const places = ['/v1/embeddings', '/v1/embeddings', '/v1/models', '/props', '/info', '/version', '/tokenize'];
const lies = Object.fromEntries(
  Object.entries(ways).filter(([name]) => !['numbers', 'count', 'claims'].includes(name)),
);
lies.vectors = (response, random, honest) => response.end(JSON.stringify(spoiltVectors(random, honest)));
lies.values = (response, random, honest) => response.end(JSON.stringify(spoilt(random, honest ?? {})));

export async function play(c) {
  const { random } = c;
  const way = random.pick(Object.keys(lies));
  const path = way === 'vectors' ? '/v1/embeddings' : random.pick(places);
  c.subject = `openai: ${way} from ${path}`;
  let honestLeft = random.pick([0, 0, 1, 3]);
  const lie = (asked, response, honest) => {
    if (asked !== path || honestLeft-- > 0) return false;
    lies[way](response, random, honest);
    return true;
  };
  const server = c.use(await startJson({ answer, lie }));
  c.documents();
  const named = ['--embedder', 'openai', '--url', `${server.url}/v1`];
  const hasty = ['--max-retries', '0', '--batch-timeout', '800'];
  const [command, ...args] = random.pick([
    ['ingest', 'docs', '--cache', 'none', '--json'],
    ['ingest', 'docs', '--cache', 'none'],
    ['doctor', '--json'],
    ['doctor'],
  ]);
  await c.embed([command, ...args, ...named, ...(command === 'doctor' ? [] : hasty)], { late: false });
  if (command === 'ingest') await c.embed(['search', 'islands', ...named, ...hasty], { late: false });
}

function answer(_method, path, body) {
  switch (path) {
    case '/v1/models':
      return { object: 'list', data: [{ id: 'fuzz', object: 'model', owned_by: 'x', max_model_len: 2048 }] };
    case '/v1/embeddings': {
      const texts = [body.input].flat();
      const data = texts.map((text, index) => ({
        object: 'embedding',
        index,
        embedding: encoded(vectorOf(text), body.encoding_format),
      }));
      const tokens = texts.length * 20;
      return {
        object: 'list',
        data,
        model: 'fuzz',
        usage: { prompt_tokens: tokens, total_tokens: tokens },
      };
    }
    case '/props':
      return {
        model_alias: 'fuzz',
        model_path: '/m/fuzz.gguf',
        default_generation_settings: { n_ctx: 2048 },
        build_info: 'b1-fuzz',
      };
    case '/info':
      return {
        model_id: 'fuzz',
        model_sha: 'x',
        max_input_length: 2048,
        max_client_batch_size: 32,
        version: '1.9.4',
      };
    case '/version':
      return { version: '0.11.0' };
    case '/tokenize':
      return { tokens: [1, 2, 3] };
    default:
      return undefined;
  }
}

function encoded(vector, format) {
  return format === 'base64' ? Buffer.from(new Float32Array(vector).buffer).toString('base64') : vector;
}

function spoiltVectors(random, honest) {
  const values = Array(random.pick([0, 1, dimensions, dimensions + 1, 100_000])).fill(
    random.pick([0, null, 1e39, 'x', 0.25]),
  );
  const others = [
    values,
    Buffer.alloc(random.size(4_000_000)).toString('base64'),
    `${Buffer.from(new Float32Array(dimensions).fill(Number.NaN).buffer).toString('base64')}`,
    '====',
    [values],
    null,
    { 0: 1 },
  ];
  const index = () => random.pick([0, 0, 1, -1, 2 ** 32 - 2, 1e300, '0', null]);
  return {
    ...honest,
    data: random.pick([
      honest.data.map((one) => ({ ...one, embedding: random.pick(others) })),
      honest.data.map((one) => ({ ...one, index: index() })),
      honest.data.slice(1),
      [...honest.data, ...honest.data],
      honest.data.map(() => null),
      { length: honest.data.length },
    ]),
  };
}
