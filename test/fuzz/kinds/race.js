// Documents that become something else between listing and reading.
import { startOllama } from '../servers/ollama.js';

const count = 150;

export async function play(c) {
  const { random } = c;
  const what = random.pick(['pipe', 'zero', 'folder', 'gone', 'victim', 'circle']);
  c.subject = `race: ${what}`;
  const names = Array.from({ length: count }, (_, at) => `work/docs/page-${String(at).padStart(3, '0')}.md`);
  for (const name of names) c.write(name, `Islands of ${name}. `.repeat(100));
  let changed = false;
  // The first vectors are asked for when the listing is done and most documents aren't read yet.
  const lie = (path) => {
    if (path !== '/api/embed' || changed) return false;
    changed = true;
    for (const name of names.slice(-40)) {
      if (what === 'pipe') c.fifo(name);
      if (what === 'zero') c.link(name, '/dev/zero');
      if (what === 'victim') c.link(name, '../../victim/bashrc');
      if (what === 'circle') c.link(name, name.split('/').at(-1));
      if (what === 'gone' || what === 'folder') c.remove(name);
      if (what === 'folder') c.write(`${name}/inside.md`, 'x');
    }
    return false;
  };
  const server = c.use(await startOllama({ lie }));
  await c.embed(['ingest', 'docs', '--embedder', 'ollama', '--cache', 'none', '--batch-size', '4'], {
    url: server.url,
    hidden: ['work/docs'],
    verify: what !== 'zero',
  });
}
