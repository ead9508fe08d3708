// What GitHub Actions is told: annotations, a group, the summary of the step; and nothing that another could forge.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWarmWorkspace();
  mkdirSync(join(workspace.dir, '.git'));
  mkdirSync(join(workspace.dir, 'docs'));
});
afterEach(() => workspace.remove());

const write = (name: string, text: string) => writeFileSync(join(workspace.dir, name), text);

function onGithub(...args: string[]) {
  const env = {
    GITHUB_ACTIONS: 'true',
    CI: 'true',
    GITHUB_WORKSPACE: workspace.dir,
    GITHUB_STEP_SUMMARY: join(workspace.dir, 'summary.md'),
  };
  return workspace.embed(args, { env });
}

test('failures are annotations at their files, and on the page of the step', async () => {
  write('docs/a.md', 'Islands.\n');
  write('docs/100%, a:b <i>.ipynb', '{');
  const { code, stdout, stderr } = await onGithub('ingest', 'docs', '--embedder', 'builtin', '--json');
  expect(code).toBe(3);
  expect(JSON.parse(stdout).failures).toHaveLength(1);
  const lines = stderr.split('\n').filter((line) => line.startsWith('::error'));
  expect(lines).toEqual([
    '::error file=docs/100%25%2C a%3Ab <i>.ipynb,title=embed%3A malformed::docs/100%25, a:b <i>.ipynb: not what its format asks for; open and repair it',
  ]);
  const page = readFileSync(join(workspace.dir, 'summary.md'), 'utf8');
  expect(page).toContain('<td>Documents</td><td>1 new, 0 changed, 0 unchanged, 0 removed, 1 failed</td>');
  expect(page).toContain('<code>docs/100%, a:b &#60;i&#62;.ipynb</code>');
});

test('sync and eval have their part of the page, in which foreign words are only words', async () => {
  write('docs/a.md', 'Islands.\n');
  write('q.jsonl', '{"question":"<img src=x> | **bold**\\n\\n# A title","source":"docs/none.md"}\n');
  await onGithub('ingest', 'docs', '--embedder', 'builtin', '--quiet');
  writeFileSync(join(workspace.dir, 'summary.md'), '');
  const page = () => readFileSync(join(workspace.dir, 'summary.md'), 'utf8');
  await onGithub('sync', 'parquet:./chunks.parquet', '--dry-run');
  expect(page()).toBe('');
  expect((await onGithub('sync', 'parquet:./chunks.parquet', 'parquet:./none/b.parquet')).code).toBe(2);
  expect(page()).toContain(
    '<code>parquet:./chunks.parquet</code></td><td>1 new, 0 changed, 0 removed, 0 unchanged',
  );
  expect(page()).toMatch(/<p>Failed:<\/p>\n.*none\/b\.parquet.*<code>EMBED_USAGE<\/code>/);
  writeFileSync(join(workspace.dir, 'summary.md'), '');
  expect((await onGithub('eval', 'q.jsonl')).code).toBe(0);
  expect(page()).toMatch(/<h3>embed eval<\/h3>.*<td>hit@1<\/td><td>0\.000/s);
  expect(page()).toContain('<code>&#60;img src=x&#62; | **bold**\\n\\n# A title</code>');
  // An empty line would end the HTML.
  expect(page().trimEnd()).not.toContain('\n\n');
});

test('verify, doctor and merge have theirs, with what is wrong', async () => {
  write('docs/a.md', 'Islands.\n');
  const page = () => readFileSync(join(workspace.dir, 'summary.md'), 'utf8');
  await onGithub('ingest', 'docs', '--embedder', 'builtin', '--quiet', '--shard', '1/1');
  expect((await onGithub('merge', 'embeddings')).code).toBe(0);
  expect(page()).toMatch(/<h3>embed merge<\/h3>.*<td>Documents<\/td><td>1 document<\/td>/s);
  expect((await onGithub('verify', 'embeddings')).code).toBe(0);
  expect(page()).toContain('<code>embeddings</code></td><td>fine (1 document, 1 row)');
  write(
    'embeddings/chunks.jsonl',
    readFileSync(join(workspace.dir, 'embeddings/chunks.jsonl'), 'utf8').replace('Isl', 'isl'),
  );
  expect((await onGithub('verify', 'embeddings')).code).toBe(5);
  expect(page()).toMatch(/<td>damaged<\/td>.*<p>Problems:<\/p>/s);
  await onGithub('doctor', '--embedder', 'builtin', '--redis-url', 'redis://127.0.0.1:1', '--timeout', '2s');
  expect(page()).toMatch(/<h3>embed doctor<\/h3>.*<td>failure<\/td><td><code>redis\./s);
});

test('what is said during the run is in a group, and what comes of it below', async () => {
  write('docs/a.md', 'Islands.\n');
  write('docs/b.png', '\0\0');
  const { stderr } = await onGithub('ingest', 'docs', '--embedder', 'builtin', '-v');
  const [before = '', after = ''] = stderr.split('::endgroup::\n');
  expect(before).toMatch(/^::group::embed ingest\n/);
  expect(before).toContain('left out');
  expect(after).toMatch(/^✓ 1 chunk/);
});

test('an error of the command is an annotation, with --quiet, too', async () => {
  const { code, stderr } = await onGithub('ingest', 'none', '--quiet', '--embedder', 'builtin');
  expect(code).toBe(2);
  expect(stderr).toMatch(/^::error title=embed::.*none/);
  expect(stderr).not.toContain('error: ');
});

test('elsewhere, nothing of it is printed or written', async () => {
  write('docs/b.ipynb', '{');
  const { stderr } = await workspace.embed(['ingest', 'docs', '--embedder', 'builtin'], {
    env: { CI: 'true', GITHUB_STEP_SUMMARY: join(workspace.dir, 'summary.md') },
  });
  expect(stderr).toContain('failed: docs/b.ipynb');
  expect(stderr).not.toContain('::');
  expect(existsSync(join(workspace.dir, 'summary.md'))).toBe(false);
});

test('a summary that cannot be written costs a line', async () => {
  write('docs/a.md', 'Islands.\n');
  mkdirSync(join(workspace.dir, 'summary.md'));
  const { code, stderr } = await onGithub('ingest', 'docs', '--embedder', 'builtin');
  expect(code).toBe(0);
  expect(stderr).toContain("GITHUB_STEP_SUMMARY can't be written (EISDIR)");
});
