// Files of `embed sync` that are crafted or damaged: Parquet files with wild counts, LanceDB folders with links and others' bytes.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { foreign } from '../lib/words.js';

export async function play(c) {
  const { random } = c;
  c.index();
  const isLance = random.chance(0.3);
  const address = isLance ? 'lancedb:embeddings/lance' : 'parquet:embeddings/x.parquet';
  const made = await c.embed(['sync', address, '-q'], { stops: false });
  if (made.code !== 0) return;
  const files = isLance ? allFiles(c.path('work/embeddings/lance')) : ['x.parquet'];
  const file = `work/embeddings/${isLance ? `lance/${random.pick(files)}` : files[0]}`;
  const way = random.pick([
    'bytes',
    'bytes',
    'numbers',
    'numbers',
    'cut',
    'footer',
    'link',
    'fifo',
    'sparse',
    'new link',
    'words',
  ]);
  c.subject = `store files: ${isLance ? 'lancedb' : 'parquet'}, ${way}`;
  spoil(c, file, way);
  const hasty = ['--batch-timeout', '3s'];
  const commands = [
    ['sync', address],
    ['sync', address, '--rebuild', '--take-over', '--allow-removals', '--json'],
    ['sync', address, '--dry-run'],
    ['search', 'islands', '--in', address],
    ['search', 'islands', '--in', address, '--json', '--where', 'title=x'],
    ['get', '--in', address, 'docs/page-1.md'],
    ['get', '--in', address, '0'.repeat(32), '--json'],
    ['doctor'],
  ];
  for (const args of random.some(commands, 2))
    await c.embed([...args, ...(args[0] === 'doctor' ? [] : hasty)]);
}

function spoil(c, file, way) {
  const { random } = c;
  const bytes = readFileSync(c.path(file));
  const copy = Buffer.from(bytes);
  const footer = copy.length > 8 ? Math.min(copy.readUInt32LE(copy.length - 8), copy.length - 8) : 0;
  // Mostly where sizes and counts are: in the head of a page, or in the metadata at the end.
  const place = () =>
    random.chance(0.6) && footer > 0
      ? copy.length - 8 - random.int(1, footer)
      : random.int(0, copy.length - 1);
  if (way === 'bytes')
    for (let left = random.int(1, 10); left > 0; left--) copy[place()] = random.int(0, 255);
  if (way === 'numbers') {
    // A number of Thrift takes seven bits a byte: this one becomes very large.
    for (let left = random.int(1, 3); left > 0; left--)
      copy.fill(0xff, ...range(place(), random.int(1, 9), copy.length));
  }
  if (way === 'footer' && copy.length > 8)
    copy.writeUInt32LE(
      random.pick([0, 1, 2 ** 31, 2 ** 32 - 1, copy.length - 8, copy.length]),
      copy.length - 8,
    );
  if (['bytes', 'numbers', 'footer'].includes(way)) c.write(file, copy);
  if (way === 'cut') c.write(file, bytes.subarray(0, random.int(0, bytes.length)));
  if (way === 'link') c.link(file, c.path('victim/bashrc'));
  if (way === 'fifo') c.fifo(file);
  if (way === 'sparse') c.sparse(file, random.pick([1e8, 3e9]), random.chance(0.5) ? bytes : 'PAR1');
  if (way === 'new link') c.link('work/embeddings/.x.parquet.new', '../../victim/bashrc');
  if (way === 'words') {
    // Other words of the same length.
    const words = Buffer.from(foreign(random));
    for (const word of ['docs/page-1.md', '"token"', 'default', 'index_name', 'source']) {
      for (let at = copy.indexOf(word); at >= 0; at = copy.indexOf(word, at + 1))
        if (random.chance(0.5)) words.copy(copy, at, 0, word.length);
    }
    c.write(file, copy);
  }
}

function range(start, length, most) {
  return [start, Math.min(start + length, most)];
}

function allFiles(root) {
  return readdirSync(root, { recursive: true }).filter((name) => statSync(join(root, name)).isFile());
}
