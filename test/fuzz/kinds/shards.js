// Shards that are something else: links, crafted records, manifests of other shards, numbers without end.
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { lockText, out, recordText } from '../formats/output.js';
import { withOneChanged } from '../lib/values.js';
import { foreign } from '../lib/words.js';

const ingest = ['ingest', 'docs', '--embedder', 'ollama', '--cache', 'none'];
const whole = { verify: false };

export async function play(c) {
  const { random } = c;
  c.documents();
  mkdirSync(c.path('outside'));
  const way = random.pick([
    'link',
    'run link',
    'record',
    'lock',
    'values',
    'values',
    'sources',
    'swapped',
    'many',
    'names',
    'identity',
    'file link',
  ]);
  c.subject = `shards: ${way}`;
  for (const shard of ['1/2', '2/2'])
    await c.embed([...ingest, '--shard', shard], { ...whole, stops: false });
  // Which one is attacked; a run of few documents may have left one empty, but never without a folder.
  const attacked = `${out}/shard-${random.int(1, 2)}-of-2`;
  if (!c.has(`${attacked}/manifest.json`)) return;
  const inRun = `${attacked}/.run`;
  const manifest = readFileSync(c.path(attacked, 'manifest.json'), 'utf8');
  if (way === 'link')
    c.link(
      attacked,
      random.pick([
        '../../victim',
        '../../outside',
        '../../outside',
        '../docs',
        '.',
        '..',
        'shard-1-of-2',
        '/dev',
        '../..',
      ]),
    );
  if (way === 'run link')
    c.link(inRun, random.pick(['../../../victim', '../../../victim/.run', '../../docs', '.']));
  if (way === 'record') {
    const victims = ['../../../victim', '../../docs', '..', '../shard-2-of-2', '../../shard-1-of-2'];
    c.write(
      `${inRun}/commit`,
      recordText({
        stage: random.pick([...victims, 'stage-0123456789abcdef']),
        files: [],
        remove: random.some([...victims, '.run/../../../../victim', 'shard-1-of-2'], 2),
      }),
    );
  }
  if (way === 'lock')
    c.write(
      `${inRun}/lock`,
      lockText({ nonce: random.pick(['../../../../victim/x', 'a', 5]), host: foreign(random) }),
    );
  if (way === 'values') c.write(`${attacked}/manifest.json`, withOneChanged(random, manifest));
  if (way === 'sources')
    c.write(
      `${attacked}/manifest.json`,
      manifest.replace(
        /"source":"[^"]*"/,
        `"source":${JSON.stringify(random.pick([foreign(random), '../../victim/bashrc', '/etc/hostname', '']))}`,
      ),
    );
  if (way === 'swapped') {
    const other = attacked.replace(/shard-(\d)/, (_, index) => `shard-${3 - index}`);
    c.remove(attacked);
    cpSync(c.path(other), c.path(attacked), { recursive: true });
  }
  if (way === 'many')
    for (const name of [
      'shard-1-of-10000',
      'shard-9-of-9',
      'shard-1-of-3',
      'shard-0-of-2',
      'shard-01-of-2',
      'shard-1-of-99999',
    ])
      if (random.chance(0.6)) mkdirSync(c.path(out, name), { recursive: true });
  if (way === 'names') c.write(`${out}/shard-1-of-2${foreign(random)}/manifest.json`, manifest);
  if (way === 'identity') c.write(`${random.pick([out, attacked])}/identity.json`, identity(random));
  if (way === 'file link')
    c.link(
      `${attacked}/${random.pick(['manifest.json', 'chunks.jsonl', 'vectors.npy'])}`,
      '../../../victim/bashrc',
    );
  const commands = [
    ['merge'],
    ['merge', '--json'],
    ['merge', `embeddings/shard-1-of-2`, `embeddings/shard-2-of-2`, '--out', 'embeddings'],
    [...ingest, '--shard', '1/2'],
    [...ingest, '--shard', '2/2', '--rebuild'],
    ['status'],
    ['status', '--json'],
    ['list', '--json'],
    ['doctor', '--fix'],
    ['doctor', '--json'],
    ['verify', 'embeddings/shard-1-of-2'],
    ['search', 'islands'],
    ['sync', 'parquet:embeddings/x.parquet'],
    ['forget', 'docs/page-1.md'],
  ];
  for (const args of [commands[0], ...random.some(commands, 2)]) await c.embed(args, whole);
}

function identity(random) {
  const token = () => random.pick([random.hex(32), 5, null, '', 'x'.repeat(100)]);
  return random.pick([
    JSON.stringify({ format: 1, tokens: { a: [token(), token()] } }),
    JSON.stringify({ format: 1, tokens: { __proto__: [token()], a: token() } }),
    `{"format":1,"tokens":{"__proto__":["${random.hex(32)}"]}}`,
    `{"format":1,"tokens":${'{"a":'.repeat(random.size(1_000_000))}`,
    `{"format":1,"tokens":{"a":[${`"${random.hex(32)}",`.repeat(random.size(300_000))}"x"]}}`,
    '[]',
    foreign(random),
  ]);
}
