// Settings files with circles, endless nesting, wrong kinds of values, and a stranger's words.
import { foreign, foreignText } from '../lib/words.js';

const keys = [
  'out',
  'model',
  'include',
  'exclude',
  'chunkSize',
  'cache',
  'cacheDir',
  'redisUrl',
  'redisHost',
  'ollamaUrl',
  'format',
  'maxFileSize',
  'batchTimeout',
  'gitignore',
  'sources',
  'sources',
  'sync',
  'queue',
  'rerank',
  'shard',
  'in',
];

export async function play(c) {
  const { random } = c;
  c.documents();
  const name = random.pick(['.batchrc', '.batchrc.yaml', '.batchrc.json', 'package.json']);
  const [way, value] = make(random);
  c.subject = `config: ${way}`;
  const yaml = typeof value === 'string';
  const text = yaml ? value : JSON.stringify(name === 'package.json' ? { batch: value } : value);
  c.write(`work/${yaml ? '.batchrc' : name}`, text);
  const hidden = ['work/.batchrc', 'work/docs/out', 'work/out'];
  for (const args of random.some(
    [
      ['config'],
      ['config', '--json'],
      ['ingest', 'docs', '--embedder', 'ollama', '--dry-run'],
      ['doctor'],
      ['doctor', '--json'],
      ['ingest', '--embedder', 'ollama', '--cache', 'none'],
      ['status'],
      ['why', 'docs'],
    ],
    2,
  )) {
    await c.embed(args, { hidden, late: !args.includes('ingest') });
  }
}

function make(random) {
  const key = random.pick(keys);
  const nine = 'abcdefghi';
  const aliases = [...nine].map(
    (letter, at) =>
      `${letter}: &${letter} [${Array(9)
        .fill(at === 0 ? 'x' : `*${nine[at - 1]}`)
        .join(',')}]`,
  );
  return random.pick([
    ['circular alias', `${key}: &a [*a]\n`],
    ['circular alias', `${key}: &a {b: *a}\n`],
    ['nested aliases', `${aliases.join('\n')}\n${key}: *i\n`],
    ['nested aliases of a key', `${key}:\n${aliases.map((line) => `  ${line}`).join('\n')}\n`],
    ['deep', `${key}: ${'['.repeat(random.size(1_000_000))}\n`],
    ['deep map', `${key}: ${'{a: '.repeat(random.size(100_000))}\n`],
    ['merge', `base: &b {out: x}\n<<: *b\n${key}: *b\n`],
    ['tag', `${key}: !!${random.pick(['js/function', 'binary', 'timestamp', 'set', 'omap', 'merge'])} "x"\n`],
    ['unknown key', { [foreignText(random)]: 1 }],
    ['value in words', { [key]: foreignText(random) }],
    ['value in words', { [key]: [foreign(random), foreign(random)] }],
    ['prototype', '{"__proto__": {"out": "x"}, "constructor": {"prototype": {}}}'],
    ['kind', { [key]: random.pick([null, [], {}, [[]], true, -1, 1e300, '', [null], { a: 1 }, [{}]]) }],
    [
      'sources',
      {
        sources: random.pick([
          {
            docs: random.pick([
              '../victim',
              '/etc',
              './docs',
              '..',
              '',
              '~',
              'docs/../../victim',
              './docs/page-1.md',
            ]),
          },
          {
            [foreign(random)]: './docs',
            docs: { path: './docs', include: ['(a|a?)+', '['.repeat(900)], exclude: foreign(random) },
          },
          Object.fromEntries(Array.from({ length: random.size(5000) }, (_, at) => [`s${at}`, './docs'])),
          { docs: { path: './docs', other: foreign(random) } },
          { toString: './docs', constructor: './docs' },
        ]),
      },
    ],
    ['bytes', random.bytes(random.size(3000)).toString('latin1')],
    ['bytes', '\ufeff{'],
    [
      'many keys',
      Object.fromEntries(Array.from({ length: random.size(50_000) }, (_, at) => [`key${at}`, at])),
    ],
  ]);
}
