// A newer reader, or another splitter, reads unchanged files again: the files of its format alone, and only what changed
// is embedded again. An output of the version before is made by giving its manifest other versions.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { pinnedReaders, pinnedSplitter } from '../../src/ingest/pinned.js';
import { fingerprint } from '../helpers/output.js';
import { ingest, markdown, ollama, out, setUp, summaryOf, workspace, writeFiles } from './run-workspace.js';

setUp();

let first: Record<string, string>;

beforeEach(async () => {
  writeFiles(workspace.dir, {
    'docs/a.md': markdown('alpha', 4),
    'docs/b.md': markdown('beta', 4),
    'docs/c.txt': 'One plain paragraph.\n\nAnd another one.\n',
    'docs/d.jsonl': '{"id":"x","text":"The first record."}\n{"id":"y","text":"The second record."}\n',
    'docs/page': '<!doctype html><p>A page whose name has no ending.</p>',
    'docs/mail.eml': 'Subject: Hello\nFrom: a@example.org\n\nThe text of a mail.\n',
  });
  expect((await ingest('docs')).code).toBe(0);
  first = fingerprint(out);
});

function manifest(): string {
  return readFileSync(join(out, 'manifest.json'), 'utf8');
}

/** Gives the manifest other versions; a format of version 0 was unknown to the version that made it. */
function made({ readers = {}, splitter }: { readers?: Record<string, number>; splitter?: string }): void {
  const versions = Object.entries({ ...pinnedReaders, ...readers }).filter(([, version]) => version > 0);
  let text = manifest().replace(
    /^"readers":.*$/m,
    `"readers":${JSON.stringify(Object.fromEntries(versions))},`,
  );
  if (splitter) text = text.replace(`"splitter":"${pinnedSplitter}"`, `"splitter":"${splitter}"`);
  expect(text).not.toBe(manifest());
  writeFileSync(join(out, 'manifest.json'), text);
}

async function run(...flags: string[]) {
  const result = await ingest('docs', '--json', ...flags);
  expect(result.code).toBe(0);
  const { documents, newer, chunks, changed } = summaryOf(result);
  expect(chunks.embedded).toBe(0);
  return {
    reread: documents.reread,
    unchanged: documents.unchanged,
    changed: documents.changed,
    newer,
    wrote: changed,
  };
}

// A mail may hold files of any format, so it is read again, too.
test.each([
  ['markdown', 99, ['eml', 'markdown'], 3],
  ['text', 99, ['eml', 'text'], 2],
  ['jsonl', 0, ['eml', 'jsonl'], 3],
  ['html', 99, ['eml', 'html'], 2],
])('another version of the reader of %s (%i)', async (format, version, newer, reread) => {
  made({ readers: { [format]: version } });
  expect(await run('--dry-run')).toMatchObject({ reread, changed: 0, unchanged: 7 - reread });
  expect(await run()).toEqual({
    reread,
    changed: 0,
    unchanged: 7 - reread,
    newer,
    wrote: true,
  });
  expect(fingerprint(out)).toEqual(first);
  expect(await run()).toEqual({ reread: 0, changed: 0, unchanged: 7, newer: [], wrote: false });
});

test('a version that no file needs asks no server', async () => {
  rmSync(join(workspace.dir, 'docs/mail.eml'));
  await run();
  const before = fingerprint(out);
  made({ readers: { rst: 99 } });
  await ollama.die();
  expect(await run()).toMatchObject({ reread: 0, newer: [] });
  expect(fingerprint(out)).toEqual(before);
});

test('documents that the run does not reach are marked, and read by the next that does', async () => {
  made({ readers: { markdown: 99, jsonl: 99 } });
  expect(await run('--limit', '1')).toMatchObject({ reread: 1, newer: ['markdown'] });
  const marked = manifest().match(/^.*"outdated":true.*$/gm)!;
  expect(marked.map((line) => JSON.parse(line.replace(/,$/, '')).source)).toEqual([
    'docs/b.md',
    'docs/d.jsonl#x',
    'docs/d.jsonl#y',
    'docs/mail.eml',
    // Its name doesn't tell which reader it has.
    'docs/page',
  ]);
  expect(await run('--limit', '1')).toMatchObject({ reread: 0, wrote: false });
  expect(await run()).toMatchObject({ reread: 5, unchanged: 2 });
  expect(fingerprint(out)).toEqual(first);
});

test('another splitter splits all documents again, those that a run does not reach later', async () => {
  made({ splitter: '0' });
  expect(await run('--limit', '2')).toMatchObject({ reread: 2, newer: ['splitter'] });
  expect(await run()).toMatchObject({ reread: 5, unchanged: 2 });
  expect(fingerprint(out)).toEqual(first);
});

test('a document that fails keeps its rows, and is read again until it succeeds', async () => {
  writeFiles(workspace.dir, { 'docs/mail.eml': Buffer.alloc(64) });
  made({ readers: { eml: 99 } });
  expect(await ingest('docs')).toMatchObject({ code: 3 });
  expect(manifest().match(/"outdated":true/g)).toHaveLength(1);
  writeFiles(workspace.dir, {
    'docs/mail.eml': 'Subject: Hello\nFrom: a@example.org\n\nThe text of a mail.\n',
  });
  expect(await run()).toMatchObject({ reread: 1, unchanged: 6 });
  expect(fingerprint(out)).toEqual(first);
});

test('the summary says why', async () => {
  made({ readers: { markdown: 99, text: 99 }, splitter: '0' });
  const { stderr } = await ingest('docs');
  expect(stderr).toContain('0 new, 0 changed, 7 read again, 0 unchanged');
  expect(stderr).toContain(
    'read again as this version reads eml, markdown, text in another way and cuts chunks in another way',
  );
});
