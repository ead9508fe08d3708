// One piece of work on a table of PostgreSQL, by `sync` or by the bare client; prints the seconds that it took.
//
// node sync-store.js DIST OUT ADDRESS load|same|one            by sync, after what has to be there for it
// node sync-store.js DIST OUT ADDRESS bare-load|bare-list      by pg and pg-copy-streams alone

import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { from } from 'pg-copy-streams';

const [dist, out, address, what] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(join(dist, name)).href);
const client = new pg.Client({ connectionString: address });
await client.connect();

/** Seconds of the clock, and of processor time of this process, since now. */
function timed() {
  const start = performance.now();
  const used = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(used);
    return { seconds: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 };
  };
}

async function bySync() {
  const { loadSettings } = await load('config/load.js');
  const { sync } = await load('commands/sync.js');
  const { settings } = await loadSettings({ env: {}, cwd: out, flags: { out } });
  if (what === 'load') await client.query('DROP TABLE IF EXISTS embed_chunks, embed_chunks_index');
  if (what === 'one') {
    await client.query("UPDATE embed_chunks SET sum = '' WHERE id = (SELECT id FROM embed_chunks LIMIT 1)");
  }
  const clock = timed();
  const { destinations } = await sync({ settings, destinations: [address], takeOver: true });
  const taken = clock();
  if (destinations[0].error) throw destinations[0].error;
  return taken;
}

/** The rows are in memory before the clock starts; one COPY takes them all, as fast as the server reads. */
async function bareLoad() {
  const { openOutput } = await load('output/read/output.js');
  const { rowBatches } = await load('sync/output-rows.js');
  const { copyBytes } = await load('destinations/postgres/copy.js');
  const output = await openOutput(out);
  const options = { most: 1000, wants: () => true, sumOf: () => '0'.repeat(32) };
  const pages = [];
  const all = [];
  for await (const { rows } of rowBatches(output, options)) {
    all.push(...rows.map((row) => ({ ...row, vector: row.vector.slice() })));
  }
  pages.push(...copyBytes('default', all));
  await client.query('DROP TABLE IF EXISTS bare');
  const clock = timed();
  await client.query('BEGIN');
  await client.query(
    `CREATE TABLE bare (index_name text NOT NULL, id uuid NOT NULL, source text NOT NULL, chunk integer NOT NULL,
       text text NOT NULL, metadata jsonb NOT NULL, sum text NOT NULL, embedding vector(${output.space.dimensions}) NOT NULL,
       PRIMARY KEY (index_name, id))`,
  );
  await pipeline(
    Readable.from(pages, { objectMode: true }),
    client.query(from('COPY bare FROM STDIN (FORMAT binary)')),
  );
  await client.query('COMMIT');
  return clock();
}

async function bareList() {
  const clock = timed();
  const text = "SELECT id::text, sum FROM embed_chunks WHERE index_name = 'default'";
  const { rows } = await client.query({ text, rowMode: 'array' });
  if (rows.length === 0) throw new Error('expected rows');
  return clock();
}

const { seconds, cpu } = await (what === 'bare-load'
  ? bareLoad()
  : what === 'bare-list'
    ? bareList()
    : bySync());
await client.end();
console.log(JSON.stringify({ seconds, cpu }));
