// `embed sync` into PostgreSQL beside its bare client: the first load, nothing to do, and one changed row. Run:
// node benchmarks/sync.js --postgres postgres://user:password@host/database [--rows 100000] [--rounds 3]
// The tables embed_chunks, embed_chunks_index and bare of the database are dropped.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { figure, report } from './lib/figures.js';
import { run } from './lib/process.js';
import { interleave, ratios } from './lib/statistics.js';

const { values: flags } = parseArgs({
  options: {
    postgres: { type: 'string' },
    rows: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '3' },
  },
});
if (flags.postgres === undefined) throw new Error('--postgres names a database that may be written');
const dist = fileURLToPath(new URL('../dist', import.meta.url));
const peer = (name) => fileURLToPath(new URL(`peers/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'embed-sync-'));
const out = join(folder, 'out');

try {
  await run(process.execPath, [peer('rows.js'), dist, 'make', out, flags.rows, 'npy']);
  const work = (what) => () =>
    run(process.execPath, [peer('sync-store.js'), dist, out, flags.postgres, what]);
  const variants = Object.fromEntries(
    ['bare-load', 'load', 'bare-list', 'same', 'one'].map((what) => [what, work(what)]),
  );
  const results = await interleave(Number(flags.rounds), variants);
  const seconds = (name) => results[name].map(({ stdout }) => JSON.parse(stdout).seconds);
  const cpu = (name) => results[name].map(({ stdout }) => JSON.parse(stdout).cpu);
  const memory = (name) => results[name].map(({ peakBytes }) => peakBytes / 2 ** 20);
  const beyond = (of) => of('one').map((value, round) => (value - of('same')[round]) * 1000);
  const figures = [
    figure('first load: bare client / sync', ratios(seconds('bare-load'), seconds('load')), '×', {
      atLeast: 0.8,
    }),
    figure('first load by sync', seconds('load'), 's'),
    figure(
      'nothing changed: sync / listing by the bare client',
      ratios(seconds('same'), seconds('bare-list')),
      '×',
      {
        atMost: 2,
      },
    ),
    figure('nothing changed, by sync', seconds('same'), 's'),
    figure('one row changed, beyond nothing changed', beyond(seconds), 'ms', { atMost: 50 }),
    figure('one row changed, beyond nothing changed: processor time', beyond(cpu), 'ms', { atMost: 50 }),
    figure('first load by sync: processor time', cpu('load'), 's'),
    figure('memory, first load', memory('load'), 'MiB', { atMost: 200 }),
    figure('memory, nothing changed', memory('same'), 'MiB', { atMost: 200 }),
  ];
  const notes = [
    `${Number(flags.rows).toLocaleString('en-US')} rows of 384 values and 700 characters; each value in a process of its own, without its start.`,
    'Processor time is that of the client. The bare client makes the key before the load, sync after it.',
    'The bare client has all rows in memory, as bytes of one binary COPY, before its clock starts; sync reads them from the output.',
  ];
  console.log(report({ title: 'sync.js', figures, notes }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
