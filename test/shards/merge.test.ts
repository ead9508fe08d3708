// One corpus in shards, and whole again: the same bytes as a run without shards.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { eventually } from '../helpers/eventually.js';
import { hold } from '../helpers/hold.js';
import { fingerprint, readOutput } from '../helpers/output.js';
import {
  ingest,
  markdown,
  ollama,
  out,
  setUp,
  summaryOf,
  workspace,
  writeFiles,
} from '../ingest/run-workspace.js';

setUp();

const records = Array.from({ length: 12 }, (_, index) => ({
  id: `r${index}`,
  text: `Record ${index} of many.`,
}));

beforeEach(() => {
  writeFiles(workspace.dir, {
    ...Object.fromEntries(Array.from({ length: 7 }, (_, one) => [`docs/n${one}.md`, markdown(`n${one}`, 1)])),
    'docs/posts.jsonl': records.map((one) => JSON.stringify(one)).join('\n'),
    'docs/one.json': '{"title": "A single document", "body": "of JSON"}',
    'docs/list.json': JSON.stringify(records.slice(0, 5)),
    'docs/table.csv': 'name,price\nbolt,1\nnut,2\nnut,3\n',
    // A file that looks like a record of the table, beside it.
    'docs/table.csv#1': 'A file of its own.\n',
    'docs/bad.json': '[{"a": 1},',
    'docs/blank.md': '\n',
    'docs/none.jsonl': '',
  });
});

const folders = (of: number) => Array.from({ length: of }, (_, at) => join(out, `shard-${at + 1}-of-${of}`));

/** The files of the merged output, without the folders of its shards. */
function wholeFiles(): Record<string, string> {
  return Object.fromEntries(Object.entries(fingerprint(out)).filter(([, sum]) => sum !== 'a folder'));
}

/** All shards, the last one first. */
async function ingestShards(of: number, ...args: string[]) {
  const results = [];
  for (let index = of; index >= 1; index--) {
    results.unshift(await ingest(...args, '--shard', `${index}/${of}`, '--json'));
  }
  return results;
}

/** What a run without shards leaves, of the same paths; in a folder beside, which the next one goes on with. */
async function unsharded(...args: string[]): Promise<Record<string, string>> {
  const plain = join(workspace.dir, 'plain');
  await ingest(...args, '--out', plain);
  expect(readdirSync(plain)).toContain('manifest.json');
  return fingerprint(plain);
}

const merge = (...args: string[]) => workspace.embed(['merge', ...args]);

test('shards are disjoint, together all, and merged they have the bytes of one run', async () => {
  const wanted = await unsharded('docs');
  const results = await ingestShards(3, 'docs');
  const sources = folders(3).map((dir) => readOutput(dir).sources);
  expect(new Set(sources.flat()).size).toBe(sources.flat().length);
  expect(sources.every((some) => some.length > 3)).toBe(true);
  // Each failure is told by one of them.
  const failures = results.map(summaryOf).flatMap((summary) => summary.failures);
  expect(failures.map(({ source, code }) => `${source} ${code}`).sort()).toEqual([
    'docs/bad.json malformed',
    'docs/table.csv#1 duplicate-source',
  ]);
  const verified = JSON.parse((await workspace.embed(['verify', '--json', '-o', 'embeddings'])).stdout);
  expect(verified.outputs.map(({ dir }: { dir: string }) => dir)).toEqual(
    [1, 2, 3].map((index) => `embeddings/shard-${index}-of-3`),
  );
  const checked = await workspace.embed(['doctor', '--json', '--ollama-url', ollama.url, '--cache', 'none']);
  const { checks } = JSON.parse(checked.stdout);
  expect(checks).toContainEqual(
    expect.objectContaining({ seen: expect.stringMatching(/^3 shards, \d+ rows$/) }),
  );
  expect((await merge()).code).toBe(0);
  expect(wholeFiles()).toEqual(wanted);
  const again = JSON.parse((await merge('--json')).stdout);
  expect(again).toMatchObject({ changed: false, failures: 2, shards: [{ index: 1, of: 3 }, {}, {}] });
});

test('of absolute paths and of the folder itself, too, with more shards than documents of some', async () => {
  rmSync(join(workspace.dir, 'docs/bad.json'));
  for (const path of [join(workspace.dir, 'docs/n1.md'), '.']) {
    rmSync(join(workspace.dir, 'plain'), { recursive: true, force: true });
    const wanted = await unsharded(path);
    rmSync(join(workspace.dir, 'plain'), { recursive: true });
    rmSync(out, { recursive: true, force: true });
    for (const { code, stderr } of await ingestShards(2, path)) expect([0, 3], stderr).toContain(code);
    expect((await merge()).code).toBe(0);
    expect(wholeFiles()).toEqual(wanted);
  }
});

test('a shard keeps to its own when documents change, come and go', async () => {
  await Promise.all([ingestShards(2, 'docs'), unsharded('docs')]);
  rmSync(join(workspace.dir, 'docs/n2.md'));
  writeFiles(workspace.dir, {
    'docs/n3.md': markdown('changed', 2),
    'docs/new.md': 'A new document.\n',
    'docs/posts.jsonl': records
      .slice(3)
      .map((one) => JSON.stringify(one))
      .join('\n'),
    'docs/list.json': '{"now": "one document"}',
  });
  const summaries = (await ingestShards(2, 'docs')).map(summaryOf);
  const total = (key: 'new' | 'changed' | 'removed') =>
    summaries.reduce((sum, { documents }) => sum + documents[key], 0);
  expect([total('new'), total('changed'), total('removed')]).toEqual([2, 1, 9]);
  await merge();
  const merged = wholeFiles();
  expect(merged).toEqual(await unsharded('docs'));
  // Nothing to do: nothing is written.
  expect((await ingestShards(2, 'docs')).map(summaryOf).map(({ changed }) => changed)).toEqual([
    false,
    false,
  ]);
});

test('shards of another number begin with the merged output, and embed nothing again', async () => {
  await ingestShards(2, 'docs');
  await merge();
  const merged = wholeFiles();
  for (const dir of folders(2)) rmSync(dir, { recursive: true });
  ollama.requests.length = 0;
  const plan = summaryOf(await ingest('docs', '--shard', '1/3', '--dry-run', '--json'));
  expect(plan).toMatchObject({ documents: { new: 0 }, chunks: { embedded: 0 } });
  expect(readdirSync(out)).not.toContain('shard-1-of-3');
  const results = await ingestShards(3, 'docs');
  for (const { documents, chunks } of results.map(summaryOf)) {
    expect([documents.new, documents.changed, chunks.embedded]).toEqual([0, 0, 0]);
  }
  expect(ollama.batches().flat()).toEqual([]);
  expect(JSON.parse((await merge('--json')).stdout)).toMatchObject({ changed: false });
  expect(wholeFiles()).toEqual(merged);
});

test('a missing and an unfinished shard are named, and nothing is written', async () => {
  await ingest('docs', '--shard', '1/3');
  const missing = await merge();
  expect(missing).toMatchObject({ code: 2 });
  expect(missing.stderr).toContain('Shards 2/3, 3/3 are missing in');
  await ingest('docs', '--shard', '3/3');
  // A second run of it was killed: what it had embedded is in its journal.
  await ingest('docs', '--shard', '2/3');
  mkdirSync(join(out, 'shard-2-of-3/.run'));
  writeFileSync(join(out, `shard-2-of-3/.run/journal-${'0'.repeat(32)}`), '');
  expect(await merge()).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Shard 2/3 is not finished'),
  });
  expect(Object.keys(wholeFiles())).toEqual([]);
});

test('a folder that is no shard of this output is refused in words', async () => {
  await ingest('docs', '--shard', '1/2');
  const inside = await ingest('docs', '--out', 'embeddings/shard-1-of-2');
  expect(inside).toMatchObject({ code: 2, stderr: expect.stringContaining('--shard 1/2') });
  renameSync(join(out, 'shard-1-of-2'), join(out, 'shard-2-of-2'));
  const renamed = await ingest('docs', '--shard', '2/2');
  expect(renamed).toMatchObject({ code: 2, stderr: expect.stringContaining('holds shard 1/2') });
  await ingest('docs', '--shard', '1/2');
  expect(await merge()).toMatchObject({ code: 2, stderr: expect.stringContaining('renamed or copied') });
  await ingest('docs', '--shard', '1/1');
  const several = await merge();
  expect(several).toMatchObject({ code: 2, stderr: expect.stringContaining('shards of 1 and of 2') });
  expect(await merge('embeddings/shard-1-of-1')).toMatchObject({ code: 0 });
  expect(readdirSync(out)).toContain('manifest.json');
});

test('a damaged shard is refused, with the command that makes it again', async () => {
  await ingestShards(2, 'docs');
  const path = join(out, 'shard-1-of-2/vectors.npy');
  const bytes = readFileSync(path);
  bytes[200]! ^= 1;
  writeFileSync(path, bytes);
  const [verified, merged] = [await workspace.embed(['verify', ...folders(2)]), await merge()];
  expect(verified).toMatchObject({ code: 5, stdout: expect.stringContaining('shard-2-of-2: fine') });
  for (const { code, stderr } of [verified, merged]) {
    expect(code).toBe(5);
    expect(stderr).toContain('embeddings --shard 1/2 --rebuild');
  }
  expect(Object.keys(wholeFiles())).toEqual([]);
  await ingest('docs', '--shard', '1/2', '--rebuild');
  expect((await merge()).code).toBe(0);
  // Of the merged output, damage is mended by the shards.
  const right = wholeFiles();
  const damaged = readFileSync(join(out, 'chunks.jsonl'));
  damaged[300]! ^= 1;
  writeFileSync(join(out, 'chunks.jsonl'), damaged);
  await ingest('docs', '--shard', '1/2');
  writeFiles(workspace.dir, { 'docs/more.md': 'One more.\n' });
  await ingestShards(2, 'docs');
  expect((await merge()).code).toBe(0);
  expect((await workspace.embed(['verify'])).code).toBe(0);
  rmSync(join(workspace.dir, 'docs/more.md'));
  await ingestShards(2, 'docs');
  await merge();
  expect(wholeFiles()).toEqual(right);
});

test('a search asks several outputs, and all shards of a folder that holds no other', async () => {
  await ingestShards(2, 'docs');
  const found = async (...args: string[]) => {
    const question = ['search', 'Record 7 of many.', '--vectors', '-k', '4', '--json'];
    const { stdout, stderr } = await workspace.embed([...question, '--ollama-url', ollama.url, ...args]);
    return (JSON.parse(stdout).results ?? [stderr]).map(
      ({ score, metadata }: { score: number; metadata: { source: string } }) => [score, metadata.source],
    );
  };
  const named = await found('-o', 'embeddings/shard-1-of-2', '-o', 'embeddings/shard-2-of-2');
  const whole = await found();
  await merge();
  const merged = await found();
  expect(merged).toHaveLength(4);
  expect([named, whole]).toEqual([merged, merged]);
  rmSync(join(out, 'manifest.json'));
  renameSync(join(out, 'shard-2-of-2'), join(workspace.dir, 'away=1'));
  const missing = await workspace.embed(['search', 'x', '--vectors', '--ollama-url', ollama.url]);
  expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('Shard 2/2 is missing') });
  expect(await found('-o', 'embeddings/shard-1-of-2', '-o', 'away=1')).toEqual(merged);
});

test('what is forgotten goes from the merged output and from its shard, and no merge brings it back', async () => {
  await ingestShards(2, 'docs');
  const listed = await workspace.embed(['list']);
  expect(listed).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('run `embed merge ./embeddings`'),
  });
  await merge();
  const gone = ['docs/n1.md', 'docs/posts.jsonl'];
  const told = JSON.parse((await workspace.embed(['forget', ...gone, '--json', '--quiet'])).stdout);
  expect(told).toMatchObject({ rows: 13, ignore: [expect.stringContaining('n1.md'), expect.anything()] });
  const isGone = (source: string) => source === 'docs/n1.md' || source.startsWith('docs/posts.jsonl');
  for (const dir of [out, ...folders(2)]) expect(readOutput(dir).sources.filter(isGone)).toEqual([]);
  expect(JSON.parse((await merge('--json')).stdout)).toMatchObject({ changed: false });
  const unknown = await workspace.embed(['forget', 'docs/n1.md']);
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('no document docs/n1.md') });
});

test('a killed shard goes on, and the shards of standard input have its records', async () => {
  const stdin = records.map((one) => `${JSON.stringify(one)}\n`).join('');
  const words = ['--ollama-url', ollama.url, '--cache', 'none', '--batch-size', '2', '--concurrency', '1'];
  const run = (...args: string[]) =>
    workspace.start(['ingest', '-', 'docs/n1.md', ...words, ...args], { stdin });
  await run('--out', 'plain').done;
  await run('--shard', '2/2').done;
  const before = ollama.stats.embeds;
  const release = hold(ollama, { after: 3 });
  const killed = run('--shard', '1/2');
  await eventually(() => ollama.stats.embeds - before).toBeGreaterThan(3);
  killed.child.kill('SIGKILL');
  await killed.done;
  release();
  expect(await merge()).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Shard 1/2 is not finished'),
  });
  expect((await run('--shard', '1/2').done).code).toBe(0);
  await merge();
  expect(folders(2).map((dir) => readOutput(dir).sources.length > 2)).toEqual([true, true]);
  expect(wholeFiles()).toEqual(fingerprint(join(workspace.dir, 'plain')));
});
