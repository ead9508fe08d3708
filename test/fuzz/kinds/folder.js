// Output folders that are something else: links, another program's folder, a settings file that leads outside.
import { out, outputCommands, run } from '../formats/output.js';

export async function play(c) {
  const { random } = c;
  const way = random.pick([
    'run link',
    'run link, no output',
    'out of .batchrc',
    'out by flag',
    'file links',
    'foreign names',
  ]);
  c.subject = `folder: ${way}`;
  const ingest = ['ingest', 'docs', '--embedder', 'ollama', '--cache', 'none'];
  if (way === 'run link') {
    c.index();
    c.link(run, random.pick(['../../victim', '../../victim/photos', '../docs', '..', '.']));
  } else if (way === 'run link, no output') {
    c.documents();
    c.link(run, random.pick(['../../victim', '../../victim/photos', '../docs']));
  } else if (way === 'out of .batchrc') {
    c.documents();
    c.write(
      'work/.batchrc',
      `out: ${random.pick(['../victim', '../victim/.run', './docs', '../victim/photos'])}\n`,
    );
    if (random.chance(0.3)) c.write('victim/manifest.json', '{"name":"of another program"}\n');
  } else if (way === 'out by flag') {
    c.documents();
    ingest.push('--out', random.pick(['../victim', 'docs', '../victim/photos', '../victim/bashrc']));
  } else if (way === 'file links') {
    c.index();
    for (const name of random.some(
      [
        'manifest.json',
        'chunks.jsonl',
        'vectors.npy',
        'failures.jsonl',
        '.run/commit',
        '.run/commit.new',
        '.run/lock',
      ],
      2,
    )) {
      c.link(
        `${out}/${name}`,
        `${name.includes('/') ? '../' : ''}../../victim/${random.pick(['bashrc', 'new', 'failures.jsonl'])}`,
      );
    }
    if (random.chance(0.5)) c.write('work/docs/page-9.md', 'A new page.\n');
  } else {
    c.index();
    // Something of the user's own in our folder: it stays.
    c.watched = [`${out}/notes.txt`, `${run}/notes.txt`, `${out}/.run/mine/deep`];
    for (const name of c.watched) c.write(name, 'of the user\n');
    if (random.chance(0.5)) c.write('work/docs/page-9.md', 'A new page.\n');
  }
  for (const args of [ingest, ...outputCommands(random)])
    await c.embed(args, { verify: !way.startsWith('out') });
  for (const name of c.watched ?? []) if (!c.has(name)) c.find('victims', `removed ${name}`);
}
