// A folder under `ingest --watch` in which pipes, devices, links and strange names appear, change and vanish.
import { setTimeout as pause } from 'node:timers/promises';
import { out, run } from '../formats/output.js';
import { foreignName } from '../lib/words.js';

export async function play(c) {
  const { random } = c;
  c.documents();
  c.subject = 'watching';
  const hidden = ['work/docs', 'work/.batchrc'];
  const args = ['ingest', 'docs', '--watch', '--embedder', 'ollama', '--cache', 'none'];
  if (random.chance(0.3)) args.push('--poll');
  if (random.chance(0.3)) args.push('--follow');
  await c.embed(args, {
    hidden,
    stops: false,
    stopMs: 60_000 * c.scale,
    verify: false,
    drive: async (child) => {
      await pause(2500 * c.scale);
      for (let left = random.int(2, 8); left > 0 && child.exitCode === null; left--) {
        disturb(c);
        await pause(random.pick([10, 300, 1500]) * c.scale);
      }
      await pause(random.pick([100, 2500]) * c.scale);
    },
  });
  // What the events left behind is an output like any other.
  await c.embed(['verify'], { hidden, stops: false });
}

function disturb(c) {
  const { random } = c;
  const name = `work/docs/${random.pick(['page-1.md', 'new.md', 'sub/new.md', '.gitignore', '.embedignore', foreignName(random, '.md')])}`;
  random.pick([
    () => c.fifo(name),
    () => c.link(name, '/dev/zero'),
    () => c.link(name, c.path('victim/bashrc')),
    () => c.link(name, c.path(random.pick(['victim', 'work', 'work/docs']))),
    () => c.link(name, name.split('/').at(-1)),
    () => c.remove(name),
    () => c.remove('work/docs'),
    () => c.documents(),
    () => {
      c.remove(name);
      c.write(name, `Islands ${random.hex(8)}.\n`.repeat(random.size(2000)));
    },
    () => {
      c.remove(name);
      c.sparse(name, random.pick([1e8, 3e9]));
    },
    () => {
      for (let at = 0; at < 200; at++)
        c.write(`work/docs/many/${at}-${random.hex(2)}.md`, `Islands ${at}.\n`);
    },
    () => c.write(`work/docs/${'d/'.repeat(random.int(1, 100))}deep.md`, 'Islands.\n'),
    () => c.write('work/.batchrc', random.pick(['out: ../victim\n', '{', 'exclude: ["**"]\n'])),
    () => c.write(`${run}/commit`, random.bytes(100)),
    () => c.remove(out),
  ])();
}
