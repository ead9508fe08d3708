// A Redis that lies: vectors that are none, answers that nest, repeat or never end, and a stranger's errors.
import { foreignText } from '../lib/words.js';
import { dimensions } from '../servers/ollama.js';
import { bulk, startRedis } from '../servers/redis.js';

const vectorKinds = {
  zeros: () => Buffer.alloc(dimensions * 4),
  nan: () => Buffer.from(new Float32Array(dimensions).fill(Number.NaN).buffer),
  infinity: () => Buffer.from(new Float32Array(dimensions).fill(Number.POSITIVE_INFINITY).buffer),
  long: () => Buffer.from(new Float32Array(dimensions).fill(500).buffer),
  random: (random) => random.bytes(dimensions * 4),
  short: () => Buffer.alloc(3),
};

const answers = {
  'nested arrays': (random) => '*1\r\n'.repeat(random.pick([1000, 100_000, 1_000_000])),
  'three answers': () => '+OK\r\n+OK\r\n+OK\r\n',
  error: (random) => `-ERR ${foreignText(random).replace(/[\r\n]/g, ' ')}\r\n`,
  'endless string': () => `$${2 ** 40}\r\n${'x'.repeat(100_000)}`,
  'negative length': () => '*-5\r\n$-7\r\n',
  'huge array': () => '*4294967295\r\n',
  number: () => `:${'9'.repeat(400)}\r\n`,
  garbage: (random) => random.bytes(200),
  push: () => '>2\r\n+invalidate\r\n*0\r\n%1\r\n+a\r\n+b\r\n_\r\n',
  'half an answer': () => '$100\r\nabc',
  silence: () => '',
};

export async function play(c) {
  const { random } = c;
  c.documents();
  const vectors = random.chance(0.4);
  const way = random.pick(Object.keys(vectors ? vectorKinds : answers));
  const at = vectors
    ? 'mget'
    : random.pick(['info', 'select', 'get', 'set', 'mget', 'hgetall', 'client', 'any']);
  c.subject = vectors ? `redis: ${way} as vectors` : `redis: ${way}`;
  let honestLeft = random.pick([0, 0, 1, 2]);
  const lie = (words, socket) => {
    const name = String(words[0]).toLowerCase();
    if ((at !== 'any' && name !== at) || (!vectors && honestLeft-- > 0)) return undefined;
    if (!vectors) {
      const said = answers[way](random);
      if (way === 'endless string') pour(socket);
      return Buffer.from(said);
    }
    const keys = words.slice(1);
    return Buffer.concat([
      Buffer.from(`*${keys.length}\r\n`),
      ...keys.map(() => bulk(vectorKinds[way](random))),
    ]);
  };
  const server = c.use(await startRedis({ lie }));
  const args = ['ingest', 'docs', '--embedder', 'ollama', '--redis-url', server.url];
  // A named Redis that never answers is waited for at the start, then told.
  await c.embed([...args, ...random.pick([[], ['--json']])], { late: way !== 'silence' });
  if (!vectors)
    await c.embed(
      random.pick([
        ['doctor', '--redis-url', server.url],
        ['cache', 'stats', '--redis-url', server.url],
      ]),
      { late: false },
    );
}

function pour(socket) {
  const part = Buffer.alloc(65_536, 'x');
  const more = () => {
    while (!socket.destroyed && socket.write(part));
  };
  socket.on('drain', more);
  setImmediate(more);
}
