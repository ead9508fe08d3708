// `embed sync`, and what ingest and search do with destinations, on the command line.
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeWarmWorkspace, type Workspace } from '../../helpers/cli.js';
import { startQdrant, type TestQdrant } from '../../helpers/qdrant.js';

let workspace: Workspace;
let qdrant: TestQdrant;
beforeEach(async () => {
  workspace = makeWarmWorkspace();
  qdrant = await startQdrant('the-key');
  mkdirSync(join(workspace.dir, '.git'));
  mkdirSync(join(workspace.dir, 'docs'));
  write('docs/islands.md', '# Islands\n\nIslands lie in the sea.\n');
  write('docs/mill.md', '---\nlang: en\n---\n\n# Mill\n\nThe mill is behind the harbour.\n');
});
afterEach(async () => {
  workspace.remove();
  await qdrant.stop();
});

const write = (name: string, text: string) => writeFileSync(join(workspace.dir, name), text);
const builtin = ['--embedder', 'builtin', '--cache', 'none'];
const env = { QDRANT_API_KEY: 'the-key' };

test('says what was new, changed, removed and unchanged', async () => {
  await workspace.embed(['ingest', 'docs', ...builtin]);
  const first = await workspace.embed(['sync', 'parquet:./chunks.parquet']);
  expect(first).toMatchObject({ code: 0, stdout: '' });
  expect(first.stderr).toContain('✓ parquet:./chunks.parquet: 2 new, 0 changed, 0 removed, 0 unchanged (');
  write('docs/mill.md', '# Mill\n\nThe mill burnt down.\n');
  await workspace.embed(['ingest', 'docs', ...builtin]);
  const again = await workspace.embed(['sync', 'parquet:./chunks.parquet', '--json', '--quiet']);
  expect(again.stderr).toBe('');
  const { destinations } = JSON.parse(again.stdout);
  expect(destinations).toEqual([
    {
      destination: 'parquet:./chunks.parquet',
      ...{ new: 1, changed: 0, removed: 1, unchanged: 1, replacedCharacters: 0 },
      seconds: expect.any(Number),
    },
  ]);
});

test('each destination is told, and one that is down keeps no other from its sync', async () => {
  const down = `qdrant://user:hush@127.0.0.1:1/chunks`;
  write('.batchrc.json', JSON.stringify({ sync: [down, 'parquet:./data.parquet'], maxRetries: 0 }));
  const run = await workspace.embed(['ingest', 'docs', ...builtin, '--json']);
  expect(run.code).toBe(4);
  expect(run.stdout + run.stderr).not.toContain('hush');
  const { documents, destinations, error } = JSON.parse(run.stdout);
  expect(documents.new).toBe(2);
  expect(destinations).toMatchObject([
    { error: { code: 'EMBED_DESTINATION', exit: 4 } },
    { destination: `parquet:${join(workspace.dir, 'data.parquet')}`, new: 2 },
  ]);
  expect(error).toMatchObject({
    code: 'EMBED_DESTINATION',
    message: expect.stringContaining("can't be reached"),
  });
  // The output is kept, and the next run catches up.
  expect(readFileSync(join(workspace.dir, 'embeddings/manifest.json'), 'utf8')).toContain('docs/mill.md');
});

test('a destination that was down is caught up with, and failed documents count for less', async () => {
  write('docs/broken.ipynb', '{');
  const address = `qdrant://${qdrant.host}/chunks`;
  qdrant.faults.push({ status: 503, body: 'no' });
  const args = ['ingest', 'docs', ...builtin, '--sync', address, '--max-retries', '0'];
  const first = await workspace.embed([...args, '--json'], { env });
  expect(first.code).toBe(4);
  expect(JSON.parse(first.stdout)).toMatchObject({ failures: [{ code: 'malformed' }], error: { exit: 4 } });
  const second = await workspace.embed(args, { env });
  expect(second.stderr).toContain(`${address}: 2 new`);
  expect(second.code).toBe(0);
  expect(qdrant.collections.get('chunks')!.points.size).toBe(2);
});

test('a rebuild with other chunks replaces the rows of a destination without asking', async () => {
  const sentences = Array.from(
    { length: 40 },
    (_, n) => `## Part ${n}\n\nThe boat of the day ${n} lies there.\n`,
  );
  write('docs/boats.md', sentences.join('\n'));
  write('.batchrc.json', JSON.stringify({ sync: ['parquet:./chunks.parquet'] }));
  expect((await workspace.embed(['ingest', 'docs', ...builtin, '--chunk-size', '20'])).code).toBe(0);
  const other = ['ingest', 'docs', ...builtin, '--chunk-size', '60', '--json'];
  const { code, stdout } = await workspace.embed([...other, '--rebuild']);
  const { chunks, destinations } = JSON.parse(stdout);
  expect({ code, destinations }).toMatchObject({ code: 0, destinations: [{ new: chunks.total }] });
  expect(destinations[0].removed).toBeGreaterThan(2 * chunks.total);
  // The next night's run finds nothing to do.
  const next = await workspace.embed(other);
  expect(next.code).toBe(0);
  expect(JSON.parse(next.stdout).destinations).toMatchObject([
    { new: 0, removed: 0, unchanged: chunks.total },
  ]);
});

test('no destination is written where one of them has no search by words to set up', async () => {
  await workspace.embed(['ingest', 'docs', ...builtin]);
  const both = ['sync', 'lancedb:./lance', 'parquet:./chunks.parquet', '--words'];
  for (const more of [[], ['--dry-run']]) {
    const { code, stderr } = await workspace.embed([...both, ...more]);
    expect(stderr).toContain(
      'parquet:./chunks.parquet has no search by words that could be set up: name the others',
    );
    expect(code).toBe(2);
    expect(existsSync(join(workspace.dir, 'lance'))).toBe(false);
  }
  const help = (await workspace.embed(['sync', '--help'])).stdout.replace(/\s+/g, ' ');
  expect(help).toContain('--words set up the search by words of PostgreSQL, LanceDB or Qdrant');
  expect(help).not.toContain('How is asked');
});

test('a passing fault is tried again', async () => {
  await workspace.embed(['ingest', 'docs', ...builtin]);
  qdrant.faults.push('break');
  const address = `qdrant://${qdrant.host}/chunks`;
  const { code, stderr } = await workspace.embed(['sync', address], { env });
  expect(stderr).toContain('Trying again.');
  expect(code).toBe(0);
});

test('a key of the environment is not sent where only a file says', async () => {
  await workspace.embed(['ingest', 'docs', ...builtin]);
  write('.batchrc.json', JSON.stringify({ sync: ['qdrant://example.invalid/chunks'] }));
  const { code, stderr } = await workspace.embed(['sync'], { env });
  expect(stderr).toContain('QDRANT_API_KEY is not sent to qdrant://example.invalid/chunks');
  expect(code).toBe(2);
});

test('a file of settings has nothing written outside of its folder', async () => {
  await workspace.embed(['ingest', 'docs', ...builtin]);
  mkdirSync(join(workspace.dir, 'elsewhere'));
  symlinkSync(join(workspace.dir, 'elsewhere'), join(workspace.dir, 'docs/link'));
  for (const address of ['parquet:../x.parquet', 'lancedb:/tmp/embed-none', 'parquet:./link/x.parquet']) {
    write('docs/.batchrc.json', JSON.stringify({ sync: [address], out: '../embeddings' }));
    const { code, stderr } = await workspace.embed(['sync'], { cwd: join(workspace.dir, 'docs') });
    expect(stderr).toContain('lies outside of the folder of');
    expect(code).toBe(2);
  }
});

test('a wrong key is told without it', async () => {
  await workspace.embed(['ingest', 'docs', ...builtin]);
  const address = `qdrant://${qdrant.host}/chunks`;
  const { code, stderr } = await workspace.embed(['sync', address], { env: { QDRANT_API_KEY: 'wrong-one' } });
  expect(stderr).toContain('refuses the key (Invalid API key or JWT): set QDRANT_API_KEY');
  expect(stderr).not.toContain('wrong-one');
  expect(code).toBe(4);
});

test('search asks a destination, and filters as it does in an output', async () => {
  const addresses = ['parquet:./chunks.parquet', `qdrant://${qdrant.host}/chunks`];
  const synced = addresses.flatMap((address) => ['--sync', address]);
  await workspace.embed(['ingest', 'docs', ...builtin, ...synced], { env });
  const ask = async (...args: string[]) => {
    const { stdout } = await workspace.embed(['search', 'Where is the mill?', '--json', ...args], { env });
    return JSON.parse(stdout).results.map(
      ({ metadata, score }: { metadata: { source: string }; score: number }) => [
        metadata.source,
        score.toFixed(4),
      ],
    );
  };
  const all = await ask();
  expect(all.map(([source]: [string]) => source)).toEqual(['docs/mill.md', 'docs/islands.md']);
  // The best result doesn't fit, so one more page is fetched.
  const narrowed = ['-k', '1', '--source', 'docs/**', '--where', 'heading=Islands'];
  expect(await ask(...narrowed)).toEqual([all[1]]);
  for (const address of addresses) expect(await ask(...narrowed, '--in', address)).toEqual([all[1]]);
  // The output isn't needed.
  rmSync(join(workspace.dir, 'embeddings'), { recursive: true });
  expect(await ask('--in', addresses[0]!)).toEqual(all);
  const { code, stderr } = await workspace.embed(['search', 'x', '--in', addresses[0]!, '--index', 'none']);
  expect(stderr).toContain('holds the index "default"');
  expect(code).toBe(2);
});
