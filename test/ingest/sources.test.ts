// Sources that the settings name once: which are read, what counts as named, and where they may lie.
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { readOutput } from '../helpers/output.js';
import { ingest, markdown, out, setUp, summaryOf, workspace, writeFiles } from './run-workspace.js';

setUp();

const batchrc = (settings: object) => writeFiles(workspace.dir, { '.batchrc': JSON.stringify(settings) });
const ownFile = (settings: object) =>
  writeFiles(workspace.dir, { '.home/.config/embed/config.yaml': JSON.stringify(settings) });
const sourcesIn = () => readOutput(out).sources;

beforeEach(() => {
  mkdirSync(join(workspace.dir, '.git'));
  for (const name of ['docs/a.md', 'docs/drafts/b.md', 'docs/c.txt', 'notes/n.md']) {
    writeFiles(workspace.dir, { [name]: markdown(name, 1) });
  }
});

const both = { sources: { docs: { path: 'docs', include: '*.md', exclude: ['drafts/'] }, notes: './notes' } };

test('without paths all are read, each by its own patterns; with -c the named ones', async () => {
  batchrc(both);
  expect((await ingest('-c', 'notes')).code).toBe(0);
  expect(sourcesIn()).toEqual(['notes/n.md']);
  expect((await ingest()).code).toBe(0);
  expect(sourcesIn()).toEqual(['docs/a.md', 'notes/n.md']);
});

test('a typed path is the source that has it: its patterns hold, for why and chunks, too', async () => {
  batchrc(both);
  expect((await ingest('docs', 'notes')).code).toBe(0);
  expect(sourcesIn()).toEqual(['docs/a.md', 'notes/n.md']);
  expect((await ingest('./docs/')).code).toBe(0);
  expect(sourcesIn()).toEqual(['docs/a.md', 'notes/n.md']);
  const why = await workspace.embed(['why', 'docs/c.txt', 'docs/drafts/b.md']);
  expect(why.stdout).toBe(
    'docs/c.txt: left out: no --include matches (from ./.batchrc)\n' +
      'docs/drafts/b.md: left out, with docs/drafts: --exclude drafts/ (from ./.batchrc)\n',
  );
  const { stdout } = await workspace.embed(['chunks', 'docs', '--json']);
  expect(JSON.parse(stdout).files).toMatchObject([{ path: 'docs/a.md' }]);
  // A folder in it is named by itself, and so is a file.
  expect((await ingest('docs/drafts', 'docs/c.txt')).code).toBe(0);
  expect(sourcesIn()).toEqual(['docs/a.md', 'docs/c.txt', 'docs/drafts/b.md', 'notes/n.md']);
});

test('why judges by the sources of now, also where no run has written since they changed', async () => {
  batchrc({ sources: { docs: './docs' } });
  expect((await ingest()).code).toBe(0);
  batchrc({ sources: { docs: { path: './docs', exclude: 'a.md' }, a: './docs/a.md' } });
  expect(summaryOf(await ingest('--json'))).toMatchObject({ changed: false });
  expect((await workspace.embed(['why', 'docs/a.md'])).stdout).toMatch(
    /^docs\/a\.md: in the index .*rows\n$/,
  );
  batchrc({ sources: { docs: { path: './docs', exclude: 'a.md' } } });
  expect((await workspace.embed(['why', 'docs/a.md'])).stdout).toMatch(
    /left out: --exclude a\.md .*the index still/,
  );
  // What no source has is judged by the paths that runs named.
  batchrc({ sources: { notes: './notes' } });
  expect((await workspace.embed(['why', 'docs/a.md', 'notes/n.md'])).stdout).toMatch(
    /^docs\/a\.md: in the index .*\nnotes\/n\.md: taken \(markdown\), but not in the index yet/,
  );
});

test('a pattern that begins with ! would take nothing back, and is refused wherever it stands', async () => {
  for (const not of ['!drafts/plan.md', 'drafts/**, !drafts/plan.md']) {
    const typed = await ingest('docs', '--exclude', 'drafts/**', '--exclude', not);
    expect([typed.code, typed.stderr]).toEqual([
      2,
      'error: --exclude "!drafts/plan.md" begins with "!", which takes nothing back here: name what is wanted with --include, ' +
        "or write the lines 'drafts/*' and '!drafts/plan.md' into .embedignore.\n",
    ]);
    batchrc({ sources: { docs: { path: './docs', exclude: not } } });
    expect([(await ingest()).code, (await workspace.embed(['why', 'docs/a.md'])).code]).toEqual([2, 2]);
    batchrc({ sources: { docs: './docs' }, include: [not] });
    expect(await ingest()).toMatchObject({ code: 2, stderr: expect.stringContaining('with --exclude') });
    batchrc({});
  }
  expect(existsSync(out)).toBe(false);
  // A name may begin so.
  writeFiles(workspace.dir, { 'docs/!now.md': markdown('now', 1), '.batchrc': '{}' });
  expect((await ingest('docs', '--exclude', '\\!now.md')).code).toBe(0);
  expect(sourcesIn()).toEqual(['docs/a.md', 'docs/c.txt', 'docs/drafts/b.md']);
});

test('patterns of all narrow those of a source, and one that matches nothing is said', async () => {
  batchrc({ ...both, exclude: ['n.*'] });
  writeFiles(workspace.dir, { 'notes/m.md': markdown('m', 1) });
  const run = await ingest('--include', '*.{md,txt}', '--exclude', 'nothing*', '--exclude', 'n.*');
  expect(run.stderr).toContain("no match   exclude 'nothing*'");
  expect(sourcesIn()).toEqual(['docs/a.md', 'notes/m.md']);
  batchrc({ sources: { docs: { path: 'docs', exclude: ['mistyped*'] } } });
  expect((await ingest()).stderr).toContain("no match   exclude 'mistyped*'");
});

test('two sources of one folder take what either of them takes', async () => {
  batchrc({
    sources: { pages: { path: 'docs', include: ['a.*'] }, texts: { path: './docs', include: ['*.txt'] } },
  });
  expect((await ingest()).code).toBe(0);
  expect(sourcesIn()).toEqual(['docs/a.md', 'docs/c.txt']);
  expect((await ingest('docs', '--rebuild')).code).toBe(0);
  expect(sourcesIn()).toEqual(['docs/a.md', 'docs/c.txt']);
});

test('all of them count as named, whichever is read: also when it is not there', async () => {
  batchrc(both);
  expect((await ingest()).code).toBe(0);
  rmSync(join(workspace.dir, 'notes'), { recursive: true });
  writeFiles(workspace.dir, { 'docs/broken.md': Buffer.from([0, 1, 2, 0, 0]) });
  for (const run of [
    await ingest('-c', 'docs', '--prune', '--json'),
    await ingest('docs/a.md', '--prune', '--json'),
  ]) {
    expect(summaryOf(run)).toMatchObject({
      ...{ elsewhere: [], hidden: [], pruned: [] },
      documents: { removed: 0 },
    });
  }
  expect(sourcesIn()).toEqual(['docs/a.md', 'notes/n.md']);
  const all = await ingest();
  expect([all.code, all.stderr]).toEqual([
    2,
    expect.stringContaining('Source "notes": There is no file or folder'),
  ]);
});

test('a file that is gone from a source with patterns goes; one that they hide stays', async () => {
  batchrc({ sources: { docs: 'docs' } });
  expect((await ingest()).code).toBe(0);
  rmSync(join(workspace.dir, 'docs/a.md'));
  batchrc({ sources: { docs: { path: 'docs', exclude: ['*.txt'] } } });
  expect(summaryOf(await ingest('--json')).documents).toMatchObject({ removed: 1 });
  expect(sourcesIn()).toEqual(['docs/c.txt', 'docs/drafts/b.md']);
});

test('failures of a source that a run does not read stay', async () => {
  batchrc(both);
  writeFiles(workspace.dir, { 'notes/scan.pdf': 'no pdf' });
  expect((await ingest()).code).toBe(3);
  const one = summaryOf(await ingest('-c', 'docs', '--json'));
  expect(one).toMatchObject({ changed: false });
  expect(summaryOf(await ingest('--json'))).toMatchObject({ changed: false, documents: { knownFailed: 1 } });
});

test.each([
  { sources: { docs: '../elsewhere' }, says: '"docs" (' },
  { sources: { docs: 'link' }, says: 'lies outside of the folder of that file' },
  { sources: { docs: 'link/deeper' }, says: 'lies outside of the folder of that file' },
  { sources: { docs: 'gone' }, says: 'Source "docs": There is no file or folder' },
  { sources: { docs: 'docs/*.md' }, says: 'Source "docs": There is no file or folder' },
  { sources: { docs: {} }, says: 'expected a path for "docs"' },
  {
    sources: { docs: { path: 'docs', exlude: [] } },
    says: 'expected path, include and exclude alone for "docs"',
  },
  { sources: { docs: { path: 'docs', include: [1] } }, says: 'expected patterns as include of "docs"' },
  { sources: { '-x': 'docs' }, says: 'expected names of letters' },
  { sources: ['docs'], says: 'expected names with a path each' },
  { sources: {}, says: 'Nothing is named: give a file or folder' },
])('$sources is refused', async ({ sources, says }) => {
  writeFiles(workspace.dir, { 'up/docs/a.md': 'Outside.\n', 'up/deeper/a.md': 'Outside.\n' });
  writeFiles(workspace.dir, { 'in/docs/a.md': 'Inside.\n', 'in/.batchrc': JSON.stringify({ sources }) });
  symlinkSync('../up', join(workspace.dir, 'in/link'));
  const cwd = join(workspace.dir, 'in');
  const { code, stderr } = await workspace.embed(['ingest', '--embedder', 'builtin'], {
    cwd,
    env: { HOME: '/none' },
  });
  expect([code, stderr]).toEqual([2, expect.stringContaining(says)]);
});

test('a name that there is none of, and names beside paths', async () => {
  batchrc(both);
  const wrong = await ingest('-c', 'note');
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('did you mean "notes"?')]);
  expect((await ingest('docs', '-c', 'docs')).code).toBe(2);
});

test("sources of the user's own file may lie anywhere, and lie under those of the folder", async () => {
  renameSync(join(workspace.dir, 'notes'), join(workspace.dir, '.home-notes'));
  ownFile({ sources: { mine: join(workspace.dir, '.home-notes') }, chunkSize: 77, index: 'own' });
  expect((await ingest()).code).toBe(0);
  expect(sourcesIn()).toEqual(['.home-notes/n.md']);
  batchrc({ index: 'folder', sources: { docs: { path: 'docs', include: ['a.md'] } } });
  const { settings, ownFile: path } = JSON.parse((await workspace.embed(['config', '--json'])).stdout);
  expect(path).toBe(join(workspace.dir, '.home/.config/embed/config.yaml'));
  expect([settings.chunkSize.value, settings.index.value]).toEqual([77, 'folder']);
  expect((await ingest('--dry-run', '--json')).stdout).toContain('"elsewhere":[{"root":".home-notes"');
});

test('they are not sent to a server that only the file of a folder names', async () => {
  ownFile({ sources: { mine: join(workspace.dir, 'notes') } });
  for (const sync of ['qdrant://stranger.example/c', 'postgres://localhost/db?host=stranger.example']) {
    batchrc({ sync });
    const { code, stderr } = await ingest();
    expect([code, stderr]).toEqual([2, expect.stringContaining('are not sent to')]);
  }
  batchrc({ sync: 'parquet:./chunks.parquet' });
  expect((await ingest()).code).toBe(0);
});

test('--config names a file, whose sources lie in its folder', async () => {
  batchrc({ sources: { notes: './notes' } });
  writeFiles(workspace.dir, { 'docs/other.yaml': 'sources: {here: .}\nexclude: [b.md, "*.yaml"]\n' });
  expect((await ingest('--config', 'docs/other.yaml')).code).toBe(0);
  expect(sourcesIn()).toEqual(['docs/a.md', 'docs/c.txt']);
  writeFiles(workspace.dir, { 'docs/other.yaml': 'sources: {there: ../notes}\n' });
  const strays = await ingest('--config', 'docs/other.yaml');
  expect([strays.code, strays.stderr]).toEqual([2, expect.stringContaining('lies outside')]);
  const none = await ingest('--config', 'none.yaml');
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('--config: there is no file')]);
});
