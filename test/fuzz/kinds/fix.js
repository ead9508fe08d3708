// What `doctor --fix` and the cache commands mend and remove, in folders that another person made.
import { lockText, out, recordText, run } from '../formats/output.js';

const victims = ['victim', 'victim/photos', 'victim/.run', 'victim/bashrc'];

export async function play(c) {
  const { random } = c;
  c.index();
  const way = random.pick(['cache folder', 'cache link', 'cache file', 'output link', 'run link', 'stale']);
  c.subject = `fix: ${way}`;
  // A cache may be wherever its owner wants it; what is there stays.
  const mayMake = way.startsWith('cache');
  const up = (target, depth) => `${'../'.repeat(depth)}${target}`;
  const victim = random.pick(victims);
  if (way === 'cache folder') {
    c.write(
      'work/.batchrc',
      `cacheDir: ${JSON.stringify(up(random.pick([...victims, 'work/docs']), 1))}\ncacheMaxSize: 1MB\n`,
    );
    if (random.chance(0.5))
      c.write(`${victim.replace('/bashrc', '')}/data.mdb`, random.bytes(random.size(9000)));
  }
  if (way === 'cache link') c.link('home/.cache/embed', up(victim, 2));
  if (way === 'cache file') {
    // Where LMDB keeps its files is found out by a run that uses it.
    await c.embed(['ingest', 'docs', '--embedder', 'ollama', '--cache', 'disk', '--rebuild'], {
      verify: false,
    });
    const name = random.pick(['data.mdb', 'lock.mdb', 'hits', 'spaces', 'x']);
    for (const folder of ['home/.cache/embed', 'home/.cache/embed/vectors'])
      c.link(`${folder}/${name}`, '../../../victim/bashrc');
  }
  if (way === 'output link') c.link(out, up(random.pick(['victim', 'victim/photos']), 1));
  if (way === 'run link') c.link(run, up(random.pick(['victim/.run', 'victim']), 2));
  if (way === 'stale') {
    const names = ['../../victim/bashrc', '/etc/hostname', '..', '.', '', 'stage-0123456789abcdef'];
    c.write(`${run}/lock`, lockText({}));
    c.write(
      `${run}/commit`,
      recordText({ stage: random.pick(names), files: [], remove: random.some(names, 2) }),
    );
    c.link(
      `${run}/${random.pick(['stage-0123456789abcdef', 'journal-0123456789abcdef'])}`,
      '../../../victim',
    );
  }
  const commands = [
    ['doctor', '--fix'],
    ['doctor', '--fix', '--json'],
    ['cache', 'prune', '--max-size', '1KB'],
    ['cache', 'clear', '--yes'],
    ['cache', 'stats', '--json'],
    ['ingest', 'docs', '--embedder', 'ollama', '--cache', 'disk', '--rebuild'],
  ];
  for (const args of [commands[0], ...random.some(commands, 2)])
    await c.embed(args, { verify: false, late: false, mayMake });
}
