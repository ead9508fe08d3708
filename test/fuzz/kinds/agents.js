// An agent, or who poses as one: lines on the input of `embed mcp` that break the protocol, arguments of any kind, and
// addresses that lead outside. What is answered is JSON, and holds nothing but what is indexed.
import { spoilt, strangeValue } from '../lib/values.js';
import { foreign } from '../lib/words.js';

/** What the victims' files hold, and no document. */
const secret = 'dear to its owner';

export async function play(c) {
  const { random } = c;
  c.index();
  const changes = random.chance(0.3);
  c.subject = changes ? 'agents: may ingest' : 'agents';
  if (changes)
    c.write(
      'work/.batchrc',
      JSON.stringify({ sources: { docs: random.pick(['./docs', '../victim', './docs/page-1.md']) } }),
    );
  const lines = Array.from({ length: random.pick([1, 5, 40]) }, (_, id) => line(random, id + 10));
  const seen = await c.embed(
    ['mcp', '--in', random.pick(['embeddings', 'notes=embeddings']), ...(changes ? ['--allow-ingest'] : [])],
    {
      input: [hello(), ...lines].join('\n') + (random.chance(0.8) ? '\n' : ''),
      stops: false,
      agents: true,
    },
  );
  checkLines(c, seen.stdout, 'embed mcp');
}

/** Every line is an answer of the protocol. */
export function checkLines(c, stdout, command) {
  for (const one of stdout.split('\n')) {
    if (one === '') continue;
    let said;
    try {
      said = JSON.parse(one);
    } catch {
      c.find('json', `a line that is not JSON: ${JSON.stringify(one.slice(0, 120))}`, command);
      continue;
    }
    checkAnswer(c, said, command);
  }
}

export function checkAnswer(c, said, command) {
  const text = JSON.stringify(said);
  if (text.includes(secret) || text.includes('root:x:'))
    c.find('leak', `told of a file: ${text.slice(0, 200)}`, command);
  if (/unexpected error/.test(text)) c.find('crash', text.slice(0, 200), command);
}

function hello() {
  return JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'fuzz', version: '1' } },
  });
}

function line(random, id) {
  return random.chance(0.8)
    ? JSON.stringify(message(random, id))
    : random.pick([
        '{',
        '[]',
        '[{"jsonrpc":"2.0","id":1,"method":"ping"}]',
        'null',
        '\0',
        '\r',
        foreign(random).replace(/\n/g, ''),
        '['.repeat(random.size(1_000_000)),
        `{"jsonrpc":"2.0","id":2,"method":"ping","params":${'{"a":'.repeat(random.size(500_000))}`,
        'x'.repeat(random.size(9_000_000)),
        `{"jsonrpc":"2.0","id":3,"method":"tools/list"${' '.repeat(random.size(4_000_000))}}`,
        '{"__proto__":{"method":"x"},"jsonrpc":"2.0","id":4,"method":"ping"}',
        random.bytes(300).toString('latin1').replace(/\n/g, ''),
      ]);
}

/** One message of the protocol, mostly near to a right one. */
export function message(random, id) {
  const [method, params] = random.pick([
    ['tools/call', { name: 'search', arguments: search(random) }],
    ['tools/call', { name: 'search', arguments: search(random) }],
    ['tools/call', { name: 'get', arguments: text(random) }],
    ['tools/call', { name: 'list', arguments: spoilt(random, { skip: 0, most: 10, source: ['docs/**'] }) }],
    ['tools/call', { name: 'status', arguments: {} }],
    ['tools/call', { name: 'update', arguments: spoilt(random, { in: 'embeddings' }) }],
    ['tools/call', { name: random.pick(['__proto__', 'toString', foreign(random)]), arguments: {} }],
    ['tools/list', {}],
    ['resources/list', { cursor: random.pick(['0', '1', '-1', '999999999', '1e9', foreign(random)]) }],
    ['resources/read', { uri: uri(random) }],
    ['resources/read', { uri: uri(random) }],
    ['resources/templates/list', {}],
    ['resources/subscribe', { uri: uri(random) }],
    ['prompts/list', {}],
    ['logging/setLevel', { level: 'debug' }],
    [
      'completion/complete',
      { ref: { type: 'ref/resource', uri: uri(random) }, argument: { name: 'a', value: 'b' } },
    ],
    ['notifications/cancelled', { requestId: random.pick([1, id - 1, id, 'x']) }],
    ['notifications/progress', { progressToken: id, progress: 1 }],
    ['initialize', { protocolVersion: foreign(random), capabilities: {}, clientInfo: {} }],
    ['ping', {}],
    [foreign(random), {}],
  ]);
  const whole = { jsonrpc: '2.0', id, method, params };
  if (random.chance(0.1)) whole.params._meta = { progressToken: strangeValue(random) };
  return random.chance(0.15) ? spoilt(random, whole, 0.1) : whole;
}

export function search(random) {
  const honest = { question: 'islands', results: 3 };
  const more = {
    in: ['embeddings'],
    source: [
      random.pick(['docs/**', '*'.repeat(200), '{a,b}'.repeat(60), '(a|a?)+', '../**', '[', '/etc/**']),
    ],
    where: [
      random.pick([
        'title=x',
        'a.b.c>=1',
        '__proto__.x=1',
        'toString=1',
        'page in 1,2',
        ' in ',
        '=',
        foreign(random),
      ]),
    ],
    minScore: -1,
    by: random.pick(['words', 'hybrid', 'vectors']),
    group: 'document',
    around: random.pick([0, 3, 20]),
    maxTokens: random.pick([200, 25_000]),
  };
  for (const key of random.some(Object.keys(more), random.int(0, 4))) honest[key] = more[key];
  if (random.chance(0.2))
    honest.question = random.pick([
      foreign(random),
      'a '.repeat(3999),
      '\ud800',
      '\0',
      '"',
      'x'.repeat(8000),
    ]);
  return random.chance(0.3) ? spoilt(random, honest) : honest;
}

const outside = [
  '../victim/bashrc',
  '../../victim/bashrc',
  '/etc/passwd',
  'docs/../../victim/bashrc',
  'docs/page-1.md/../../../victim/bashrc',
  '\\..\\victim',
  'docs/page-1.md\0.txt',
  '__proto__',
  'constructor',
  '',
  '.',
];

export function text(random) {
  const honest = { source: random.pick(['docs/page-1.md', 'docs/records.jsonl#r1', ...outside]) };
  if (random.chance(0.2)) delete honest.source;
  if (random.chance(0.3)) honest.id = random.pick([random.hex(32), '__proto__', '../../x', foreign(random)]);
  if (random.chance(0.3)) honest.line = random.pick([1, 1e9, 0, -1, 1.5]);
  if (random.chance(0.3)) honest.chunk = random.pick([0, 1e9, 2 ** 53]);
  if (random.chance(0.3))
    honest.in = random.pick(['embeddings', '../victim', '/etc', 'postgres://x@127.0.0.1:1/y', 'file:///etc']);
  return random.chance(0.2) ? spoilt(random, honest) : honest;
}

function uri(random) {
  const place = random.pick([
    'docs/page-1.md',
    ...outside.map(encodeURIComponent),
    ...outside,
    '%',
    '%ff',
    '%2e%2e%2f',
  ]);
  return random.pick([
    `embed://embeddings/${place}`,
    `embed://embeddings/${place}#L${random.pick([1, 999_999_999, '9'.repeat(30), '-1', 'x'])}`,
    `embed://embeddings/${place}#C0`,
    `embed://${random.pick(['..', '%2e%2e', '__proto__', '', 'notes'])}/${place}`,
    'file:///etc/passwd',
    `embed://embeddings/${'a/'.repeat(random.size(20_000))}`,
    foreign(random),
    '',
  ]);
}
