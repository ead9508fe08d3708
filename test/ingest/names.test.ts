// Names that look like something else: files like records, percent signs like escaped bytes.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fingerprint, readOutput } from '../helpers/output.js';
import { ingest, markdown, out, setUp, summaryOf, workspace, writeFiles } from './run-workspace.js';

setUp();

test('a file with the source of a record is a failure, until the record is gone', async () => {
  writeFiles(workspace.dir, {
    'docs/a.jsonl': '{"id":"1","text":"A record."}\n{"id":"2","text":"Another."}\n',
    'docs/a.jsonl#1': 'A file of its own.\n',
    'docs/y.md': markdown('y', 1),
    'docs/z.md': markdown('z', 1),
  });
  for (let run = 0; run < 2; run++) {
    const result = await ingest('docs', '--json');
    // The second run knows it.
    expect(result.code).toBe(run === 0 ? 3 : 0);
    const { failures, knownFailures } = summaryOf(result);
    expect([...failures, ...knownFailures]).toEqual([{ source: 'docs/a.jsonl#1', code: 'duplicate-source' }]);
    expect(readOutput(out).rows[0]!.text).toBe('A record.');
  }
  rmSync(join(workspace.dir, 'docs/a.jsonl'));
  expect((await ingest('docs')).code).toBe(0);
  expect(readOutput(out).rows[0]!.text).toContain('A file of its own.');
  expect(readOutput(out).sources).toEqual(['docs/a.jsonl#1', 'docs/y.md', 'docs/z.md']);
});

test('a file that looks like a record stays while records come and go', async () => {
  writeFiles(workspace.dir, {
    'docs/a.jsonl': '{"id":"1","text":"A record."}\n{"id":"2","text":"Another."}\n',
    'docs/a.jsonl#b': 'A file of its own.\n',
    'docs/z.md': markdown('z', 1),
  });
  expect((await ingest('docs')).code).toBe(0);
  const before = fingerprint(out);
  expect(summaryOf(await ingest('docs', '--json')).changed).toBe(false);
  expect(fingerprint(out)).toEqual(before);
  writeFiles(workspace.dir, { 'docs/a.jsonl': '{"id":"1","text":"A record."}\n' });
  expect(summaryOf(await ingest('docs/a.jsonl', '--json')).documents.removed).toBe(1);
  expect(readOutput(out).sources).toEqual(['docs/a.jsonl#1', 'docs/a.jsonl#b', 'docs/z.md']);
  rmSync(join(workspace.dir, 'docs/a.jsonl'));
  expect(summaryOf(await ingest('docs', '--json')).documents.removed).toBe(1);
  expect(readOutput(out).sources).toEqual(['docs/a.jsonl#b', 'docs/z.md']);
});

test('a name with a percent sign is gone when it is deleted, whatever the pattern', async () => {
  const names = ['My%20Page.md', 'caf%C3%A9.md', '%FF.md'];
  for (const name of names) writeFiles(workspace.dir, { [`docs/${name}`]: markdown(name, 1) });
  for (const name of ['b', 'c', 'd', 'e'])
    writeFiles(workspace.dir, { [`docs/${name}.md`]: markdown(name, 1) });
  expect((await ingest('docs')).code).toBe(0);
  expect(summaryOf(await ingest('docs', '--exclude', '*%*', '--json')).documents.removed).toBe(0);
  for (const name of names) rmSync(join(workspace.dir, 'docs', name));
  expect(summaryOf(await ingest('docs', '--exclude', '*.txt', '--json')).documents.removed).toBe(3);
});
