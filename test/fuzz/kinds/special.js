// Devices, pipes, folders, endless links and sparse gigabytes where a file that is ours, or is read, should be.
import { out, run } from '../formats/output.js';

const places = [
  'work/docs/.gitignore',
  'work/docs/.embedignore',
  'work/.gitignore',
  'work/.batchrc',
  'work/.batchrc.json',
  'work/.batchrc.yaml',
  'work/package.json',
  'work/docs/page-7.md',
  `${out}/manifest.json`,
  `${out}/chunks.jsonl`,
  `${out}/vectors.npy`,
  `${out}/failures.jsonl`,
  `${run}/commit`,
  `${run}/lock`,
  `${run}/embed`,
];

export async function play(c) {
  const { random } = c;
  c.index();
  const place = random.pick(places);
  const what = random.pick(['zero', 'pipe', 'pipe', 'folder', 'circle', 'sparse', 'random', 'full']);
  c.subject = `special: ${what} as ${place.split('/').slice(-2).join('/')}`;
  if (what === 'zero') c.link(place, '/dev/zero');
  if (what === 'random') c.link(place, '/dev/urandom');
  if (what === 'full') c.link(place, '/dev/full');
  if (what === 'pipe') c.fifo(place);
  if (what === 'circle') c.link(place, place.split('/').at(-1));
  if (what === 'folder') {
    c.remove(place);
    c.write(`${place}/inside`, '');
  }
  if (what === 'sparse') c.sparse(place, random.pick([1e9, 3e9, 6e9]), random.pick(['', '{"format":1', '#']));
  const commands = [
    ['ingest', 'docs', '--embedder', 'ollama', '--cache', 'none', '--json'],
    ['search', 'islands'],
    ['verify'],
    ['doctor', '--fix'],
    ['ingest', 'docs', '--embedder', 'ollama', '--cache', 'none', '--dry-run'],
    ['config'],
  ];
  const ours = place.startsWith(out);
  const fitting = ours
    ? commands.slice(0, 5)
    : commands.filter(
        ([name]) => name === 'ingest' || place.startsWith('work/.b') || place.includes('package'),
      );
  for (const args of random.some(fitting, 2)) await c.embed(args);
}
