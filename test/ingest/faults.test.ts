// What becomes of a run when the server misbehaves, by the real command line against the scripted server.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';
import { allMiniLm, faults, startOllama, type TestOllama } from '../helpers/ollama.js';
import { openingRequests } from '../helpers/opening.js';
import { fingerprint, readOutput } from '../helpers/output.js';
import { ingestWith, markdown, summaryOf, writeFiles } from './run-workspace.js';

let workspace: Workspace;
let ollama: TestOllama;
let ingest: ReturnType<typeof ingestWith>;
let out: string;

beforeEach(async () => {
  workspace = makeWarmWorkspace();
  ollama = await startOllama();
  ingest = ingestWith(workspace, ollama.url);
  out = join(workspace.dir, 'embeddings');
  writeFiles(workspace.dir, { 'docs/a.md': markdown('alpha', 10), 'docs/b.md': markdown('beta', 10) });
});
afterEach(async () => {
  await ollama.stop();
  workspace.remove();
});

function expectRightVectors(): void {
  const { rows, vectors } = readOutput(out);
  for (const [index, row] of rows.entries()) expect(vectors[index]).toEqual(ollama.vectorOf(row.text));
}

test('a poisoned text is one failed chunk; all others are indexed, and the next run tries it again', async () => {
  ollama.script(faults.poisoned('beta3word5'));
  const result = await ingest('docs', '--json');
  expect(result.code).toBe(3);
  const { failures, newFailures } = summaryOf(result);
  expect(failures).toHaveLength(1);
  expect(newFailures).toEqual(failures);
  expect(failures[0]).toMatchObject({ source: 'docs/b.md', code: 'rejected' });
  expect(result.stderr).toContain('failed: docs/b.md, chunk');
  expectRightVectors();
  // It is tried by each run, and is news once.
  expect(await ingest('docs', '--news')).toMatchObject({ code: 3, stdout: '', stderr: '' });
  expect(summaryOf(await ingest('docs', '--json'))).toMatchObject({ failures, newFailures: [] });
  expect((await ingest('docs', '--news', '--retry-failed')).stderr).toBe('');
  expect(
    readOutput(out)
      .rows.map((row) => row.text)
      .join(),
  ).not.toContain('beta3word5');

  await ollama.stop();
  ollama = await startOllama({ port: Number(new URL(ollama.url).port) });
  expect((await ingest('docs')).code).toBe(0);
  expect(
    readOutput(out)
      .rows.map((row) => row.text)
      .join(),
  ).toContain('beta3word5');
  expect(Object.keys(fingerprint(out))).not.toContain('failures.jsonl');
  expectRightVectors();
});

test('a chunk that the server still finds too long is halved, and nothing of it is lost', async () => {
  await ollama.stop();
  // This server counts three tokens a word: chunks that we think fit are too long for it.
  ollama = await startOllama({ tokensOf: (text) => 2 + 3 * text.split(/\s+/).length });
  ingest = ingestWith(workspace, ollama.url);
  const words = Array.from({ length: 900 }, (_, index) => `word${index}`);
  writeFiles(workspace.dir, { 'long/l.txt': `${words.join(' ')}\n` });
  const result = await ingest('long', '--chunk-size', '500');
  expect(result.stderr).not.toContain('failed:');
  expect(result.code).toBe(0);
  const { rows } = readOutput(out);
  expect(rows.map((row) => row.metadata.chunk)).toEqual(rows.map((_, index) => index));
  expect(rows.flatMap((row) => row.text.split(/\s+/))).toEqual(words);
  expectRightVectors();
});

describe('a server that recovers', () => {
  test.each([
    ['503 twice', [faults.busy({ times: 2 })]],
    ['a reset before the headers', [{ kind: 'reset' as const }]],
    ['a reset in mid-body', [{ kind: 'reset-mid-body' as const }]],
    ['a 500 with HTML', [faults.htmlError()]],
    ['truncated JSON', [{ kind: 'truncated-json' as const }]],
    ['too few vectors', [{ kind: 'too-few' as const }]],
    ['too many vectors', [{ kind: 'too-many' as const }]],
    ['a vector of zeros', [{ kind: 'zero-vector' as const }]],
    ['a null in a vector', [{ kind: 'value' as const, text: 'null' }]],
    ['another dimension', [{ kind: 'other-dimension' as const }]],
    ['a dead runner', [faults.runnerDied()]],
  ])('%s', async (_, script) => {
    // The first requests are the opening's: the fault hits a batch of documents.
    ollama.script(...script.map((fault) => ({ ...fault, after: openingRequests })));
    const result = await ingest('docs');
    expect(result.stderr).not.toContain('failed:');
    expect(result.code).toBe(0);
    expectRightVectors();
  });
});

describe('vectors that are wrong', () => {
  const lastWrong = (all: readonly string[]) => all.map((own, at) => (at === all.length - 1 ? all[0]! : own));

  test('one for all texts: exit 4, and nothing is written', async () => {
    ollama.script(faults.oneVector());
    const result = await ingest('docs');
    expect(result.code).toBe(4);
    expect(result.stderr).toMatch(/gives unlike texts one and the same vector/);
    expect(fingerprint(out)).toEqual({});
  });

  test.each([
    ['in the last text of a batch', lastWrong],
    ['from the 8th text on', (all: readonly string[]) => all.map((own, at) => (at >= 7 ? all[0]! : own))],
    ['in reversed order', (all: readonly string[]) => all.toReversed()],
    [
      'in batches above 32',
      (all: readonly string[]) => (all.length > 32 ? all.map(() => all[0]!) : [...all]),
    ],
  ])('%s: one warning, each text alone, and every vector is right', async (_, of) => {
    ollama.script(faults.wrongBatches(of));
    const result = await ingest('docs');
    expect(result.code).toBe(0);
    expect(result.stderr.match(/gives a text another vector in a batch than alone/g)).toHaveLength(1);
    const own = ollama.batches().slice(openingRequests);
    expect(own.length).toBeGreaterThan(10);
    expect(own.every((batch) => batch.length === 1)).toBe(true);
    expectRightVectors();
  });

  test('the space is that of single texts: another release that is right goes on with the index', async () => {
    ollama.script(faults.wrongBatches(lastWrong));
    expect((await ingest('docs')).code).toBe(0);
    await ollama.stop();
    ollama = await startOllama({ port: Number(new URL(ollama.url).port) });
    writeFiles(workspace.dir, { 'docs/c.md': markdown('gamma', 5) });
    expect((await ingest('docs')).code).toBe(0);
    expectRightVectors();
  });

  test('an index that was made of the vectors of batches is told so: exit 5', async () => {
    // As versions before this one made it: its canaries came in a batch, too.
    const url = new URL(ollama.url);
    ollama.world.models[0]!.salt = 'as in batches';
    expect((await ingest('docs')).code).toBe(0);
    const before = fingerprint(out);
    await ollama.stop();
    ollama = await startOllama({ port: Number(url.port) });
    ollama.script(faults.wrongBatches((all) => all.toReversed()));
    writeFiles(workspace.dir, { 'docs/c.md': markdown('gamma', 5) });
    const result = await ingest('docs');
    expect(result.code).toBe(5);
    expect(result.stderr).toMatch(/another vector in a batch than alone .*--rebuild/);
    expect(fingerprint(out)).toEqual(before);
  });
});

describe('a server that is down', () => {
  test('from the start: exit 4, naming where it looked', async () => {
    await ollama.die();
    const result = await ingest('docs', '--max-retries', '0');
    expect(result.code).toBe(4);
    expect(result.stderr).toContain(new URL(ollama.url).host);
    expect(fingerprint(out)).toEqual({});
  });

  test('half-way: exit 4, the old output untouched, and the next run goes on from there', async () => {
    expect((await ingest('docs')).code).toBe(0);
    const before = fingerprint(out);
    writeFiles(workspace.dir, { 'docs/c.md': markdown('gamma', 60) });
    // Of the two batches that are answered, the first is compared with a text alone.
    ollama.script(faults.runnerDied({ after: openingRequests + 3, times: Number.POSITIVE_INFINITY }));
    const result = await ingest('docs', '--max-retries', '1', '--batch-size', '4', '--concurrency', '1');
    expect(result.code).toBe(4);
    expect(result.stderr).toMatch(/\d+ embedded chunks kept: the next run goes on .*--wait-for-server/);
    const kept = Object.fromEntries(Object.entries(fingerprint(out)).filter(([name]) => name !== '.run'));
    expect(kept).toEqual(before);

    await ollama.stop();
    ollama = await startOllama({ port: Number(new URL(ollama.url).port) });
    const next = summaryOf(await ingest('docs', '--json'));
    expect(next.chunks.reused).toBeGreaterThanOrEqual(8);
    expectRightVectors();
  });

  test('--wait-for-server: it comes back in mid-run, and the index is whole', async () => {
    ollama.script({ kind: 'die', after: openingRequests + 1, backAfterMs: 2500 });
    const result = await ingest('docs', '--wait-for-server', '1m', '--max-retries', '0', '--batch-size', '4');
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(/waiting up to 60 s/i);
    expectRightVectors();
  });

  test('--wait-for-server, and it comes back as another: exit 5, saying so', async () => {
    ollama.script({ kind: 'die', after: openingRequests + 1, backAfterMs: 1000, as: { salt: 'changed' } });
    const result = await ingest('docs', '--wait-for-server', '1m', '--max-retries', '0', '--batch-size', '4');
    expect(result.code).toBe(5);
    expect(result.stderr).toMatch(/other vectors/);
  });

  test('--wait-for-server, and it stays away: exit 4 when the time is over', async () => {
    ollama.script({ kind: 'die', after: openingRequests + 1 });
    const result = await ingest('docs', '--wait-for-server', '1s', '--max-retries', '0');
    expect(result.code).toBe(4);
  });

  test('a model that disappears in mid-run: exit 4', async () => {
    ollama.script({
      kind: 'answer',
      status: 404,
      body: '{"error":"model \\"all-minilm\\" not found, try pulling it first"}',
      after: openingRequests,
      times: 99,
    });
    const result = await ingest('docs');
    expect(result.code).toBe(4);
    expect(result.stderr).toMatch(/all-minilm/);
  });

  test('a model that was never there: exit 4 with the line that gets it; --pull gets it', async () => {
    await ollama.stop();
    ollama = await startOllama({ models: [], registry: [{ ...allMiniLm }] });
    ingest = ingestWith(workspace, ollama.url);
    const result = await ingest('docs');
    expect(result.code).toBe(4);
    expect(result.stderr).toContain('ollama pull all-minilm');
    const pulled = await ingest('docs', '--pull');
    expect(pulled.stderr).not.toContain('error');
    expect(pulled.code).toBe(0);
    expectRightVectors();
  });
});

describe('another vector space', () => {
  beforeEach(async () => {
    expect((await ingest('docs')).code).toBe(0);
    writeFiles(workspace.dir, { 'docs/c.md': markdown('gamma', 2) });
  });

  async function expectRefusal(reason: string): Promise<void> {
    const before = fingerprint(out);
    const result = await ingest('docs');
    expect(result.code).toBe(5);
    expect(result.stderr).toContain(reason);
    expect(result.stderr).toContain('--rebuild');
    expect(fingerprint(out)).toEqual(before);
    expect((await ingest('docs', '--rebuild')).code).toBe(0);
    expectRightVectors();
  }

  test('another digest', async () => {
    ollama.world.models[0]!.digest = 'f'.repeat(64);
    await expectRefusal('digest');
  });

  test('the same digest, but a server that tokenises otherwise', async () => {
    ollama.world.version = '0.32.15';
    await expectRefusal('canary');
  });

  test.each([
    ['another model', ['--model', 'bge-m3'], 5, 'the settings ask for model bge-m3'],
    ['another embedder', ['--embedder', 'builtin'], 5, 'the settings ask for the built-in embedder'],
    ['other dimensions', ['--dimensions', '7'], 5, 'the settings ask for 7 dimensions'],
    ['no address', ['--ollama-url', 'htp://x'], 2, 'must start with http'],
    ['a wrong weight', ['--ollama-url', 'http://a#weight=0'], 2, 'weight'],
  ])('asked for by name, though nothing changed: %s', async (_, flags, code, sentence) => {
    await ingest('docs');
    const result = await ingest('docs', ...flags);
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(sentence);
    expect((await ingest('docs')).stderr).toContain('nothing changed');
  });

  test('the built-in embedder', async () => {
    const result = await workspace.embed(['ingest', 'docs', '--embedder', 'builtin', '--cache', 'none']);
    expect(result.code).toBe(5);
    expect(result.stderr).toContain('the settings ask for the built-in embedder');
  });

  test('a damaged manifest', async () => {
    const path = join(out, 'manifest.json');
    writeFiles(out, { 'manifest.json': readFileSync(path, 'utf8').slice(0, -40) });
    const result = await ingest('docs');
    expect(result.code).toBe(5);
    expect(result.stderr).toContain('manifest.json is damaged');
    expect((await ingest('docs', '--rebuild')).code).toBe(0);
    expect((await workspace.embed(['verify'])).code).toBe(0);
  });
});

describe('two servers', () => {
  let second: TestOllama;
  beforeEach(async () => {
    second = await startOllama();
    writeFiles(workspace.dir, { 'docs/c.md': markdown('gamma', 80) });
  });
  afterEach(() => second.stop());

  const both = () =>
    ingest('docs', '--ollama-url', second.url, '--batch-size', '4', '--concurrency', '1', '--json');

  test('share the work', async () => {
    expect((await both()).code).toBe(0);
    for (const { stats } of [ollama, second]) expect(stats.embeds).toBeGreaterThan(openingRequests + 3);
    expectRightVectors();
  });

  test('one that dies in mid-run leaves its work to the other', async () => {
    second.script({ kind: 'reset', after: openingRequests + 2, times: Number.POSITIVE_INFINITY });
    expect((await both()).code).toBe(0);
    expectRightVectors();
  });

  test('of two digests are refused before anything is embedded', async () => {
    second.world.models[0]!.digest = 'e'.repeat(64);
    const result = await both();
    expect(result.code).toBe(4);
    expect(result.stderr).toMatch(/gives other vectors than the one at .*digest/);
    expect(fingerprint(out)).toEqual({});
  });
});
