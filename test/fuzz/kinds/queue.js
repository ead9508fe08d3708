// The Redis of a queue, which strangers write to: workers that answer anything, senders of any job, keys of other kinds, and
// values that nest or are huge. Keys of others stay as they are.
import { mkdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { spoilt, strangeValue } from '../lib/values.js';
import { foreign, foreignText } from '../lib/words.js';
import { dimensions, vectorOf } from '../servers/ollama.js';
import { startRealRedis } from '../servers/real-redis.js';

const root = '{embed-queue}:default:';
const hasty = ['--max-retries', '0', '--batch-timeout', '1s'];
const ingest = ['ingest', 'docs', '--cache', 'none', ...hasty];

export async function play(c) {
  const { random } = c;
  c.documents();
  mkdirSync(c.path('home/redis'), { recursive: true });
  const { url, redis } = c.use(await startRealRedis(c.path('home/redis')));
  await redis.set('others:key', 'dear');
  await redis.hset('{embed-queue}', 'a', 'dear');
  const way = random.pick(['worker', 'worker', 'sender', 'sender', 'keys', 'space']);
  c.subject = `queue: ${way}`;
  await ways[way](c, url, redis);
  if ((await redis.get('others:key')) !== 'dear' || (await redis.hget('{embed-queue}', 'a')) !== 'dear')
    c.find('victims', 'a key of others was changed in Redis');
}

const ways = { worker, sender, keys: foreignKeys, space: foreignSpace };

/** Runs an honest worker, and does something meanwhile. */
function withWorker(c, url, drive) {
  return c.embed(['worker', '--queue', url, '--embedder', 'ollama', ...hasty], {
    stops: false,
    stopMs: 90_000 * c.scale,
    obeyMs: 8000,
    drive,
  });
}

/** The space and a sign of life of an honest worker, which has left. */
async function published(c, url, redis) {
  const known = {};
  await withWorker(c, url, async (child) => {
    for (let left = 200; left > 0 && child.exitCode === null && known.said === undefined; left--) {
      await pause(50 * c.scale);
      const [id] = await redis.smembers(`${root}workers`);
      if (id === undefined) continue;
      known.id = id;
      known.said = (await redis.get(`${root}worker:${id}`)) ?? undefined;
    }
  });
  return known;
}

async function worker(c, url, redis) {
  const { random } = c;
  const { id, said } = await published(c, url, redis);
  if (said === undefined) return c.find('fuzzer', 'the honest worker published nothing');
  await redis.sadd(`${root}workers`, id);
  await redis.set(`${root}worker:${id}`, said);
  const way = random.pick(Object.keys(answers));
  c.subject = `queue: worker, ${way}`;
  const working = { yet: true };
  const answering = answerAll(c, redis, way, id, working);
  await c.embed([...ingest, '--queue', url, ...(random.chance(0.5) ? ['--json'] : [])], {
    late: false,
    stopMs: 25_000 * c.scale,
  });
  working.yet = false;
  await answering;
}

async function answerAll(c, redis, way, id, working) {
  while (working.yet) {
    await pause(30);
    const job = (await redis.lpop(`${root}wait`)) ?? (await redis.zpopmin(`${root}prioritized`))[0];
    if (job === undefined || job === '0:0') continue;
    try {
      const data = JSON.parse((await redis.hget(root + job, 'data')) ?? '{}');
      const bytes = answers[way](c.random, data, id);
      await redis.set(`${root}answer:${job}`, bytes, 'EX', 60);
      await redis.rpush(`${root}answered:${data.sender}`, job);
      if (c.random.chance(0.3))
        await redis.rpush(`${root}answered:${data.sender}`, foreign(c.random), job, 'x'.repeat(1000));
    } catch {
      // Another job takes its place.
    }
  }
}

function framed(head, ...parts) {
  const words = Buffer.from(typeof head === 'string' ? head : JSON.stringify(head));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(words.length);
  return Buffer.concat([length, words, ...parts]);
}

function vectors(texts, change = (vector) => vector) {
  return texts.map((text) => Buffer.from(new Float32Array(change(vectorOf(text))).buffer));
}

function head(data, id) {
  return { layout: 1, worker: id, ms: 5, count: data.texts.length, dimensions };
}

/** What a worker stores: `(random, the job's data, its id)`. */
const answers = {
  honest: (_random, data, id) => framed(head(data, id), ...vectors(data.texts)),
  zeros: (_random, data, id) => framed(head(data, id), ...vectors(data.texts, (one) => one.map(() => 0))),
  nan: (_random, data, id) =>
    framed(head(data, id), ...vectors(data.texts, (one) => one.map(() => Number.NaN))),
  long: (_random, data, id) =>
    framed(head(data, id), ...vectors(data.texts, (one) => one.map((value) => value * 900))),
  few: (_random, data, id) => framed(head(data, id), ...vectors(data.texts.slice(1))),
  numbers: (random, data, id) =>
    framed({
      ...head(data, id),
      count: random.pick([0, 2 ** 31, -1, 1.5]),
      dimensions: random.pick([0, 1e6, 2 ** 32]),
    }),
  values: (random, data, id) => framed(spoilt(random, head(data, id), 0.4), ...vectors(data.texts)),
  fault: (random, data, id) =>
    framed({
      ...head(data, id),
      fault: {
        meaning: random.pick([
          'unreachable',
          'busy',
          'bad-answer',
          'changed',
          'missing',
          '__proto__',
          'too-long',
          foreign(random),
        ]),
        message: foreignText(random).slice(0, 60_000),
        retryAfterMs: random.pick([0, 1e15, -1, null, 'x']),
      },
    }),
  deep: (random) => framed('['.repeat(random.size(60_000))),
  huge: (random) => Buffer.alloc(random.pick([3, 4, 1e6, 6e7]), 0xff),
  bytes: (random) => random.bytes(random.size(5000)),
};

async function sender(c, url, redis) {
  const { random } = c;
  let ids = 0;
  await withWorker(c, url, async (child) => {
    for (
      let left = 200;
      left > 0 && child.exitCode === null && !(await redis.exists(`${root}workers`));
      left--
    )
      await pause(50);
    const space = (await redis.hget(`${root}space`, 'id')) ?? '0'.repeat(32);
    for (let left = random.int(1, 25); left > 0; left--) {
      const id = random.pick([`${random.hex(16)}-${ids++}`, `x${ids++}`, foreign(random)]);
      await add(c, redis, id, space);
    }
    await pause(random.pick([500, 3000]) * c.scale);
    if (child.exitCode !== null) return;
    // It still works for those who are honest.
    await c.embed([...ingest, '--queue', url], { stops: false, late: false, verify: true });
  });
}

/** A job as BullMQ keeps it, or nearly. */
async function add(c, redis, id, space) {
  const { random } = c;
  const honest = {
    layout: 1,
    space,
    sender: random.hex(16),
    texts: [random.hex(8), foreign(random)],
    tokens: 10,
    truncate: true,
    leastMs: 1000,
    onceLate: false,
  };
  if (random.chance(0.5)) await redis.set(`${root}sender:${honest.sender}`, '1', 'PX', 30_000);
  const data = random.pick([
    () => JSON.stringify(honest),
    () => JSON.stringify(spoilt(random, honest, 0.2)),
    () => JSON.stringify({ ...honest, texts: Array(random.pick([64, 65, 5000])).fill('a') }),
    () => JSON.stringify({ ...honest, texts: ['word '.repeat(random.size(3_000_000))] }),
    () => JSON.stringify({ ...honest, leastMs: random.pick([0, 1e15, 2 ** 31]), tokens: 1e300 }),
    () => '['.repeat(random.size(3_000_000)),
    () => `{"a":${'{"a":'.repeat(random.size(500_000))}`,
    () => JSON.stringify(strangeValue(random)),
    () => foreign(random),
    () => '',
  ])();
  const fields = {
    name: random.pick(['batch', foreign(random), '']),
    data,
    opts: random.pick([
      '{}',
      '{"removeOnComplete":true,"attempts":1e9}',
      '[',
      'null',
      '{"repeat":{"every":1}}',
    ]),
    timestamp: random.pick([String(Date.now()), '-1', 'x', '1e300']),
    delay: '0',
    priority: '0',
    ...(random.chance(0.2) && { atm: random.pick(['x', '99', '-1']), stc: '5', parentKey: foreign(random) }),
  };
  if (random.chance(0.1)) await redis.set(root + id, 'a text in place of a job');
  else if (random.chance(0.95)) await redis.hset(root + id, fields);
  await redis.lpush(`${root}wait`, id);
  await redis.zadd(`${root}marker`, 0, '0');
}

async function foreignKeys(c, url, redis) {
  const { random } = c;
  const places = [
    'space',
    'workers',
    'wait',
    'active',
    'meta',
    'prioritized',
    'marker',
    'failed',
    'id',
    'events',
    'stalled',
    'worker:a',
    'pc',
    'delayed',
  ];
  for (const place of random.some(places, random.int(1, 4))) await wrongKind(random, redis, root + place);
  const ids = [random.hex(8), 'a', '../x', foreign(random), 'a:b', 'x'.repeat(9000)];
  for (const id of random.some(ids, 3)) {
    await redis.sadd(`${root}workers`, id).catch(() => undefined);
    await redis.set(
      `${root}worker:${id}`,
      random.pick([foreign(random), '['.repeat(random.size(1_000_000)), JSON.stringify(workerSaid(random))]),
    );
  }
  await readers(c, url);
}

function workerSaid(random) {
  const honest = {
    name: foreign(random),
    space: random.hex(32),
    concurrency: 4,
    active: 1,
    batches: 2,
    texts: 3,
    rests: foreign(random),
  };
  return random.chance(0.5) ? spoilt(random, honest, 0.2) : honest;
}

async function wrongKind(random, redis, key) {
  await redis.del(key);
  await random.pick([
    () => redis.set(key, foreign(random)),
    () => redis.lpush(key, foreign(random), '{', '1'),
    () =>
      redis.hset(key, {
        about: '['.repeat(random.size(1_000_000)),
        id: foreign(random),
        'opts.maxLenEvents': 'x',
      }),
    () => redis.sadd(key, foreign(random), 'a:b'),
    () => redis.zadd(key, Number.POSITIVE_INFINITY, foreign(random)),
    () => redis.xadd(key, '*', 'a', 'b'),
  ])();
}

async function foreignSpace(c, url, redis) {
  const { random } = c;
  await published(c, url, redis);
  const about = (await redis.hget(`${root}space`, 'about')) ?? '{}';
  const changed = random.pick([
    () => JSON.stringify(spoilt(random, JSON.parse(about), 0.15)),
    () =>
      JSON.stringify({
        ...JSON.parse(about),
        maxTokens: random.pick([1, 2 ** 53 - 1, 1e300]),
        defaultChunkTokens: random.pick([1, 2 ** 53 - 1]),
      }),
    () =>
      JSON.stringify({
        ...JSON.parse(about),
        counter: random.pick(['wordpiece/x', 'unigram/x', foreign(random)]),
      }),
    () => '['.repeat(random.size(1_000_000)),
  ])();
  await redis.hset(`${root}space`, {
    about: changed,
    vocabulary: random.bytes(random.size(2000)),
    ...(random.chance(0.3) && { id: foreign(random) }),
  });
  await redis.sadd(`${root}workers`, 'a');
  await redis.set(`${root}worker:a`, JSON.stringify({ ...workerSaid(random), rests: '' }));
  await readers(c, url);
}

/** All that look into a queue. Nobody works there, which is waited for as long as was asked. */
async function readers(c, url) {
  const commands = [
    [...ingest, '--queue', url],
    ['search', 'islands', '--queue', url, ...hasty],
    ['doctor', '--queue', url],
    ['doctor', '--queue', url, '--json'],
    ['worker', '--queue', url, '--embedder', 'ollama', ...hasty],
  ];
  for (const args of c.random.some(commands, 2))
    await c.embed(args, {
      late: false,
      verify: false,
      stopMs: (args[0] === 'worker' ? 4000 : 20_000) * c.scale,
      obeyMs: 8000,
    });
}
