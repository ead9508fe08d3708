// `embed forget`: out of the output and its destinations, and what keeps a document out.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeWarmWorkspace, type Workspace } from '../../helpers/cli.js';
import { readOutput } from '../../helpers/output.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWarmWorkspace();
  mkdirSync(join(workspace.dir, '.git'));
  mkdirSync(join(workspace.dir, 'docs'));
  write('docs/a [draft].md', '# A\n\nThe first.\n');
  write('docs/b.md', '# B\n\nThe second.\n');
  write('docs/posts.jsonl', '{"id":"1","text":"One."}\n{"id":"2","text":"Two."}\n');
});
afterEach(() => workspace.remove());

const write = (name: string, text: string) => writeFileSync(join(workspace.dir, name), text);
const builtin = ['--embedder', 'builtin', '--cache', 'none'];
const ingest = (...args: string[]) => workspace.embed(['ingest', 'docs', ...builtin, ...args]);
const sources = () => readOutput(join(workspace.dir, 'embeddings')).sources;
const sync = ['--sync', 'parquet:./chunks.parquet'];

test('a document goes, from the destination, too, and the command that is said keeps it out', async () => {
  await ingest(...sync);
  const { code, stderr, stdout } = await workspace.embed(['forget', 'docs/a [draft].md', ...sync, '--json']);
  expect(code).toBe(0);
  const told = JSON.parse(stdout);
  expect(told).toMatchObject({
    documents: ['docs/a [draft].md'],
    rows: 1,
    destinations: [{ removed: 1, unchanged: 3 }],
  });
  expect(stderr).toContain('forgot 1 document (1 row); caches still hold their vectors');
  expect(sources()).toEqual(['docs/b.md', 'docs/posts.jsonl#1', 'docs/posts.jsonl#2']);
  expect((await workspace.embed(['verify'])).code).toBe(0);
  execFileSync('sh', ['-c', told.ignore[0]], { cwd: workspace.dir });
  expect(readFileSync(join(workspace.dir, 'docs/.embedignore'), 'utf8')).toBe('/a\\ \\[draft\\].md\n');
  await ingest();
  expect(sources()).not.toContain('docs/a [draft].md');
});

test('the commands that are said keep the last line of an ignore file that has no line break', async () => {
  write('docs/.embedignore', 'private/*\n!private/keep.md');
  mkdirSync(join(workspace.dir, 'docs/private'));
  write('docs/private/keep.md', '# Kept\n\nThe fourth.\n');
  write('docs/c\\new.md', '# C\n\nThe third.\n');
  await ingest();
  const args = ['docs/a [draft].md', 'docs/b.md', 'docs/c\\new.md'];
  const { ignore } = JSON.parse((await workspace.embed(['forget', ...args, '--json'])).stdout);
  for (const line of ignore) execFileSync('sh', ['-c', line], { cwd: workspace.dir });
  await ingest();
  expect(sources()).toEqual(['docs/posts.jsonl#1', 'docs/posts.jsonl#2', 'docs/private/keep.md']);
});

test('a document is named as a path, too, from where one stands', async () => {
  write('docs/c.md', '# C\n\nThe third.\n');
  await ingest();
  await workspace.embed(['forget', './docs/../docs/b.md', join(workspace.dir, 'docs/c.md')]);
  expect(sources()).toEqual(['docs/a [draft].md', 'docs/posts.jsonl#1', 'docs/posts.jsonl#2']);
  // Files that are gone are forgotten by their paths, too.
  rmSync(join(workspace.dir, 'docs'), { recursive: true });
  expect((await workspace.embed(['forget', './docs/a [draft].md'])).code).toBe(0);
  expect((await workspace.embed(['forget', join(workspace.dir, 'docs/posts.jsonl')])).code).toBe(0);
  expect(sources()).toEqual([]);
});

test('a place as a search prints it is its document', async () => {
  await ingest();
  const { code, stdout } = await workspace.embed([
    'forget',
    'docs/b.md:3',
    './docs/a [draft].md:1',
    '--json',
  ]);
  expect(code).toBe(0);
  const told = JSON.parse(stdout);
  expect(told.documents).toEqual(['docs/b.md', 'docs/a [draft].md']);
  expect(told.ignore[0]).toBe(`echo /b.md >> ${workspace.dir}/docs/.embedignore`);
  expect(sources()).toEqual(['docs/posts.jsonl#1', 'docs/posts.jsonl#2']);
  const record = await workspace.embed(['forget', 'docs/posts.jsonl#1:1']);
  expect(record).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('is a record of docs/posts.jsonl'),
  });
});

test('destinations that are left out are said, from the settings and from earlier syncs', async () => {
  write('.batchrc.json', JSON.stringify({ sync: ['parquet:./chunks.parquet', 'parquet:./second.parquet'] }));
  await ingest();
  expect((await workspace.embed(['sync', 'parquet:./third.parquet'])).code).toBe(0);
  const typed = await workspace.embed(['forget', 'docs/b.md', ...sync, '--json']);
  const told = JSON.parse(typed.stdout);
  expect(told.destinations).toMatchObject([{ removed: 1 }]);
  expect(told.notSynced.map((one: string) => basename(one)).sort()).toEqual([
    'second.parquet',
    'third.parquet',
  ]);
  expect(typed.stderr).toMatch(
    /not synced: parquet:.*second.parquet may still hold it; to take it out: embed sync/,
  );
  const line = /to take it out: embed (sync .*third.parquet)/.exec(typed.stderr)![1]!;
  expect((await workspace.embed([...line.split(' '), '--json'])).stdout).toContain('"removed":1');
  const all = await workspace.embed(['forget', 'docs/a [draft].md', '--json']);
  expect(JSON.parse(all.stdout).notSynced).toEqual([expect.stringContaining('third.parquet')]);
});

test('a file of records goes with all of them; one of its records does not go alone', async () => {
  await ingest();
  const one = await workspace.embed(['forget', 'docs/posts.jsonl#1']);
  expect(one.stderr).toContain('is a record of docs/posts.jsonl: take it out of that file');
  expect(one.code).toBe(2);
  expect((await workspace.embed(['forget', 'docs/posts.jsonl', 'docs/b.md'])).code).toBe(0);
  expect(sources()).toEqual(['docs/a [draft].md']);
  // Nothing keeps them out.
  await ingest();
  expect(sources()).toHaveLength(4);
});

test('a folder and a pattern go with all below them, and one line keeps each out', async () => {
  for (const name of ['drafts/one', 'drafts/deep/two', 'old/three', 'old/keep', 'drafts x']) {
    mkdirSync(dirname(join(workspace.dir, 'docs', name)), { recursive: true });
    write(`docs/${name}.md`, `# ${name}\n\nWords of ${name}.\n`);
  }
  await ingest();
  const args = ['forget', './docs/drafts/', 'docs/o*/t*'];
  const dry = await workspace.embed([...args, '-n']);
  expect(dry.stderr).toContain('would forget 3 documents (3 rows)');
  expect(dry.stderr).toContain('\n  docs/drafts/deep/two.md\n');
  expect(dry.stderr.match(/To keep it out: .*/g)).toEqual([
    `To keep it out: echo /drafts/ >> ${workspace.dir}/docs/.embedignore`,
    `To keep it out: echo '/o*/t*' >> ${workspace.dir}/docs/.embedignore`,
  ]);
  const told = JSON.parse((await workspace.embed([...args, '--json'])).stdout);
  expect(told.documents).toEqual(['docs/drafts/deep/two.md', 'docs/drafts/one.md', 'docs/old/three.md']);
  expect(told.ignore).toHaveLength(2);
  const left = ['docs/a [draft].md', 'docs/b.md', 'docs/drafts x.md', 'docs/old/keep.md'];
  const records = ['docs/posts.jsonl#1', 'docs/posts.jsonl#2'];
  expect(sources()).toEqual([...left, ...records]);
  expect((await workspace.embed(['verify'])).code).toBe(0);
  for (const line of told.ignore) execFileSync('sh', ['-c', line], { cwd: workspace.dir });
  await ingest();
  expect(sources()).toEqual([...left, ...records]);
  // In the ignore file of its root; a file of records as a whole.
  const all = JSON.parse((await workspace.embed(['forget', '*.jsonl', '--json'])).stdout);
  expect(all.documents).toEqual(records);
  execFileSync('sh', ['-c', all.ignore[0]], { cwd: workspace.dir });
  await ingest();
  expect(sources()).toEqual(left);
  // Of a root, none: it is named. Nor of what the settings leave out.
  write('.batchrc.json', '{"exclude": ["b.*"]}');
  expect(JSON.parse((await workspace.embed(['forget', 'docs/b.md', '--json'])).stdout).ignore).toEqual([]);
  const rest = JSON.parse((await workspace.embed(['forget', 'docs', '--json'])).stdout);
  expect([rest.documents.length, rest.ignore]).toEqual([3, []]);
});

test('a record of standard input goes alone, and comes again with it', async () => {
  const stdin = '{"id":"x","text":"One."}\n{"id":"y","text":"Two."}\n';
  await workspace.embed(['ingest', '-', ...builtin], { stdin });
  await workspace.embed(['forget', 'stdin.jsonl#x']);
  expect(sources()).toEqual(['stdin.jsonl#y']);
  expect((await workspace.embed(['verify'])).code).toBe(0);
  await workspace.embed(['ingest', '-', ...builtin], { stdin });
  expect(sources()).toEqual(['stdin.jsonl#x', 'stdin.jsonl#y']);
});

test('what is not there is told, and a dry run changes nothing', async () => {
  await ingest();
  const { code, stderr } = await workspace.embed(['forget', 'docs/b.md', 'docs/none.md', 'nil/**']);
  expect(stderr).toContain('has no document docs/none.md, nil/**: name it');
  expect(stderr).toContain('Nothing was forgotten.');
  expect(code).toBe(2);
  for (const not of ['!docs/b.md', 'docs/*,!docs/b.md']) {
    const told = await workspace.embed(['forget', not]);
    expect([told.code, told.stderr]).toEqual([2, expect.stringContaining('says what stays')]);
  }
  expect((await workspace.embed(['forget', 'docs/b.md', '--dry-run'])).stderr).toContain(
    'would forget 1 document',
  );
  expect(sources()).toHaveLength(4);
});

test.each(['--drop-cached', '--cache'])(
  'with %s, the next run has to embed its texts again',
  async (flag) => {
    const cached = ['--embedder', 'builtin', '--cache', 'disk'];
    await workspace.embed(['ingest', 'docs', ...cached]);
    await workspace.embed(['forget', 'docs/b.md']);
    const again = JSON.parse((await workspace.embed(['ingest', 'docs', ...cached, '--json'])).stdout);
    expect(again.chunks).toMatchObject({ embedded: 0, cached: 1 });
    const { code, stderr } = await workspace.embed(['forget', 'docs/b.md', flag]);
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(
        /forgot 1 document \(1 row\); \d vectors dropped from the cache: theirs, and others/,
      ),
    ]);
    const last = JSON.parse((await workspace.embed(['ingest', 'docs', ...cached, '--json'])).stdout);
    expect(last.chunks).toMatchObject({ embedded: 1, cached: 0 });
    // This one's went with the others.
    expect((await workspace.embed(['forget', 'docs/a [draft].md', flag])).stderr).toContain(
      'forgot 1 document (1 row); the cache had none of their vectors, or not any more\n',
    );
  },
);
