import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { fingerprint, readOutput } from '../helpers/output.js';
import { ingest, markdown, ollama, out, setUp, summaryOf, workspace, writeFiles } from './run-workspace.js';

setUp();

beforeEach(() => {
  writeFiles(workspace.dir, {
    'docs/a.md': markdown('alpha', 12),
    'docs/b.md': markdown('beta', 12),
    'docs/sub/c.md': markdown('gamma', 12),
    'docs/d.txt': 'One plain paragraph.\n\nAnd another one.\n',
  });
});

/** Texts that reached the server since the last call, without canaries. */
function textsSent(): string[] {
  const known = new Set(readOutput(out).rows.map((row) => row.text));
  const texts = ollama.batches().flat();
  ollama.requests.length = 0;
  return texts.filter((text) => known.has(text));
}

function expectRightVectors(): void {
  const { rows, vectors } = readOutput(out);
  for (const [index, row] of rows.entries()) {
    expect(vectors[index]).toEqual(ollama.vectorOf(row.text));
    expect(Float32Array.from(row.embedding)).toEqual(vectors[index]);
  }
}

describe('a first run', () => {
  test('writes a row for every chunk, in order, each with the vector of its own text', async () => {
    const result = await ingest('docs', '--json');
    expect(result).toMatchObject({ code: 0, signal: null });
    expectRightVectors();
    const { rows, sources } = readOutput(out);
    expect(sources).toEqual(['docs/a.md', 'docs/b.md', 'docs/d.txt', 'docs/sub/c.md']);
    expect(summaryOf(result)).toMatchObject({
      changed: true,
      documents: { new: 4, changed: 0, unchanged: 0, removed: 0, failed: 0 },
      chunks: { total: rows.length, embedded: rows.length, cached: 0, reused: 0, failed: 0 },
    });
    for (const { text, metadata } of rows) {
      const document = readFileSync(join(workspace.dir, metadata.source), 'utf8');
      expect(document.slice(metadata.start, metadata.end)).toBe(text);
      expect(document.slice(0, metadata.start).split('\n').length).toBe(metadata.line);
    }
    expect(Object.keys(fingerprint(out))).toEqual([
      'chunks.jsonl',
      'manifest.json',
      'rows.sum',
      'vectors.npy',
    ]);
  });

  test('embeds a text that stands in many documents once', async () => {
    const copies = Array.from({ length: 30 }, (_, index) => [
      `same/${index}.txt`,
      'The same words everywhere.\n',
    ]);
    writeFiles(workspace.dir, Object.fromEntries(copies));
    const { chunks } = summaryOf(await ingest('same', '--json'));
    expect(chunks).toMatchObject({ total: 30, embedded: 1, cached: 0, reused: 29 });
    expect(new Set(readOutput(out).rows.map((row) => row.id)).size).toBe(30);
    expectRightVectors();
  });

  test('gives the same bytes from another working folder, and on a second machine', async () => {
    await ingest('docs');
    const first = fingerprint(out);
    rmSync(out, { recursive: true });
    mkdirSync(join(workspace.dir, 'elsewhere'));
    const result = await workspace.embed(
      ['ingest', '../docs', '-o', '../embeddings', '--ollama-url', ollama.url, '--cache', 'none'],
      { cwd: join(workspace.dir, 'elsewhere') },
    );
    expect(result.code).toBe(0);
    expect(fingerprint(out)).toEqual(first);
  });
});

describe('a second run', () => {
  beforeEach(async () => {
    expect((await ingest('docs')).code).toBe(0);
    ollama.requests.length = 0;
  });

  test('of the same documents writes nothing and contacts no server', async () => {
    const before = fingerprint(out);
    await ollama.die();
    const result = await ingest('docs', '--json');
    expect(result.code).toBe(0);
    expect(summaryOf(result)).toMatchObject({ changed: false, documents: { unchanged: 4 }, requests: 0 });
    expect(fingerprint(out)).toEqual(before);
  });

  test('embeds about the edited paragraph only', async () => {
    const path = join(workspace.dir, 'docs/b.md');
    writeFileSync(path, readFileSync(path, 'utf8').replace('beta5word7', 'something else entirely'));
    expect(summaryOf(await ingest('docs', '--json')).documents).toMatchObject({ changed: 1, unchanged: 3 });
    const sent = textsSent();
    expect(sent.length).toBeGreaterThan(0);
    expect(sent.length).toBeLessThanOrEqual(2);
    expect(sent.join()).toContain('something else entirely');
    expectRightVectors();
  });

  test('embeds nothing for a renamed document', async () => {
    renameSync(join(workspace.dir, 'docs/a.md'), join(workspace.dir, 'docs/z.md'));
    expect(summaryOf(await ingest('docs', '--json')).documents).toMatchObject({ new: 1, removed: 1 });
    expect(textsSent()).toEqual([]);
    expect(readOutput(out).sources).toEqual(['docs/b.md', 'docs/d.txt', 'docs/sub/c.md', 'docs/z.md']);
    expectRightVectors();
  });

  test('equals a run from scratch', async () => {
    writeFiles(workspace.dir, { 'docs/0.md': markdown('new', 3), 'docs/sub/x.md': markdown('more', 3) });
    rmSync(join(workspace.dir, 'docs/d.txt'));
    expect((await ingest('docs')).code).toBe(0);
    const incremental = fingerprint(out);
    expect((await ingest('docs', '--rebuild')).code).toBe(0);
    expect(fingerprint(out)).toEqual(incremental);
  });
});

describe('removal', () => {
  beforeEach(async () => {
    expect((await ingest('docs')).code).toBe(0);
  });

  test('a document that is gone loses its rows', async () => {
    rmSync(join(workspace.dir, 'docs/a.md'));
    expect(summaryOf(await ingest('docs', '--json')).documents.removed).toBe(1);
    expect(readOutput(out).sources).not.toContain('docs/a.md');
  });

  test('another root, a part of it, a limit or a pattern hides nothing for good', async () => {
    writeFiles(workspace.dir, { 'notes/n.md': markdown('note', 2) });
    const all = readOutput(out).sources;
    expect((await ingest('notes')).code).toBe(0);
    expect((await ingest('docs/sub')).code).toBe(0);
    expect((await ingest('docs', '--limit', '1')).code).toBe(0);
    expect((await ingest('docs', '--include', '*.txt')).code).toBe(0);
    expect((await ingest('docs', '--exclude', 'sub/**')).code).toBe(0);
    expect((await ingest('docs', '--max-file-size', '100')).code).toBe(0);
    expect(readOutput(out).sources).toEqual([...all, 'notes/n.md']);
  });

  test('a document that is gone is gone, whatever the pattern', async () => {
    rmSync(join(workspace.dir, 'docs/a.md'));
    expect(summaryOf(await ingest('docs', '--exclude', '*.txt', '--json')).documents.removed).toBe(1);
    expect(readOutput(out).sources).toEqual(['docs/b.md', 'docs/d.txt', 'docs/sub/c.md']);
  });

  test('losing more than half needs --allow-removals', async () => {
    const before = fingerprint(out);
    for (const name of ['a.md', 'b.md', 'd.txt']) rmSync(join(workspace.dir, 'docs', name));
    const refused = await ingest('docs');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--allow-removals');
    expect(fingerprint(out)).toEqual(before);
    expect((await ingest('docs', '--allow-removals')).code).toBe(0);
    expect(readOutput(out).sources).toEqual(['docs/sub/c.md']);
  });

  test("a record that can't be read is a failure of its own", async () => {
    const unreadable = join(workspace.dir, 'docs/bad.jsonl');
    writeFileSync(unreadable, '{"text": "a good record"}\nnot JSON\n');
    const result = await ingest('docs', '--json');
    expect(result.code).toBe(3);
    expect(summaryOf(result).failures).toEqual([{ source: 'docs/bad.jsonl#line-2', code: 'malformed' }]);
    expect(readFileSync(join(out, 'failures.jsonl'), 'utf8')).toContain('docs/bad.jsonl#line-2');
    writeFileSync(unreadable, '{"text": "a good record"}\n{"text": "mended"}\n');
    expect((await ingest('docs')).code).toBe(0);
    expect(Object.keys(fingerprint(out))).not.toContain('failures.jsonl');
  });

  test('a document that can no longer be read keeps its rows and is a failure', async () => {
    writeFiles(workspace.dir, { 'docs/data.json': '[{"id": "one", "text": "The only record."}]' });
    expect((await ingest('docs')).code).toBe(0);
    const { rows } = readOutput(out);
    writeFileSync(join(workspace.dir, 'docs/data.json'), '[{"id": "one", "text": ');
    const result = await ingest('docs', '--json');
    expect(result.code).toBe(3);
    expect(summaryOf(result).failures).toMatchObject([{ code: 'malformed' }]);
    expect(readOutput(out).rows).toEqual(rows);
    // A run elsewhere doesn't forget what failed here.
    writeFiles(workspace.dir, { 'notes/n.md': markdown('note', 2) });
    expect((await ingest('notes')).code).toBe(0);
    expect(readFileSync(join(out, 'failures.jsonl'), 'utf8')).toContain('docs/data.json');
  });

  test('records stay while their file has them, whatever # stands in a path', async () => {
    writeFiles(workspace.dir, { 'docs/c#/d.jsonl': '{"id":"x","text":"One."}\n{"id":"y","text":"Two."}\n' });
    expect((await ingest('docs')).code).toBe(0);
    const before = fingerprint(out);
    expect(summaryOf(await ingest('docs', '--json')).changed).toBe(false);
    expect(fingerprint(out)).toEqual(before);
    writeFiles(workspace.dir, { 'docs/c#/d.jsonl': '{"id":"y","text":"Two."}\n' });
    expect(summaryOf(await ingest('docs', '--json')).documents.removed).toBe(1);
    expect(readOutput(out).sources).toContain('docs/c#/d.jsonl#y');
    expect(readOutput(out).sources).not.toContain('docs/c#/d.jsonl#x');
  });

  test('a file that a pattern found is gone when it is deleted', async () => {
    writeFiles(workspace.dir, { 'more/a.md': markdown('a', 2), 'more/b.md': markdown('b', 2) });
    expect((await ingest('more/*.md')).code).toBe(0);
    rmSync(join(workspace.dir, 'more/a.md'));
    expect(summaryOf(await ingest('more/*.md', '--json')).documents.removed).toBe(1);
    expect(readOutput(out).sources).not.toContain('more/a.md');
    expect(summaryOf(await ingest('more/*.md', '--json')).changed).toBe(false);
  });

  test('--rebuild from a part of the documents needs --allow-removals', async () => {
    const before = fingerprint(out);
    const refused = await ingest('docs/sub', '--rebuild');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--allow-removals');
    expect(fingerprint(out)).toEqual(before);
    expect((await ingest('docs/sub', '--rebuild', '--allow-removals')).code).toBe(0);
    expect(readOutput(out).sources).toEqual(['docs/sub/c.md']);
  });

  test('bytes that changed without the manifest are not confirmed by a new one', async () => {
    const path = join(out, 'vectors.npy');
    const bytes = readFileSync(path);
    bytes.writeFloatLE(0.5, bytes.length - 4);
    writeFileSync(path, bytes);
    writeFiles(workspace.dir, { 'docs/e.md': markdown('epsilon', 2) });
    const result = await ingest('docs');
    expect(result.code).toBe(5);
    expect(result.stderr).toContain('vectors.npy is damaged');
    expect((await ingest('docs', '--rebuild')).code).toBe(0);
    expect((await workspace.embed(['verify'])).code).toBe(0);
  });

  test.skipIf(process.getuid?.() === 0)('an unreadable folder hides nothing for good', async () => {
    chmodSync(join(workspace.dir, 'docs/sub'), 0o000);
    const result = await ingest('docs');
    chmodSync(join(workspace.dir, 'docs/sub'), 0o755);
    expect(result.code).toBe(3);
    expect(readOutput(out).sources).toContain('docs/sub/c.md');
  });
});
