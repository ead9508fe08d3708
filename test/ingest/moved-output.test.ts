// Outputs and folders that are moved: each document stays once in the output, and nothing is embedded again.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { findMoved } from '../../src/ingest/survey/moved-roots.js';
import { openOutput } from '../../src/output/read/output.js';
import { fingerprint, readOutput } from '../helpers/output.js';
import { ingest, markdown, ollama, setUp, summaryOf, workspace, writeFiles } from './run-workspace.js';

setUp();

const names = ['1', '2', '3', '4', '5', '6'];
const records = ['a', 'b'].map((id) => `${JSON.stringify({ id, text: `Record ${id}.` })}\n`).join('');

beforeEach(() => {
  for (const name of names) writeFiles(workspace.dir, { [`p/docs/${name}.md`]: markdown(name, 1) });
  writeFiles(workspace.dir, { 'p/docs/r.jsonl': records });
});

const path = (name: string): string => join(workspace.dir, name);
const all = (folder: string): string[] => [
  ...names.map((name) => `${folder}/${name}.md`),
  `${folder}/r.jsonl#a`,
  `${folder}/r.jsonl#b`,
];
const first = async (): Promise<void> => {
  expect((await ingest('p/docs', '--out', 'p/embeddings')).code).toBe(0);
};

/** The run after a move; what it makes must be what a first run makes. */
async function afterMove(root: string, to: string, docs = 'p/docs'): Promise<void> {
  const plan = summaryOf(await ingest(docs, '--out', to, '--dry-run', '--json'));
  const run = await ingest(docs, '--out', to, '--json');
  const expected = {
    documents: { new: 8, removed: 8, failed: 0 },
    elsewhere: [],
    moved: [{ root, documents: 8 }],
  };
  expect(plan).toMatchObject(expected);
  expect(summaryOf(run)).toMatchObject({ ...expected, chunks: { embedded: 0 }, requests: 0 });
  expect(run.stderr).toContain(`moved      8 documents of ${root} (`);
  expect(summaryOf(await ingest(docs, '--out', to, '--json'))).toMatchObject({ changed: false, moved: [] });
  expect((await ingest(docs, '--out', 'fresh')).code).toBe(0);
  expect(readOutput(path(to)).sources).toHaveLength(8);
}

test('an output that is moved away from its documents', async () => {
  await first();
  renameSync(path('p/embeddings'), path('idx'));
  await afterMove('docs', 'idx');
  expect(readOutput(path('idx')).sources).toEqual(all('p/docs'));
  expect(fingerprint(path('idx'))).toEqual(fingerprint(path('fresh')));
  renameSync(path('idx'), path('p/embeddings'));
  await afterMove('p/docs', 'p/embeddings');
  expect(readOutput(path('p/embeddings')).sources).toEqual(all('docs'));
});

test('an output that is copied to another place, where names are absolute', async () => {
  await first();
  mkdirSync(path('backup/deep'), { recursive: true });
  cpSync(path('p/embeddings'), path('backup/deep/idx'), { recursive: true });
  await afterMove('docs', 'backup/deep/idx');
  expect(readOutput(path('backup/deep/idx')).sources).toEqual(all(path('p/docs')));
});

test('an output that is moved to the folder of its documents, where absolute names become relative', async () => {
  mkdirSync(path('far'));
  expect((await ingest('p/docs', '--out', 'far/idx')).code).toBe(0);
  expect(readOutput(path('far/idx')).sources).toEqual(all(path('p/docs')));
  renameSync(path('far/idx'), path('p/embeddings'));
  await afterMove(path('p/docs'), 'p/embeddings');
  expect(readOutput(path('p/embeddings')).sources).toEqual(all('docs'));
});

test.each([
  ['a link to the folder', 'link', 'p/docs'],
  ['a link to a folder above', 'above/docs', 'p/docs'],
  ['another link', 'link', 'other'],
  ['..', 'p/docs/../../link', 'p/../p/docs'],
])('a folder that is named by another way: %s', async (_, before, now) => {
  symlinkSync(path('p/docs'), path('link'));
  symlinkSync(path('p/docs'), path('other'));
  symlinkSync(path('p'), path('above'));
  for (const [one, next] of [
    [before, now],
    [now, before],
  ] as const) {
    for (const out of ['idx', 'far/idx', 'p/idx']) {
      expect((await ingest(one, '--out', out)).code).toBe(0);
      const run = summaryOf(await ingest(next, '--out', out, '--json'));
      expect(run).toMatchObject({ chunks: { total: 8, embedded: 0 }, elsewhere: [] });
      expect(readOutput(path(out)).sources).toHaveLength(8);
      expect(summaryOf(await ingest(next, '--out', out, '--json'))).toMatchObject({ changed: false });
      rmSync(path(out), { recursive: true });
    }
  }
});

test('an output moved home: a part of the folder, an edit, a deletion, a rule, and what fails', async () => {
  mkdirSync(path('far'));
  writeFiles(workspace.dir, { 'p/docs/sub/x.md': markdown('x', 1), 'p/docs/bad.json': '{"id": ' });
  expect((await ingest('p/docs', '--out', 'far/idx')).code).toBe(3);
  renameSync(path('far/idx'), path('p/embeddings'));
  const part = summaryOf(await ingest('p/docs/sub', '--out', 'p/embeddings', '--json'));
  expect(part).toMatchObject({
    documents: { new: 1, removed: 1 },
    moved: [{ root: path('p/docs'), documents: 1 }],
    elsewhere: [{ root: path('p/docs'), documents: 8 }],
  });
  writeFileSync(path('p/docs/1.md'), markdown('other', 1));
  rmSync(path('p/docs/2.md'));
  writeFiles(workspace.dir, { 'p/docs/.embedignore': '3.md\n' });
  const run = await ingest('p/docs', '--out', 'p/embeddings', '--json');
  expect(run.code).toBe(0);
  expect(summaryOf(run)).toMatchObject({
    documents: { new: 6, unchanged: 1, removed: 8, failed: 0, knownFailed: 1 },
    chunks: { embedded: 1 },
    knownFailures: [{ source: 'docs/bad.json' }],
    elsewhere: [],
    moved: [{ root: path('p/docs'), documents: 6 }],
  });
  expect(readOutput(path('p/embeddings')).sources).toHaveLength(7);
});

test('an output in which absolute and relative names stand for the same files comes right', async () => {
  mkdirSync(path('far'));
  expect((await ingest('p/docs', '--out', 'far/idx')).code).toBe(0);
  renameSync(path('far/idx'), path('p/embeddings'));
  expect((await ingest('p/docs', '--out', 'p/embeddings', '--limit', '100')).code).toBe(0);
  expect(readOutput(path('p/embeddings')).sources).toHaveLength(16);
  const run = summaryOf(await ingest('p/docs', '--out', 'p/embeddings', '--json'));
  expect(run).toMatchObject({
    documents: { unchanged: 8, removed: 8 },
    moved: [{ root: path('p/docs'), documents: 8 }],
  });
  expect(readOutput(path('p/embeddings')).sources).toEqual(all('docs'));
});

test('equal files at other places stay beside each other', async () => {
  mkdirSync(path('far'));
  cpSync(path('p/docs'), path('q/docs'), { recursive: true });
  expect((await ingest('q/docs', '--out', 'far/idx')).code).toBe(0);
  renameSync(path('far/idx'), path('p/embeddings'));
  const run = summaryOf(await ingest('p/docs', '--out', 'p/embeddings', '--json'));
  expect(run).toMatchObject({
    documents: { new: 8, removed: 0 },
    moved: [],
    elsewhere: [{ root: path('q/docs'), documents: 8 }],
  });
});

test('a folder that is renamed', async () => {
  await first();
  renameSync(path('p/docs'), path('p/texts'));
  await afterMove('docs', 'p/embeddings', 'p/texts');
  expect(readOutput(path('p/embeddings')).sources).toEqual(all('texts'));
});

test('what was edited, deleted or broken since is told by its name', async () => {
  writeFiles(workspace.dir, { 'p/docs/bad.json': '{"id": ' });
  expect((await ingest('p/docs', '--out', 'p/embeddings')).code).toBe(3);
  renameSync(path('p/embeddings'), path('idx'));
  writeFileSync(path('p/docs/1.md'), markdown('other', 1));
  rmSync(path('p/docs/2.md'));
  rmSync(path('p/docs/bad.json'));
  const run = summaryOf(await ingest('p/docs', '--out', 'idx', '--json'));
  expect(run).toMatchObject({
    documents: { new: 7, removed: 8, failed: 0, knownFailed: 0 },
    elsewhere: [],
    moved: [{ root: 'docs', documents: 7 }],
  });
  expect(readOutput(path('idx')).sources).toEqual(
    all('p/docs').filter((source) => !source.includes('/2.md')),
  );
  expect(existsSync(path('idx/failures.jsonl'))).toBe(false);
});

test('what failed before a move is known after it', async () => {
  writeFiles(workspace.dir, { 'p/docs/bad.json': '{"id": ' });
  expect((await ingest('p/docs', '--out', 'p/embeddings')).code).toBe(3);
  renameSync(path('p/embeddings'), path('idx'));
  const run = await ingest('p/docs', '--out', 'idx', '--json');
  expect(run.code).toBe(0);
  expect(summaryOf(run)).toMatchObject({
    documents: { failed: 0, knownFailed: 1 },
    knownFailures: [{ source: 'p/docs/bad.json', code: 'malformed' }],
  });
  expect(summaryOf(await ingest('p/docs', '--out', 'idx', '--json'))).toMatchObject({ changed: false });
});

test('an output in which the documents stand twice comes right', async () => {
  await first();
  renameSync(path('p/embeddings'), path('idx'));
  // With a limit nothing is taken for moved, as not all files are read.
  const limited = summaryOf(await ingest('p/docs', '--out', 'idx', '--limit', '100', '--json'));
  expect(limited).toMatchObject({ documents: { new: 8, removed: 0 }, moved: [] });
  expect(readOutput(path('idx')).sources).toHaveLength(16);
  const run = summaryOf(await ingest('p/docs', '--out', 'idx', '--json'));
  expect(run).toMatchObject({
    documents: { unchanged: 8, removed: 8 },
    moved: [{ root: 'docs', documents: 8 }],
  });
});

test('what a filter hides stays under its old name until it is seen', async () => {
  await first();
  renameSync(path('p/embeddings'), path('idx'));
  const some = summaryOf(await ingest('p/docs', '--out', 'idx', '--exclude', '{5,6}.md', '--json'));
  expect(some).toMatchObject({
    documents: { new: 6, removed: 6 },
    elsewhere: [{ root: 'docs', documents: 2 }],
  });
  const rest = summaryOf(await ingest('p/docs', '--out', 'idx', '--json'));
  expect(rest).toMatchObject({ documents: { new: 2, removed: 2 }, elsewhere: [] });
});

test('with a window of time, old names go when all new ones are there', async () => {
  await first();
  renameSync(path('p/embeddings'), path('idx'));
  const run = summaryOf(await ingest('p/docs', '--out', 'idx', '--max-time', '10m', '--json'));
  expect(run).toMatchObject({ chunks: { total: 8, embedded: 0 }, moved: [{ root: 'docs', documents: 8 }] });
  expect(readOutput(path('idx')).sources).toEqual(all('p/docs'));
});

test('a folder that is copied, or shares a few files, is another one', async () => {
  await first();
  cpSync(path('p/docs'), path('p/copy'), { recursive: true });
  const copy = summaryOf(await ingest('p/copy', '--out', 'p/embeddings', '--json'));
  expect(copy).toMatchObject({ documents: { new: 8, removed: 0 }, moved: [] });
  rmSync(path('p/docs'), { recursive: true });
  mkdirSync(path('p/next'));
  cpSync(path('p/copy/1.md'), path('p/next/1.md'));
  writeFiles(workspace.dir, { 'p/next/new.md': markdown('new', 1) });
  const next = summaryOf(await ingest('p/next', '--out', 'p/embeddings', '--json'));
  expect(next).toMatchObject({ documents: { new: 2, removed: 0 }, moved: [] });
  expect(next.elsewhere).toHaveLength(2);
});

test('records of standard input keep their names', async () => {
  await first();
  const pipe = (to: string) =>
    workspace.embed(
      [
        'ingest',
        '-',
        '--out',
        to,
        '--ollama-url',
        ollama.url,
        '--model',
        'all-minilm',
        '--cache',
        'none',
        '--json',
      ],
      { stdin: `${JSON.stringify({ id: 'x', text: 'From a pipe.' })}\n` },
    );
  expect(summaryOf(await pipe('p/embeddings')).documents.new).toBe(1);
  renameSync(path('p/embeddings'), path('idx'));
  expect(summaryOf(await ingest('p/docs', '--out', 'idx', '--json')).documents).toMatchObject({
    new: 8,
    removed: 8,
  });
  expect(summaryOf(await pipe('idx'))).toMatchObject({
    changed: false,
    documents: { unchanged: 9, removed: 0 },
  });
  expect(readOutput(path('idx')).sources).toEqual([...all('p/docs'), 'stdin.jsonl#x']);
});

test.each([
  ['away from its documents', 'p/embeddings', 'idx', 'p/docs'],
  ['to the folder of its documents', 'far/idx', 'p/embeddings', 'docs'],
])('shards of an output that is moved %s', async (_, from, to, folder) => {
  const shards = ['1/2', '2/2'];
  const run = async (to: string) => {
    const runs = [];
    for (const shard of shards) {
      runs.push(
        summaryOf(await ingest('p/docs', '--out', to, '--shard', shard, '--cache', 'disk', '--json')),
      );
    }
    return runs;
  };
  await run(from);
  expect((await workspace.embed(['merge', '--out', from])).code).toBe(0);
  renameSync(path(from), path(to));
  const after = await run(to);
  expect(after.map(({ chunks }) => chunks.embedded)).toEqual([0, 0]);
  expect(after.reduce((sum, { documents }) => sum + documents.new, 0)).toBe(8);
  expect((await workspace.embed(['merge', '--out', to])).code).toBe(0);
  expect(readOutput(path(to)).sources).toEqual(all(folder));
});

/** Files that were read once, and can't be read any more. */
const good: Record<string, string> = {
  'whole.json': JSON.stringify({ title: 'Whole', text: 'Twice.' }),
  'some.jsonl': records,
  'none.jsonl': records,
};
const broken: Record<string, string> = {
  'whole.json': '{"id": ',
  'some.jsonl': `${records.split('\n')[0]}\nno record\n`,
  'none.jsonl': '\0\u0001\u0002',
};

const into = (folder: string, files: Record<string, string>): void =>
  writeFiles(
    workspace.dir,
    Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text])),
  );

/** What `run` makes after files were broken must be what a first run makes of them whole. */
async function expectKept(docs: string, to: string, ...flags: string[]): Promise<void> {
  const failing = Object.keys(broken).length;
  const plan = summaryOf(await ingest(docs, '--out', to, '--dry-run', '--json', ...flags));
  const run = summaryOf(await ingest(docs, '--out', to, '--json', ...flags));
  for (const { chunks, documents, elsewhere } of [plan, run]) {
    expect(chunks).toMatchObject({ total: 13, embedded: 0 });
    expect([documents.failed + documents.knownFailed, elsewhere]).toEqual([failing, []]);
  }
  expect(summaryOf(await ingest(docs, '--out', to, '--json', ...flags))).toMatchObject({
    changed: false,
    documents: { unchanged: 13, failed: 0, knownFailed: failing },
  });
  const now = ['chunks.jsonl', 'vectors.npy', 'rows.sum'].map((name) => readFileSync(path(`${to}/${name}`)));
  into(docs, good);
  expect((await ingest(docs, '--out', 'fresh', ...flags)).code).toBe(0);
  // Beside `fresh`, names are the same.
  const fresh = ['chunks.jsonl', 'vectors.npy', 'rows.sum'].map((name) =>
    readFileSync(path(`fresh/${name}`)),
  );
  expect(now.map(String)).toEqual(fresh.map(String));
  const mended = summaryOf(await ingest(docs, '--out', to, '--json', ...flags));
  expect(mended).toMatchObject({ chunks: { total: 13, embedded: 0 }, documents: { failed: 0 } });
  expect(fingerprint(path(to))).toEqual(fingerprint(path('fresh')));
}

async function broke(...flags: string[]): Promise<void> {
  into('p/docs', good);
  expect((await ingest('p/docs', '--out', 'p/idx', ...flags)).code).toBe(0);
  into('p/docs', broken);
  expect((await ingest('p/docs', '--out', 'p/idx', ...flags)).code).toBe(3);
}

test.each([[[]], [['--format', 'jsonl', '--dtype', 'float16']]])(
  'rows of documents that fail stay when the output is moved, with flags %j',
  async (flags) => {
    await broke(...flags);
    renameSync(path('p/idx'), path('idx'));
    await expectKept('p/docs', 'idx', ...flags);
  },
);

test('rows of documents that fail stay when their folder is moved, or named by another way', async () => {
  await broke();
  mkdirSync(path('q'));
  renameSync(path('p/idx'), path('idx'));
  renameSync(path('p/docs'), path('q/texts'));
  symlinkSync(path('q/texts'), path('link'));
  const link = summaryOf(await ingest('q/texts', '--out', 'idx', '--json'));
  expect(link.chunks).toMatchObject({ total: 13, embedded: 0 });
  await expectKept('link', 'idx');
});

test('rows of documents that fail stay when these get other names in their folder', async () => {
  await broke();
  renameSync(path('p/idx'), path('idx'));
  renameSync(path('p/docs'), path('docs'));
  expect(summaryOf(await ingest('docs', '--out', 'idx', '--json')).chunks.total).toBe(13);
  for (const name of Object.keys(broken)) renameSync(path(`docs/${name}`), path(`docs/new-${name}`));
  const run = summaryOf(await ingest('docs', '--out', 'idx', '--json'));
  expect(run).toMatchObject({ chunks: { total: 13, embedded: 0 }, documents: { new: 5, removed: 5 } });
  const sources = new Set(readOutput(path('idx')).sources);
  for (const name of ['whole.json', 'some.jsonl#a', 'some.jsonl#b', 'none.jsonl#a', 'none.jsonl#b']) {
    expect(sources).toContain(`docs/new-${name}`);
  }
});

test('a file that can only be listed is not lost when the output is moved', async () => {
  await first();
  renameSync(path('p/embeddings'), path('idx'));
  const previous = (await openOutput(path('idx')))!;
  onTestFinished(() => previous.close());
  const root = 'p/docs';
  const file = (name: string) => {
    const [source, at] = [`${root}/${name}`, path(`p/docs/${name}`)];
    return { kind: 'file' as const, source, path: Buffer.from(at), size: 1, root };
  };
  const failure = {
    kind: 'failure' as const,
    failure: { source: `${root}/1.md`, code: 'unreadable' as const },
  };
  async function* entries() {
    yield [{ ...failure, root }, ...names.slice(2).map((name) => file(`${name}.md`))];
  }
  const named = { labels: [root], others: [], searched: [], base: workspace.dir };
  const files = new Map(names.map((name) => [`docs/${name}.md`, 'docs']));
  const unread = new Map<string, string>();
  const options = { previous, named, entries: entries(), isComplete: true, maxFileSize: 1e6, unread };
  const moved = await findMoved(files, options);
  expect([...moved.lost]).toEqual(['docs/2.md']);
  expect(moved.oldNames.get(`${root}/1.md`)).toBe('docs/1.md');
});
