// `embed list`, `embed status` and `embed why`: what is in an output, what a run did, and why something isn't there.
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PathFate } from '../../../src/commands/why.js';
import { fixtures, makeWarmWorkspace, type Workspace } from '../../helpers/cli.js';
import { eventually } from '../../helpers/eventually.js';
import { startOllama } from '../../helpers/ollama.js';
import { journalBytes } from '../../helpers/output.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWarmWorkspace();
  mkdirSync(join(workspace.dir, '.git'));
  mkdirSync(join(workspace.dir, 'docs/drafts'), { recursive: true });
  write('docs/a.md', '# A\n\nThe first text of all.\n');
  write('docs/b.md', '# B\n\nThe second one.\n');
  write('docs/drafts/plan.md', 'Not yet.\n');
});
afterEach(() => workspace.remove());

const write = (name: string, text: string | Buffer) => writeFileSync(join(workspace.dir, name), text);
const builtin = ['--embedder', 'builtin', '--cache', 'none'];
const ingest = (...args: string[]) => workspace.embed(['ingest', 'docs', ...builtin, ...args]);
const json = async (...args: string[]) => JSON.parse((await workspace.embed([...args, '--json'])).stdout);

test('list: documents with rows, tokens and when they changed, and what failed', async () => {
  write('docs/broken.ipynb', '{');
  expect((await ingest()).code).toBe(3);
  const before = (await json('list')).documents;
  expect(before.map(({ source }: { source: string }) => source)).toEqual([
    'docs/a.md',
    'docs/b.md',
    'docs/broken.ipynb',
    'docs/drafts/plan.md',
  ]);
  const chunks = readFileSync(join(workspace.dir, 'embeddings/chunks.jsonl'), 'utf8').trim().split('\n');
  const tokens = chunks.map((line) => JSON.parse(line).metadata.tokens);
  expect(before[0]).toEqual({ source: 'docs/a.md', rows: 1, tokens: tokens[0], changed: expect.any(String) });
  expect(before[2]).toEqual({ source: 'docs/broken.ipynb', rows: 0, tokens: 0, failures: ['malformed'] });
  write('docs/b.md', '# B\n\nIt is another one now.\n');
  await ingest();
  const after = (await json('list', '--source', 'docs/[ab].md')).documents;
  expect(after.map(({ changed }: { changed: string }) => changed)).toEqual([
    before[0].changed,
    expect.not.stringMatching(before[1].changed),
  ]);
  expect((await json('list', '--failed')).documents).toEqual([before[2]]);
  // Nothing of it is in the output; without it, the rest is told.
  expect(readdirSync(join(workspace.dir, 'embeddings')).sort()).not.toContain('state');
  rmSync(join(workspace.dir, '.home'), { recursive: true });
  const { stdout, stderr } = await workspace.embed(['list', '--source', '*.md']);
  expect(stdout.match(/not known here/g)).toHaveLength(3);
  expect(stderr).toMatch(/^3 documents: 3 rows, \d+ tokens\.\n$/);
});

test('list: a record is matched by its file, as in a search', async () => {
  write('docs/posts.jsonl', '{"id": "1", "text": "A post."}\n{"id": "2", "text": "Another post."}\n');
  await ingest();
  const { documents } = await json('list', '--source', '*.jsonl');
  expect(documents.map(({ source }: { source: string }) => source)).toEqual([
    'docs/posts.jsonl#1',
    'docs/posts.jsonl#2',
  ]);
});

test('--source restricts to folders as typed where the index lies elsewhere, and says what names look like', async () => {
  write('docs/broken.ipynb', '{');
  const out = join(workspace.dir, '.home/elsewhere/index');
  expect((await ingest('-o', out)).code).toBe(3);
  const plan = join(workspace.dir, 'docs/drafts/plan.md');
  for (const source of ['docs/drafts', './docs/drafts', `${workspace.dir}/docs/drafts/**`, '**/drafts/**']) {
    const found = await json('search', '--words', 'yet', '-o', out, '--source', source);
    expect(found.results.map((one: { metadata: object }) => one.metadata)).toMatchObject([{ source: plan }]);
  }
  const named = await json('search', '--words', 'yet', '--in', `x=${out}`, '--source', 'docs/drafts');
  expect(named.results).toHaveLength(1);
  expect((await json('list', out, '--source', 'docs/drafts')).documents).toMatchObject([{ source: plan }]);
  const search = async (source: string) =>
    (await workspace.embed(['search', '--words', 'yet', '-o', out, '--source', source])).stderr;
  const none = await search('nowhere');
  expect(none).toContain('its names are such as ./docs/a.md and ./docs/b.md (`embed list` names all)');
  expect(await search('docs/broken.ipynb')).toContain('./docs/broken.ipynb, which failed: `embed why`');
  expect(await search('docs')).not.toContain('--source');
});

test('status: the output, its roots and the last run; a root that is gone is named', async () => {
  mkdirSync(join(workspace.dir, 'notes'));
  write('notes/n.md', 'A note.\n');
  await ingest('notes');
  const told = await json('status');
  expect(told).toMatchObject({
    out: './embeddings',
    index: {
      documents: 4,
      rows: 4,
      embedder: 'builtin',
      dimensions: 512,
      failures: 0,
      roots: [
        { root: 'docs', documents: 3, gone: false },
        { root: 'notes', documents: 1, gone: false },
      ],
    },
    lastRun: { result: 'done', at: expect.any(String), seconds: expect.any(Number) },
  });
  expect(told.index.bytes).toBeGreaterThan(4 * 512 * 4);
  renameSync(join(workspace.dir, 'notes'), join(workspace.dir, 'jottings'));
  const { stdout } = await workspace.embed(['status']);
  expect(stdout).toContain('notes (1 document, which is gone)');
  expect(stdout).toContain('--prune');
  expect(stdout).toMatch(/last run {3}\d{4}-\d\d-\d\d \d\d:\d\d, done \(/);
});

test('a failure is counted by status as list does, and why tells programs what it asks for', async () => {
  const english = 'The lighthouse stands at the northern end of the island. '.repeat(20);
  write(
    'docs/zh.md',
    `${english}\n\n# 灯塔\n\n${'灯塔位于岛的北端。'.repeat(200)}\n\n# The light\n\n${english}\n\n# 汤\n\n${'柠檬扁豆汤的做法。'.repeat(200)}\n`,
  );
  write('docs/broken.ipynb', '{');
  expect((await ingest()).code).toBe(3);
  const failed = (await json('list', '--failed')).documents;
  const { index } = await json('status');
  expect(index.failedDocuments).toBe(failed.length);
  expect(index.failedDocuments).toBe(2);
  expect(index.failures).toBeGreaterThan(2);
  const { stdout } = await workspace.embed(['status']);
  expect(stdout).toContain(`${index.failures} in 2 documents (\`embed list --failed\` names them)`);
  const [fate] = (await json('why', 'docs/broken.ipynb')).paths;
  const { stdout: words } = await workspace.embed(['why', 'docs/broken.ipynb']);
  const [failure] = fate.failures;
  expect(failure).toEqual({ source: 'docs/broken.ipynb', code: 'malformed', meaning: expect.any(String) });
  expect(words).toContain(`(${failure.code}: ${failure.meaning})`);
});

test('a first run under way, and one that was killed, are told with their share', async () => {
  for (let n = 0; n < 40; n++) write(`docs/page ${n}.md`, `Page ${n} of the book.\n`);
  await using ollama = await startOllama();
  const isLast = (texts: readonly string[]) => texts.some((text) => text.includes('Page 9'));
  ollama.script({ kind: 'hang', when: isLast, times: Number.POSITIVE_INFINITY });
  const args = ['ingest', 'docs', '--ollama-url', ollama.url, '--cache', 'none', '--batch-size', '4'];
  const { child, done } = workspace.start(args);
  const first = async () => (await workspace.embed(['search', 'page'])).stderr;
  await expect
    .poll(first, { timeout: 20_000 })
    .toMatch(/first run is under way \(process \d+ on .*\), \d+ % done/);
  expect((await json('status')).run).toMatchObject({ state: 'running' });
  const why = async () => (await workspace.embed(['why', 'docs/page 1.md'])).stdout;
  expect(await why()).toMatch(
    /: taken \(markdown\), but not in the index yet: the run is under way \(process \d+ on .*\), \d+ % done; wait/,
  );
  child.kill('SIGKILL');
  await done;
  const { code, stderr } = await workspace.embed(['search', 'page']);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /the first run was interrupted at \d+ %; `embed ingest <the same paths> --out .* goes on/,
  );
  expect((await workspace.embed(['verify'])).stderr).toContain('the first run was interrupted at');
  expect((await json('status')).run).toMatchObject({ state: 'interrupted', share: expect.any(Number) });
  expect(await why()).toMatch(
    /the run was interrupted at \d+ %; `embed ingest <the same paths> --out .* --ollama-url http.* goes on from there/,
  );
  expect((await json('why', 'docs/page 1.md')).paths).toMatchObject([{ run: { state: 'interrupted' } }]);
});

test.each(['before its first answer', 'later'])(
  'an update that adds a folder, under way and killed %s, is told by status and why',
  async (when) => {
    expect((await ingest()).code).toBe(0);
    mkdirSync(join(workspace.dir, 'more'));
    for (let n = 0; n < 40; n++) write(`more/page ${n}.md`, `Page ${n} of the book.\n`);
    expect(await embedWhy()).toContain('not named: no run');
    await using ollama = await startOllama();
    await workspace.embed(['ingest', 'docs', '--rebuild', '--ollama-url', ollama.url, '--cache', 'none']);
    const isLast = (texts: readonly string[]) =>
      texts.some((text) => text.includes(when === 'later' ? 'Page 9' : 'Page'));
    ollama.script({ kind: 'hang', when: isLast, times: Number.POSITIVE_INFINITY });
    const args = ['ingest', 'more', '--ollama-url', ollama.url, '--cache', 'none', '--batch-size', '4'];
    const { child, done } = workspace.start(args);
    await expect
      .poll(embedWhy, { timeout: 20_000 })
      .toMatch(
        /: taken \(markdown\), but not in the index yet: the run is under way \(.*\), \d+ % done; wait/,
      );
    if (when === 'later')
      await eventually(() => journalBytes(join(workspace.dir, 'embeddings'))).toBeGreaterThan(1000);
    child.kill('SIGKILL');
    await done;
    const told = (await workspace.embed(['status'])).stdout;
    expect(told).toMatch(/\n {2}run +was interrupted at \d+ %\n +embed ingest more --out \S+\n/);
    expect((await json('status')).run).toMatchObject({ state: 'interrupted', roots: ['more'] });
    expect(await embedWhy()).toMatch(
      /the run was interrupted at \d+ %; `embed ingest <the same paths> --out \S+` goes on/,
    );
  },
);
const embedWhy = async () => (await workspace.embed(['why', 'more/page 9.md'])).stdout;

test('why: after the output was moved, it says so, as status does', async () => {
  expect((await ingest()).code).toBe(0);
  mkdirSync(join(workspace.dir, 'deep'));
  renameSync(join(workspace.dir, 'embeddings'), join(workspace.dir, 'deep/index'));
  const told = async (path: string) => (await workspace.embed(['why', '-o', 'deep/index', path])).stdout;
  expect(await told('docs/a.md')).toMatch(
    /: in the index under another place: 1 document, 1 row of docs\/a\.md, which is gone; if it or the index was moved: `embed ingest` with its paths/,
  );
  expect(await told('docs')).toMatch(/: 3 documents, \d+ rows of docs, which is gone;/);
  write('other.md', 'Other.\n');
  expect(await told('other.md')).toContain('not named: no run');
  expect((await json('why', '-o', 'deep/index', 'docs/a.md')).paths).toMatchObject([
    { fate: 'not-named', movedFrom: 'docs/a.md', rows: 1 },
  ]);
});

test('status: a run that --limit or its time window ended was not interrupted', async () => {
  await using ollama = await startOllama();
  const server = ['--ollama-url', ollama.url, '--cache', 'none'];
  expect((await workspace.embed(['ingest', 'docs', ...server, '--limit', '2'])).code).toBe(0);
  expect(await json('status')).toMatchObject({
    lastRun: { result: 'done' },
    run: { state: 'paused', pausedBy: 'limit' },
  });
  expect((await workspace.embed(['status'])).stdout).not.toContain('interrupted');
  write('docs/c.md', '# C\n\nThe third one.\n');
  const over = await workspace.embed(['ingest', 'docs', ...server, '--max-time', '1ms']);
  expect([over.code, over.stderr]).toEqual([0, expect.stringContaining('time is up: ')]);
  const { lastRun, run } = await json('status');
  expect([lastRun, run]).toMatchObject([
    { result: 'time-up', share: expect.any(Number) },
    { state: 'paused', pausedBy: 'max-time', share: expect.any(Number) },
  ]);
  const told = (await workspace.embed(['status'])).stdout;
  expect(told).toMatch(
    /last run .*, stopped by its time window \(--max-time\), \d+ % done: the next run goes on/,
  );
  expect(told).not.toContain('interrupted');
  const { checks } = await json('doctor', '--embedder', 'builtin');
  expect(checks.find(({ id }: { id: string }) => id === 'output.run')).toMatchObject({
    status: 'ok',
    seen: expect.stringMatching(/^stopped by its time window; .* are kept for the next run$/),
  });
});

test('why: in the index, or left out by which line of which file', async () => {
  write('.gitignore', '# mine\n*.log\n\ndrafts/\n');
  write('docs/.embedignore', '*.tmp\n!keep.tmp\n');
  write('docs/x.tmp', 'temporary');
  write('docs/keep.tmp', 'kept');
  write('docs/.secret', 'hidden');
  write('docs/logo.png', Buffer.from([0x89, 0x50, 0, 0]));
  write('docs/big.md', 'x'.repeat(3000));
  write('docs/data', Buffer.from([0, 1, 2, 0, 255, 254]));
  write('elsewhere.md', 'Not under docs.\n');
  symlinkSync('../elsewhere.md', join(workspace.dir, 'docs/link.md'));
  await ingest();
  write('docs/b.md', 'It changed.\n');
  write('docs/new.md', 'It is new.\n');
  const rules = ['--exclude', 'big*', '--max-file-size', '2000'];
  const paths = [
    'docs/a.md',
    'docs/b.md',
    'docs/new.md',
    'docs/drafts/plan.md',
    'docs/x.tmp',
    'docs/keep.tmp',
    'docs/.secret',
    'docs/logo.png',
    'docs/big.md',
    'docs/data',
    'docs/link.md',
    'elsewhere.md',
    'docs',
  ];
  const { paths: told } = await json('why', ...paths, ...rules);
  const fates = Object.fromEntries(
    told.map(({ path, fate, reason, rule }: PathFate) => [
      path,
      [fate, reason, rule && `${rule.file?.slice(workspace.dir.length)}:${rule.line} ${rule.pattern}`]
        .filter((one) => one !== undefined)
        .join(', '),
    ]),
  );
  expect(fates).toEqual({
    'docs/a.md': 'taken',
    'docs/b.md': 'taken',
    'docs/new.md': 'taken',
    'docs/drafts/plan.md': 'left-out, ignored, /.gitignore:4 drafts/',
    'docs/x.tmp': 'left-out, ignored, /docs/.embedignore:1 *.tmp',
    'docs/keep.tmp': 'taken',
    'docs/.secret': 'left-out, hidden',
    'docs/logo.png': 'left-out, binary',
    'docs/big.md': 'left-out, excluded, undefined:undefined --exclude big*',
    'docs/data': 'left-out, no-reader',
    'docs/link.md': 'left-out, link',
    'elsewhere.md': 'not-named',
    docs: 'taken',
  });
  expect(told[0]).toMatchObject({ documents: 1, rows: 1, changed: false, format: 'markdown' });
  expect(told[1]).toMatchObject({ rows: 1, changed: true });
  expect(told[2]).toMatchObject({ rows: 0, documents: 0 });
  expect(told[12].documents).toBe(4);
  const { stdout } = await workspace.embed(['why', 'docs/drafts/plan.md', 'docs/big.md']);
  expect(stdout).toContain('docs/drafts/plan.md: left out, with docs/drafts: .gitignore:4 drafts/\n');
  expect(stdout).toContain('docs/big.md: in the index (markdown): 1 document, ');
  const some = await workspace.embed(['why', 'docs/none.md', 'docs/big.md', 'nil']);
  expect([some.code, some.stdout]).toEqual([2, expect.stringMatching(/^docs\/big\.md: in the index .*\n$/)]);
  for (const name of ['docs/none.md', 'nil']) expect(some.stderr).toContain(`There is no file "${name}"`);
});

test('why: a line that takes a file back has no effect where its folder is left out, and what to write', async () => {
  mkdirSync(join(workspace.dir, 'docs/drafts/old'));
  write('docs/drafts/old/o.md', 'Old.\n');
  write('docs/drafts/x.md', 'X.\n');
  const asked = ['docs/drafts/plan.md', 'docs/drafts/old/o.md', 'docs/drafts/x.md'];
  const plan = '!drafts/plan.md\n!drafts/old/o.md\n';
  const nested = ['!drafts/old/', 'drafts/old/*'];
  for (const { git = '', own, write: lines } of [
    { own: 'drafts/\n', write: ['drafts/*'] },
    { own: '/drafts\n', write: ['/drafts/*'] },
    { own: '**/drafts/\n', write: ['**/drafts/*'] },
    { own: 'dr*ts/\n', write: ['!drafts/', 'drafts/*'] },
    { git: 'drafts\n', own: '', write: ['!drafts/', 'drafts/*'] },
  ]) {
    write('docs/.gitignore', git);
    write('.gitignore', '');
    write('docs/.embedignore', own + plan);
    const { paths } = await json('why', ...asked);
    const line = own === '' ? 1 : 2;
    expect(paths).toMatchObject([
      { fate: 'left-out', vain: { line, pattern: '!drafts/plan.md', write: lines } },
      { fate: 'left-out', vain: { line: line + 1, write: [...lines, ...nested] } },
      { fate: 'left-out' },
    ]);
    expect(paths[2]).not.toHaveProperty('vain');
    // What it says to write makes it work.
    const kept = lines.length > 1 ? own : '';
    write('docs/.embedignore', `${kept}${[...lines, ...nested].join('\n')}\n${plan}`);
    const fates = (await json('why', ...asked)).paths.map(({ fate }: PathFate) => fate);
    expect(fates).toEqual(['taken', 'taken', 'left-out']);
  }
  write('docs/.gitignore', '');
  write('docs/.embedignore', `drafts/\n${plan}`);
  expect((await workspace.embed(['why', asked[0]!])).stdout).toBe(
    'docs/drafts/plan.md: left out, with docs/drafts: docs/.embedignore:1 drafts/; docs/.embedignore:2 !drafts/plan.md ' +
      'has no effect there, as its folder is left out: write `drafts/*` instead of `drafts/`\n',
  );
});

test('why: a name without its folders is answered with the documents and failures that end in it', async () => {
  write('docs/broken.ipynb', '{');
  await ingest();
  const here = (...args: string[]) => workspace.embed(args, { cwd: join(workspace.dir, 'docs/drafts') });
  const { code, stderr } = await here('why', 'broken.ipynb', 'b.md', 'nil.md');
  expect([code, stderr.split('\n').slice(0, 3)]).toEqual([
    2,
    [
      'error: There is no file "broken.ipynb", and the output has no document of that name: `embed why ../broken.ipynb` may be meant.',
      'error: There is no file "b.md", and the output has no document of that name: `embed why ../b.md` may be meant.',
      'error: There is no file "nil.md", and the output has no document of that name: `embed list` names those that it has.',
    ],
  ]);
  expect((await json('why', 'b.md')).paths).toMatchObject([{ fate: 'unknown', alike: ['docs/b.md'] }]);
});

test('why: without an index it answers for the working folder, and a document may be named as it is found', async () => {
  write('.gitignore', 'drafts/\n');
  const [plan, a] = (await json('why', 'docs/drafts/plan.md', 'docs/a.md')).paths;
  expect(plan).toMatchObject({ fate: 'left-out', at: 'docs/drafts' });
  expect(a).toMatchObject({ fate: 'taken', rows: 0 });
  write('docs/posts.jsonl', '{"id":"1","text":"One."}\n{"id":"2"\n');
  await ingest('--out', 'deep/index');
  const [record, file] = (await json('why', 'docs/posts.jsonl', '--out', 'deep/index')).paths.concat(
    (await json('why', `${workspace.dir}/docs/posts.jsonl#1`, '--out', 'deep/index')).paths,
  );
  expect(record).toMatchObject({ documents: 1, rows: 1, format: 'jsonl', failures: [{ code: 'malformed' }] });
  expect(file).toMatchObject({ fate: 'taken', rows: 1 });
});

test('English only: said in the first line, and of chunks and questions in another language', async () => {
  const german =
    'Die Datenbank wird jede Nacht gesichert, und einmal im Monat üben wir die Wiederherstellung zusammen.';
  const plain = await workspace.embed(['ingest', 'docs', '--cache', 'none']);
  expect(plain.stderr).toContain('using the built-in embedder, English only.');
  expect(plain.stderr).not.toContain("isn't English");
  write('docs/notiz.md', `${german}\n`);
  const { stderr } = await ingest();
  expect(stderr).toContain(
    "warning: 1 of 1 chunk isn't English, and the built-in embedder knows English alone",
  );
  expect(stderr).toContain('ollama pull bge-m3');
  expect((await ingest()).stderr).not.toContain('English alone');
  const asked = await workspace.embed(['search', 'Wie oft wird die Datenbank gesichert?']);
  expect(asked.stderr).toContain('warning: The question seems not to be English');
  expect((await workspace.embed(['search', 'how often is the database saved'])).stderr).toBe('');
  const doctor = await json('doctor', '--embedder', 'builtin', '--cache', 'none', '--timeout', '60s');
  const languages = doctor.checks.find(({ id }: { id: string }) => id.endsWith('languages'));
  expect(languages).toMatchObject({ status: 'warning', mend: expect.stringContaining('--model bge-m3') });
});

test('an index is found from a subfolder, and asked by the servers that made it', async () => {
  await using ollama = await startOllama();
  await workspace.embed(['ingest', 'docs', '--ollama-url', ollama.url, '--cache', 'none']);
  const cwd = join(workspace.dir, 'docs', 'drafts');
  const env = { HOME: join(workspace.dir, '.home') };
  const here = (...args: string[]) => workspace.embed([...args, '--json'], { cwd, env });
  const found = await here('search', 'The second one.', '-k', '1');
  expect(found.stderr).toBe(`Ollama: ${ollama.url}, as the index was made\n`);
  expect(JSON.parse(found.stdout).results[0].metadata.source).toBe('docs/b.md');
  expect(JSON.parse((await here('status')).stdout)).toMatchObject({
    out: '../../embeddings',
    addresses: [ollama.url],
    index: { embedder: 'ollama' },
  });
  expect(JSON.parse((await here('why', 'plan.md')).stdout).paths[0]).toMatchObject({ rows: 1 });
  expect((await here('verify')).code).toBe(0);
  // What is said counts, and an index of this folder.
  expect((await here('search', 'x', '--out', 'embeddings')).code).toBe(2);
  expect((await here('search', 'x', '--ollama-url', 'http://127.0.0.1:1')).code).toBe(4);
  mkdirSync(join(cwd, 'embeddings/.run'), { recursive: true });
  expect((await here('list')).code).toBe(2);
});

test('a server with a password in its address is not noted', async () => {
  await using ollama = await startOllama();
  const url = ollama.url.replace('http://', 'http://me:hush@');
  await workspace.embed(['ingest', 'docs', '--ollama-url', url, '--cache', 'none']);
  const told = await workspace.embed(['status']);
  expect(told.stdout).toContain('server     not known here');
  expect(JSON.stringify(notesIn(join(workspace.dir, '.home/.local/state/embed/outputs')))).not.toContain(
    'hush',
  );
});

const notesIn = (folder: string) =>
  readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));

test('-v names what a rule leaves out, and counts by rule', async () => {
  write('.gitignore', 'drafts/\n*.log\n');
  write('docs/1.log', 'one');
  write('docs/2.log', 'two');
  write('docs/.hidden', 'three');
  const { stderr } = await ingest('-v', '--exclude', 'b.*');
  expect(stderr).toContain('left out   docs/drafts: .gitignore:1 drafts/\n');
  expect(stderr).toContain('left out   docs/.hidden: hidden: its name begins with a dot\n');
  expect(stderr).toContain('by rule    2 by .gitignore:2 *.log, ');
  for (const one of ['1 by .gitignore:1 drafts/', '1 by --exclude b.*', '1 hidden'])
    expect(stderr).toContain(one);
});

test('a dry run says so, and knows what the journal and the cache keep', async () => {
  const cached = ['ingest', 'docs', '--embedder', 'builtin', '--cache', 'disk'];
  const plan = JSON.parse((await workspace.embed([...cached, '-n', '--json'])).stdout);
  expect(plan).toMatchObject({ dryRun: true, chunks: { embedded: 3, cached: 0 } });
  await workspace.embed(cached);
  write('docs/c.md', 'The third.\n');
  await workspace.embed(cached);
  rmSync(join(workspace.dir, 'docs/c.md'));
  await workspace.embed(cached);
  // Its vector is in the cache alone.
  write('docs/c.md', 'The third.\n');
  const { stdout, stderr } = await workspace.embed([...cached, '-n', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ dryRun: true, chunks: { embedded: 0, cached: 1 } });
  expect(stderr).toContain('0 reused, 1 in the cache');
  expect(JSON.parse((await workspace.embed([...cached, '--json'])).stdout)).not.toHaveProperty('dryRun');
});

test('a refused removal names what would go', async () => {
  await ingest();
  rmSync(join(workspace.dir, 'docs/a.md'));
  rmSync(join(workspace.dir, 'docs/b.md'));
  for (const args of [[], ['--dry-run']]) {
    const { code, stderr } = await ingest(...args);
    expect(code).toBe(2);
    expect(stderr).toContain('They are docs/a.md, docs/b.md.');
  }
});

test('plain text on standard input is refused with what is wanted; nothing to find is no success', async () => {
  const plain = await workspace.embed(['ingest', '-', ...builtin], { stdin: 'id,text\n1,one\n' });
  expect(plain.code).toBe(2);
  expect(plain.stderr).toContain(
    'Standard input is no JSON Lines, one {"id","text"} a line: it begins with "id,text"',
  );
  const blank = await workspace.embed(['ingest', '-', ...builtin], { stdin: '\n {"id":"b"}\n' });
  expect(blank.code).toBe(0);
  expect(blank.stderr).toContain('! nothing to find in ./embeddings');
  expect(blank.stderr).toContain(
    '1 new, 0 changed, 0 unchanged, 0 removed, 0 failed; 1 of them without text',
  );
  expect((await workspace.embed(['search', 'x'])).stderr).toContain('Nothing found');
});

test('-v names each document that is new, changed, moved or removed, in a dry run, too', async () => {
  write('docs/c.md', 'The third.\n');
  const first = await ingest('-v');
  expect(first.stderr).toContain('new        docs/a.md\n');
  write('docs/a.md', 'Another text.\n');
  renameSync(join(workspace.dir, 'docs/b.md'), join(workspace.dir, 'docs/z.md'));
  rmSync(join(workspace.dir, 'docs/c.md'));
  const told = ['changed    docs/a.md', 'moved      docs/b.md → docs/z.md', 'removed    docs/c.md'];
  const lines = ({ stderr }: { stderr: string }) =>
    stderr.split('\n').filter((line) => line.includes('  docs/'));
  expect(lines(await ingest('-v', '--dry-run'))).toEqual(told);
  expect(lines(await ingest('-v'))).toEqual(told);
  expect(lines(await ingest('-v'))).toEqual([]);
});

test('list and status take the folder of an output as verify does', async () => {
  expect((await ingest('--out', 'index')).code).toBe(0);
  expect((await json('list', './index')).documents).toEqual((await json('list', '--out', 'index')).documents);
  expect((await json('status', './index')).index).toEqual((await json('status', '--out', 'index')).index);
  for (const command of ['list', 'status']) {
    expect(await workspace.embed([command, 'none', '--out', 'index'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Name the output once'),
    });
    expect((await workspace.embed([command, 'none'])).stderr).toContain('There is no index in none');
  }
});

test('get, list and why take a document as a path, from where one stands, through a link, too', async () => {
  write('docs/posts.jsonl', '{"id":"1","text":"One."}\n');
  await ingest();
  const link = `${workspace.dir}-link`;
  symlinkSync(workspace.dir, link);
  try {
    for (const dir of ['./docs', 'docs/../docs', `${workspace.dir}/docs`, `${link}/docs`]) {
      for (const name of ['a.md', 'a.md:3', 'posts.jsonl#1']) {
        const { texts } = await json('get', `${dir}/${name}`);
        expect(texts).toMatchObject([{ source: `docs/${name.replace(':3', '')}` }]);
      }
      expect((await json('why', `${dir}/a.md`)).paths).toMatchObject([{ source: 'docs/a.md', rows: 1 }]);
    }
  } finally {
    rmSync(link);
  }
  const here = { cwd: join(workspace.dir, 'docs/drafts') };
  const listed = async (glob: string) =>
    (await workspace.embed(['list', '--source', glob], here)).stdout.match(/\S+\.md/g);
  expect(await listed('../*.md')).toEqual(['../a.md', '../b.md']);
  expect(await listed('./*')).toEqual(['plan.md']);
  expect(await listed(`${workspace.dir}/docs/[b-z]*`)).toEqual(['../b.md']);
  const found = await workspace.embed(['search', 'text', '--source', './*', '--json'], here);
  expect(JSON.parse(found.stdout).results).toMatchObject([{ metadata: { source: 'docs/drafts/plan.md' } }]);
  // What is gone is still a path.
  rmSync(join(workspace.dir, 'docs/b.md'));
  expect((await workspace.embed(['get', './docs/b.md:3'])).stdout).toContain('The second one.');
});

test('why: what failed as it is now is known, and its rows are of the file before', async () => {
  const scan = readFileSync(join(fixtures, 'formats/scan.pdf'));
  write('docs/x.pdf', readFileSync(join(fixtures, 'formats/bees.pdf')));
  write('docs/y.pdf', scan);
  await ingest();
  write('docs/x.pdf', scan);
  const fate = async (...args: string[]) => (await workspace.embed(['why', 'docs/x.pdf', ...args])).stdout;
  expect(await fate()).toContain('; changed since: the next run reads it again\n');
  await ingest();
  expect(await fate()).toMatch(
    /of the file as it was before; as it is now, it failed, and isn't tried again until/,
  );
  expect((await json('why', 'docs/x.pdf')).paths).toMatchObject([{ changed: true, knownFailure: true }]);
  expect((await workspace.embed(['why', 'docs/y.pdf'])).stdout).toContain(
    'docs/y.pdf: failed (pdf) (no-text: ',
  );
  expect((await workspace.embed(['why', 'docs/y.pdf'])).stdout).toMatch(
    /^[^\n]*, so it has no row; it isn't tried again until[^\n]*\n$/,
  );
  write('docs/blank.txt', '\n\n');
  await ingest();
  expect((await workspace.embed(['why', 'docs/blank.txt'])).stdout).toBe(
    'docs/blank.txt: not found (text): it holds no text\n',
  );
  write('docs/x.pdf', Buffer.concat([scan, Buffer.from('\n')]));
  expect(await fate()).toContain('; changed since: the next run reads it again\n');
  expect((await json('why', 'docs/x.pdf')).paths[0]).not.toHaveProperty('knownFailure');
});

test('get: the context that was embedded, a line beyond the end, and the records of a file', async () => {
  const rows = Array.from({ length: 60 }, (_, index) => `| name ${index} | the role of number ${index} |`);
  write('docs/table.md', `| name | role |\n| --- | --- |\n${rows.join('\n')}\n`);
  write('docs/people.csv', 'id,name,role\nb,Ada,writes programs\na,Grace,"finds\nmoths"\n');
  await ingest('--chunk-size', '100');
  const row = await workspace.embed(['get', 'docs/table.md:60']);
  expect(row.stderr).toMatch(/^embedded before it: .*name.*role.*\n$/);
  expect(row.stdout).toContain('the role of number 57');
  expect((await json('get', 'docs/table.md:60')).texts[0].context).toContain('role');
  expect((await json('get', 'docs/table.md')).texts[0]).not.toHaveProperty('context');
  const beyond = await workspace.embed(['get', 'docs/a.md:9999']);
  expect([beyond.code, beyond.stderr]).toEqual([
    0,
    expect.stringMatching(
      /^docs\/a\.md ends before that line: this is its last chunk, which starts on line \d\.\n$/,
    ),
  ]);
  expect((await json('get', 'docs/a.md:9999')).texts[0].lastLine).toBeGreaterThan(0);
  expect((await json('get', 'docs/a.md:3')).texts[0]).not.toHaveProperty('lastLine');
  const sources = async (what: string) =>
    (await json('get', what)).texts.map(({ source }: { source: string }) => source);
  expect((await sources('docs/people.csv')).sort()).toEqual(['docs/people.csv#a', 'docs/people.csv#b']);
  expect(await sources('./docs/people.csv:2')).toEqual(['docs/people.csv#b']);
  expect(await sources('docs/people.csv:4')).toEqual(['docs/people.csv#a']);
});
