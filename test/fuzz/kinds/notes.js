// What is kept beside outputs, crafted by whoever could write there: the index of words, notes on the last runs, tokens of
// syncs, made with the right sums.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { out, run } from '../formats/output.js';
import { spoilt, strangeValue } from '../lib/values.js';
import { foreign } from '../lib/words.js';

const folders = { words: 'home/.cache/embed/words', state: 'home/.local/state/embed/outputs' };

export async function play(c) {
  const { random } = c;
  c.index();
  const place = random.pick(['words', 'words', 'state', 'identity']);
  await c.embed(['search', 'islands', '--words'], { stops: false });
  await c.embed(['ingest', 'docs', '--embedder', 'ollama', '--cache', 'none', '--rebuild'], { stops: false });
  await c.embed(['search', 'islands', '--words'], { stops: false });
  if (place === 'identity') await identity(c);
  else {
    const names = c.has(folders[place]) ? readdirSync(c.path(folders[place])) : [];
    if (names.length === 0) return c.find('fuzzer', `nothing is kept in ${folders[place]}`);
    const file = `${folders[place]}/${random.pick(names)}`;
    const way = random.pick([
      'bytes',
      'numbers',
      'cut',
      'grow',
      'values',
      'link',
      'fifo',
      'folder link',
      'sparse',
    ]);
    c.subject = `notes: ${place}, ${way}`;
    spoil(c, place, file, way);
  }
  const commands = [
    ['search', 'islands', '--words', '--json'],
    ['search', 'records of pages', '--hybrid'],
    ['status'],
    ['status', '--json'],
    ['list'],
    ['list', '--json'],
    ['ingest', 'docs', '--embedder', 'ollama', '--cache', 'none'],
    ['cache', 'stats'],
    ['cache', 'clear', '--yes'],
    ['doctor'],
    ['sync', 'parquet:embeddings/x.parquet'],
  ];
  // A cache may be wherever its owner wants it; what is there stays.
  for (const args of random.some(commands, 3))
    await c.embed(args, { mayMake: c.subject.includes('folder link') });
}

function spoil(c, place, file, way) {
  const { random } = c;
  const bytes = readFileSync(c.path(file));
  const sum = (body) =>
    place === 'words' ? Buffer.concat([createHash('sha256').update(body).digest(), body]) : body;
  const body = place === 'words' ? bytes.subarray(32) : bytes;
  if (way === 'bytes') {
    const copy = Buffer.from(body);
    for (let left = random.int(1, 30); left > 0; left--)
      copy[random.int(0, copy.length - 1)] = random.int(0, 255);
    c.write(file, sum(copy));
  }
  if (way === 'numbers') {
    const copy = Buffer.from(body);
    for (let left = random.int(1, 4); left > 0 && copy.length >= 4; left--) {
      const at = random.chance(0.6)
        ? 4 * random.int(0, Math.min(16, (copy.length >> 2) - 1))
        : random.int(0, copy.length - 4);
      copy.writeUInt32LE(random.pick([0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, random.size(1e9)]), at);
    }
    c.write(file, sum(copy));
  }
  if (way === 'cut') c.write(file, sum(body.subarray(0, random.int(0, body.length))));
  if (way === 'grow') c.write(file, sum(Buffer.concat([body, random.bytes(random.size(100_000))])));
  if (way === 'values') c.write(file, sum(Buffer.from(said(c, body))));
  if (way === 'link') c.link(file, c.path('victim/bashrc'));
  if (way === 'fifo') c.fifo(file);
  if (way === 'sparse') c.sparse(file, random.pick([1e8, 1e9, 3e9]), random.chance(0.5) ? bytes : '');
  if (way === 'folder link')
    c.link(folders[place], c.path(random.pick(['victim', 'victim/photos', 'work/docs'])));
}

/** The JSON of a note with other values, or another text. */
function said({ random }, body) {
  try {
    const note = JSON.parse(body.toString());
    return JSON.stringify({
      ...spoilt(random, note, 0.3),
      out: random.chance(0.9) ? note.out : foreign(random),
    });
  } catch {
    return random.pick([
      `${JSON.stringify([strangeValue(random), strangeValue(random)])}\n`.repeat(random.size(50_000)),
      `[${Number.MAX_SAFE_INTEGER},${JSON.stringify('docs/page-1.md')}]\n[-1,"docs/page-2.md"]\n`,
      '['.repeat(random.size(4_000_000)),
      foreign(random),
    ]);
  }
}

async function identity(c) {
  const { random } = c;
  const way = random.pick(['text', 'link', 'new link', 'fifo', 'sparse']);
  c.subject = `notes: identity, ${way}`;
  await c.embed(['sync', 'parquet:embeddings/x.parquet'], { stops: false });
  const file = `${out}/identity.json`;
  if (way === 'text')
    c.write(file, JSON.stringify(spoilt(random, { format: 1, tokens: { a: ['0'.repeat(32)] } }, 0.3)));
  if (way === 'link') c.link(file, '../../victim/bashrc');
  if (way === 'new link') c.link(`${run}/identity.new`, '../../../victim/bashrc');
  if (way === 'fifo') c.fifo(file);
  if (way === 'sparse') c.sparse(file, random.pick([1e8, 3e9]));
  await c.embed([
    'sync',
    'parquet:embeddings/x.parquet',
    '--rebuild',
    ...(random.chance(0.5) ? ['--take-over'] : []),
  ]);
}
