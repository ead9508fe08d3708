// One document edited in a big index, and the check of it: whole processes, beside `cp` of the same files. Run:
// node benchmarks/edit.js [--rows 500000] [--rounds 3] [--formats npy] [--before ../before/dist]
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { figure, report } from './lib/figures.js';
import { run } from './lib/process.js';
import { interleave, ratios } from './lib/statistics.js';

const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: '500000' },
    rounds: { type: 'string', default: '3' },
    formats: { type: 'string', default: 'npy' },
    before: { type: 'string' },
  },
});
const peer = fileURLToPath(new URL('peers/rows.js', import.meta.url));
const own = fileURLToPath(new URL('../dist', import.meta.url));
const dists = { now: own, ...(flags.before && { before: flags.before }) };
const folder = mkdtempSync(join(tmpdir(), 'embed-edit-'));
const out = (name) => join(folder, name, 'out');
const node = (...args) => run(process.execPath, args);

try {
  for (const [name, dist] of Object.entries(dists)) {
    await node(peer, dist, 'make', out(name), flags.rows, flags.formats);
  }
  const copied = join(folder, 'copy');
  const variants = {
    /** What an edit has to do at least: the same bytes, on the disk. */
    synced: async () => {
      const result = await run('sh', ['-c', `cp -r "$1" "$2" && sync "$2"/*`, 'sh', out('now'), copied]);
      rmSync(copied, { recursive: true });
      return result;
    },
    copy: async () => {
      const result = await run('cp', ['-r', out('now'), copied]);
      rmSync(copied, { recursive: true });
      return result;
    },
  };
  for (const [name, dist] of Object.entries(dists)) {
    variants[`edit ${name}`] = (round) => node(peer, dist, 'edit', out(name), String(round));
    variants[`verify ${name}`] = () => node(join(dist, '..', 'bin', 'embed.js'), 'verify', out(name));
  }
  const results = await interleave(Number(flags.rounds), variants);
  const seconds = (name) => results[name].map((result) => result.seconds);
  const processor = (name) => results[name].map((result) => result.cpuSeconds);
  const peak = (name) => results[name].map((result) => result.peakBytes / 2 ** 20);
  const figures = [
    figure('cp', seconds('copy'), 's'),
    figure('cp, and `sync` of its files', seconds('synced'), 's'),
    figure('… / cp', ratios(seconds('synced'), seconds('copy')), '×'),
  ];
  for (const name of Object.keys(variants).slice(2)) {
    figures.push(
      figure(name, seconds(name), 's'),
      figure(`${name} / cp`, ratios(seconds(name), seconds('copy')), '×'),
      figure(`${name} / cp and sync`, ratios(seconds(name), seconds('synced')), '×'),
      figure(`${name}, processor`, processor(name), 's'),
      figure(`${name}, memory`, peak(name), 'MiB'),
    );
  }
  const size = ['chunks.jsonl', 'vectors.npy'].reduce(
    (sum, file) => sum + statSync(join(out('now'), file)).size,
    0,
  );
  const notes = [
    `${Number(flags.rows).toLocaleString('en')} rows of 384 dimensions, --format ${flags.formats}, ${Math.round(size / 1e6)} MB; \`cp\` syncs nothing to the disk, an edit does.`,
  ];
  console.log(report({ title: 'One edit', figures, notes }));
} finally {
  rmSync(folder, { recursive: true });
}
