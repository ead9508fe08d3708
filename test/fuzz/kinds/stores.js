// Databases of `embed sync` over HTTP that lie: pages without end, rows of others, values that are none.
import { spoilt, strangeValue } from '../lib/values.js';
import { startJson } from '../servers/json.js';
import { dimensions } from '../servers/ollama.js';
import { ways } from './ollama.js';

const lies = Object.fromEntries(
  Object.entries(ways).filter(([name]) => !['numbers', 'count', 'claims'].includes(name)),
);
lies.values = (response, random, honest) => response.end(JSON.stringify(spoilt(random, honest ?? {}, 0.1)));

export async function play(c) {
  const { random } = c;
  const store = random.pick(['qdrant', 'chroma']);
  const way = random.pick([...Object.keys(lies), 'values', 'values', 'strange rows', 'pages without end']);
  c.subject = `stores: ${store}, ${way}`;
  const rows = {
    id: `${random.hex(8)}-${random.hex(4)}-8${random.hex(3)}-8${random.hex(3)}-${random.hex(12)}`,
    endless: way === 'pages without end',
    payload: way === 'strange rows' ? spoilt(random, payload(random), 0.4) : payload(random),
    page: 0,
  };
  if (way === 'strange rows' && random.chance(0.3)) rows.payload = strangeValue(random);
  let honestLeft = random.pick([0, 0, 1, 3, 6]);
  const lie = (_path, response, honest) => {
    if (lies[way] === undefined || honestLeft-- > 0) return false;
    lies[way](response, random, honest);
    return true;
  };
  const answer = store === 'qdrant' ? qdrant : chroma;
  const server = c.use(
    await startJson({ answer: (method, path, body) => answer(method, path, body, rows), lie }),
  );
  c.index();
  const address = `${store}://127.0.0.1:${server.port}/chunks`;
  const hasty = ['--batch-timeout', '1s'];
  const commands = [
    ['sync', address, '--max-retries', '0'],
    ['sync', address, '--max-retries', '0', '--take-over', '--allow-removals', '--json'],
    ['sync', address, '--max-retries', '0', '--rebuild', '--take-over', '--allow-removals'],
    ['sync', address, '--max-retries', '0', '--dry-run'],
    ['search', 'islands', '--in', address],
    ['search', 'islands', '--in', address, '--json', '--where', 'title=x', '--source', 'docs/**'],
    ['get', '--in', address, 'docs/page-1.md'],
    ['get', '--in', address, rows.id, '--json', '--whole'],
  ];
  for (const args of random.some(commands, 2))
    await c.embed([...args, ...hasty], { late: rows.endless && store === 'qdrant' });
}

function payload(random) {
  return {
    index_name: 'default',
    id: `${random.hex(8)}-${random.hex(4)}-8${random.hex(3)}-8${random.hex(3)}-${random.hex(12)}`,
    sum: random.hex(32),
    source: 'docs/page-1.md',
    text: 'Islands of a store.',
    chunk: 0,
    metadata: { source: 'docs/page-1.md', line: 1, chunk: 0, heading: [], title: 'x' },
  };
}

function qdrant(method, path, _body, rows) {
  if (method === 'GET')
    return {
      result: {
        config: {
          params: { vectors: { size: dimensions, distance: 'Cosine' } },
          metadata: { 'embed:default': { token: '0'.repeat(32), space: {} } },
        },
      },
    };
  const page = rows.page++;
  const point = { id: rows.endless ? page : rows.id, payload: rows.payload, score: 0.9 };
  if (path.endsWith('/count')) return { result: { count: 1 } };
  if (path.endsWith('/scroll'))
    return { result: { points: [point], next_page_offset: rows.endless ? page + 1 : null } };
  if (path.endsWith('/query')) return { result: { points: [point] } };
  return { result: true, status: 'ok' };
}

function chroma(method, path, { limit = 1, n_results: wanted }, rows) {
  if (method === 'GET' || path.endsWith('/collections'))
    return {
      id: rows.id,
      name: 'chunks',
      dimension: dimensions,
      metadata: { 'embed:default': JSON.stringify({ token: '0'.repeat(32), space: {} }) },
      configuration_json: { hnsw: { space: 'cosine' } },
    };
  const { metadata, ...flat } =
    typeof rows.payload === 'object' && rows.payload !== null ? rows.payload : { metadata: rows.payload };
  const kept = { ...flat, metadata: JSON.stringify(metadata) };
  const text = typeof flat.text === 'string' ? flat.text : 'Islands of a store.';
  const page = rows.page++;
  const count = rows.endless ? Math.min(limit, 5000) : 1;
  const ids = Array.from({ length: count }, (_, at) => (rows.endless ? `${page}-${at}` : rows.id));
  if (path.endsWith('/get')) return { ids, metadatas: ids.map(() => kept), documents: ids.map(() => text) };
  if (path.endsWith('/query'))
    return {
      ids: [ids.slice(0, wanted)],
      documents: [[text]],
      metadatas: [[kept]],
      distances: [[0.1]],
    };
  return {};
}
