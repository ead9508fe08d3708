// Servers that lie: bodies without end, wrong numbers, wrong counts, wrong shapes, redirects, silence.
import { foreign } from '../lib/words.js';
import { startOllama } from '../servers/ollama.js';

const paths = ['/api/embed', '/api/embed', '/api/embed', '/api/tags', '/api/show', '/api/version', '/api/ps'];
const bad = [
  null,
  5,
  'x',
  [],
  {},
  [null],
  [[]],
  { models: null },
  { models: [null] },
  { models: [{}] },
  { embeddings: {} },
  { embeddings: [null] },
];

/** How a server lies: `(response, random, honest)`. */
export const ways = {
  endless: (response, random) =>
    pour(
      response,
      random.pick(['{"embeddings":[[0.1,', '{"error":"', '{"x":"', '[', ' ']),
      '1,'.repeat(32_768),
    ),
  'endless lines': (response) => pour(response, '', '{"status":"pulling"}\n'.repeat(3000)),
  silence: () => undefined,
  'half an answer': (response, _random, honest) => response.write(JSON.stringify(honest ?? {}).slice(0, 20)),
  reset: (response) => response.destroy(),
  'not JSON': (response, random) =>
    response.end(random.pick(['', '<html>', '{', 'null', '\0', '{"embeddings":[[NaN]]}'])),
  shape: (response, random) => response.end(JSON.stringify(random.pick(bad))),
  deep: (response, random) => response.end(random.pick(['[', '{"a":']).repeat(random.size(3_000_000))),
  numbers: (response, random, honest) => response.end(JSON.stringify(spoiled(random, honest))),
  count: (response, random, honest) =>
    response.end(JSON.stringify({ ...honest, embeddings: resized(random, honest.embeddings ?? []) })),
  redirect: (response, random) => {
    response.writeHead(random.pick([301, 302, 307, 308]), {
      location: random.pick(['http://127.0.0.1:1/', 'file:///etc/hostname', '/api/embed', 'x:']),
    });
    response.end();
  },
  length: (response, random, honest) => {
    response.writeHead(200, { 'content-length': random.pick([1, 10, 1e9]) });
    response.write(JSON.stringify(honest ?? {}).slice(0, 5));
  },
  slowly: (response, _random, honest) => {
    const text = JSON.stringify(honest ?? {});
    let at = 0;
    const timer = setInterval(() => {
      if (at >= text.length || response.destroyed) {
        clearInterval(timer);
        response.end();
      } else response.write(text.slice(at++, at));
    }, 20);
    response.once('close', () => clearInterval(timer));
  },
  'content type': (response, random, honest) => {
    const type = random.pick([
      'text/html',
      'application/x-ndjson',
      'text/plain; charset=utf-16',
      '',
      'x'.repeat(9000),
    ]);
    response.writeHead(200, {
      'content-type': type,
      'content-encoding': random.pick(['identity', 'gzip', 'br']),
    });
    response.end(JSON.stringify(honest ?? {}));
  },
  claims: (response, random, honest) => response.end(JSON.stringify(claims(random, honest ?? {}))),
  headers: (response, random) => {
    response.writeHead(200, { 'x-long': 'x'.repeat(random.size(4_000_000)) });
    response.end('{}');
  },
  status: (response, random) => {
    response.writeHead(random.pick([204, 304, 400, 418, 429, 500, 503]), {
      'retry-after': random.pick(['x', '-1', '1e9', '0']),
    });
    response.end(random.pick(['', '{}', '{"error":{}}', '{"error":null}']));
  },
};

export async function play(c) {
  const { random } = c;
  const way = random.pick(Object.keys(ways));
  const path = way === 'numbers' || way === 'count' ? '/api/embed' : random.pick(paths);
  const [command, ...args] = random.pick([
    ['ingest', 'docs', '--embedder', 'ollama', '--cache', 'none', '--json'],
    ['ingest', 'docs', '--embedder', 'ollama', '--cache', 'none'],
    ['search', 'islands'],
    ['doctor', '--json'],
    ['doctor', '--gateway'],
  ]);
  c.subject = `ollama: ${way} from ${path}`;
  // The first answers are honest, so that the lie comes while the run goes.
  let honestLeft = random.pick([0, 0, 1, 3]);
  const lie = (asked, _body, response, honest) => {
    const all = args.includes('--gateway') && way !== 'numbers' && way !== 'count';
    if ((!all && asked !== path) || honestLeft-- > 0) return false;
    ways[way](response, random, honest);
    return true;
  };
  const server = c.use(await startOllama({ lie }));
  c.index();
  if (command === 'ingest') c.remove('work/embeddings');
  if (args.includes('--gateway')) args.push(server.url);
  const retries = command === 'doctor' ? [] : ['--max-retries', '0', '--batch-timeout', '800'];
  // A server that is silent may be loading its model: it is waited for, up to minutes.
  await c.embed([command, ...args, ...retries], { url: server.url, late: false });
}

function pour(response, start, part) {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write(start);
  const more = () => {
    while (!response.destroyed && response.write(part));
  };
  response.on('drain', more);
  more();
}

function spoiled(random, { embeddings = [], ...rest }) {
  const value = random.pick([0, null, 'x', 1e39, -1e308, 1e-46, [], true]);
  const all = random.chance(0.5);
  const at = random.int(0, Math.max(0, embeddings.length - 1));
  return {
    ...rest,
    embeddings: embeddings.map((vector, place) =>
      all || place === at ? vector.map((one, i) => (all || i === 0 ? value : one)) : vector,
    ),
  };
}

/** What a server says of itself and its models, with other values in some places, at any depth. */
function claims(random, honest) {
  if (typeof honest !== 'object' || honest === null) {
    const others = [
      null,
      -1,
      0,
      1e300,
      'x',
      '',
      [],
      {},
      true,
      '5a'.repeat(9000),
      foreign(random),
      { toString: 1 },
    ];
    return random.chance(0.3) ? random.pick(others) : honest;
  }
  if (Array.isArray(honest)) return honest.map((one) => claims(random, one));
  return Object.fromEntries(Object.entries(honest).map(([key, one]) => [key, claims(random, one)]));
}

function resized(random, list) {
  return random.pick([
    [],
    list.slice(1),
    [...list, ...list],
    list.map((one) => one.slice(1)),
    list.map((one) => [...one, ...one]),
    list.map(() => list[0]),
  ]);
}
