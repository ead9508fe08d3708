// Moved documents are removed under one name and new under another; nothing is lost.
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fingerprint, readOutput } from '../../helpers/output.js';
import { ingest, markdown, out, setUp, summaryOf, workspace, writeFiles } from '../run-workspace.js';

setUp();

const names = ['1', '2', '3', '4', '5', '6'];
const record = (id: string) => `${JSON.stringify({ id, text: `The record ${id}.` })}\n`;

async function moved(): Promise<void> {
  for (const name of names) writeFiles(workspace.dir, { [`docs/a/${name}.md`]: markdown(name, 1) });
  expect((await ingest('docs')).code).toBe(0);
  mkdirSync(join(workspace.dir, 'docs/b'));
  renameSync(join(workspace.dir, 'docs/a'), join(workspace.dir, 'docs/b/a'));
}

test.each([
  ['an update', []],
  ['a rebuild', ['--rebuild']],
])('in %s a folder moves without being asked for', async (_, flags) => {
  await moved();
  const { documents, chunks } = summaryOf(await ingest('docs', '--json', ...flags));
  expect(documents).toMatchObject({ new: 6, failed: 0 });
  if (flags.length === 0) expect([documents.removed, chunks.embedded]).toEqual([6, 0]);
  expect(readOutput(out).sources).toEqual(names.map((name) => `docs/b/a/${name}.md`));
  expect(summaryOf(await ingest('docs', '--json')).changed).toBe(false);
});

test.each([
  ['an update', []],
  ['a rebuild', ['--rebuild']],
])('in %s what did not move is lost', async (_, flags) => {
  await moved();
  const before = fingerprint(out);
  for (const name of names.slice(2)) rmSync(join(workspace.dir, `docs/b/a/${name}.md`));
  const result = await ingest('docs', ...flags);
  expect(result.code).toBe(2);
  expect(result.stderr).toContain('4 of 6 documents of the output would go');
  expect(fingerprint(out)).toEqual(before);
  expect((await ingest('docs', '--allow-removals', ...flags)).code).toBe(0);
  expect(readOutput(out).sources).toHaveLength(2);
});

test.each([
  ['an update', []],
  ['a rebuild', ['--rebuild']],
  ['a dry run', ['--dry-run']],
])('in %s what moved and was edited is not lost', async (_, flags) => {
  await moved();
  for (const name of names) {
    const path = `docs/b/a/${name}.md`;
    const text = readFileSync(join(workspace.dir, path), 'utf8');
    writeFiles(workspace.dir, { [path]: `An edit.\n\n${text.replace('word20', 'another word')}` });
  }
  const { documents } = summaryOf(await ingest('docs', '--json', ...flags));
  expect(documents).toMatchObject({ new: 6, failed: 0 });
  if (flags[0] !== '--dry-run') {
    expect(readOutput(out).sources).toEqual(names.map((name) => `docs/b/a/${name}.md`));
  }
});

test('other documents of the same template are not what was lost', async () => {
  const licence = Array.from({ length: 60 }, (_, index) => `Clause ${index} of the licence.`).join(' ');
  const page = (name: string) => `# ${name}\n\n${licence}\n\n${markdown(name, 1)}`;
  for (let index = 0; index < 12; index++)
    writeFiles(workspace.dir, { [`docs/a/${index}.md`]: page(`a${index}`) });
  expect((await ingest('docs')).code).toBe(0);
  rmSync(join(workspace.dir, 'docs/a'), { recursive: true });
  for (let index = 0; index < 12; index++)
    writeFiles(workspace.dir, { [`docs/b/${index}.md`]: page(`b${index}`) });
  const result = await ingest('docs');
  expect(result.code).toBe(2);
  expect(result.stderr).toContain('12 of 12 documents');
});

test('one edited copy is not where several equal documents went', async () => {
  for (const name of names.slice(3))
    writeFiles(workspace.dir, { [`docs/a/${name}.md`]: markdown('same', 1) });
  expect((await ingest('docs')).code).toBe(0);
  rmSync(join(workspace.dir, 'docs/a'), { recursive: true });
  writeFiles(workspace.dir, { 'docs/b.md': `${markdown('same', 1)}\nAn edit.\n` });
  expect((await ingest('docs')).stderr).toContain('2 of 3 documents');
});

test('what is still there and was edited stands for itself alone', async () => {
  const texts = ['1', '2', '3'].map((name) => markdown('same', 1) + markdown(name, 1));
  for (const [index, text] of texts.entries()) writeFiles(workspace.dir, { [`docs/${index}.md`]: text });
  expect((await ingest('docs')).code).toBe(0);
  for (const index of [1, 2]) rmSync(join(workspace.dir, `docs/${index}.md`));
  writeFiles(workspace.dir, { 'docs/0.md': `${texts.join('\n')}` });
  expect((await ingest('docs')).stderr).toContain('2 of 3 documents');
});

test('one copy is not where several equal documents went', async () => {
  for (const name of names) writeFiles(workspace.dir, { [`docs/a/${name}.md`]: markdown('same', 1) });
  expect((await ingest('docs')).code).toBe(0);
  rmSync(join(workspace.dir, 'docs/a'), { recursive: true });
  writeFiles(workspace.dir, { 'docs/b.md': markdown('same', 1) });
  const result = await ingest('docs');
  expect(result.code).toBe(2);
  expect(result.stderr).toContain('5 of 6 documents');
});

test('records move with their file, and from one file to another', async () => {
  writeFiles(workspace.dir, { 'docs/a.jsonl': names.map(record).join('') });
  expect((await ingest('docs')).code).toBe(0);
  renameSync(join(workspace.dir, 'docs/a.jsonl'), join(workspace.dir, 'docs/b.jsonl'));
  expect(summaryOf(await ingest('docs', '--json')).documents).toMatchObject({ new: 6, removed: 6 });
  writeFiles(workspace.dir, {
    'docs/b.jsonl': record('1'),
    'docs/c.jsonl': names.slice(1).map(record).join(''),
  });
  expect(summaryOf(await ingest('docs', '--json')).documents).toMatchObject({ new: 5, removed: 5 });
  writeFiles(workspace.dir, { 'docs/c.jsonl': record('2') });
  expect((await ingest('docs')).stderr).toContain('4 of 6 documents');
});
