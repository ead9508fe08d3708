import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DoctorOptions, DoctorReport } from '../../../src/commands/doctor.js';
import { measureSpace } from '../../../src/embedders/guard/canaries.js';
import { openOllamaEmbedder } from '../../../src/embedders/ollama/embedder.js';
import { allMiniLm, type Fault, faults, startOllama, type TestOllama } from '../../helpers/ollama.js';
import { freePort } from '../../helpers/redis.js';
import { line, lookAt, makeFolder, writeEmptyOutput } from '../look.js';

const always = Number.POSITIVE_INFINITY;

function look(
  ollamas: readonly TestOllama[],
  model?: string,
  options: DoctorOptions = {},
): Promise<DoctorReport> {
  const ollamaUrl = ollamas.map((one) => one.url);
  return lookAt(makeFolder({ ollamaUrl, cache: 'none', ...(model && { model }) }), options);
}

async function lookWith(fault: Fault): Promise<DoctorReport> {
  await using ollama = await startOllama();
  ollama.script(fault);
  return await look([ollama]);
}

describe('one server', () => {
  test('all is said of one that is fine', async () => {
    await using ollama = await startOllama();
    const report = await look([ollama]);
    const lines = report.checks.filter((check) => check.group === 'ollama');
    expect(lines.map((check) => [check.id, check.status, check.subject])).toEqual([
      ['ollama.reachable', 'ok', ollama.url],
      ['ollama.model', 'ok', ollama.url],
      ['ollama.version', 'ok', ollama.url],
      ['ollama.details', 'ok', ollama.url],
      ['ollama.embedding', 'ok', ollama.url],
      ['ollama.loaded', 'ok', ollama.url],
      ['ollama.distinct', 'ok', ollama.url],
      ['ollama.batch', 'ok', ollama.url],
      ['ollama.truncation', 'ok', ollama.url],
      ['ollama.space', 'skipped', ollama.url],
    ]);
    expect(line(report, 'ollama.model').seen).toContain('all-minilm:latest would be used');
    expect(line(report, 'ollama.details').seen).toBe(
      'digest 6cf97aa9ab2e, context 512 tokens, 384 dimensions',
    );
    expect(line(report, 'ollama.loaded').seen).toMatch(/^was not; its first answer took .* on the CPU$/);
    expect(line(report, 'ollama.truncation').seen).toBe('a text of 528 tokens is refused');
    expect(report.ok).toBe(true);
  });

  test('one that is not running is a failure with the command that starts it', async () => {
    const port = await freePort();
    const report = await lookAt(makeFolder({ ollamaUrl: [`127.0.0.1:${port}`], cache: 'none' }));
    expect(line(report, 'ollama.reachable')).toMatchObject({
      status: 'failure',
      seen: "can't be reached (ECONNREFUSED)",
      mend: `OLLAMA_HOST=127.0.0.1:${port} ollama serve`,
    });
    expect(report.ok).toBe(false);
  });

  test('one that hangs says so, and the report comes', async () => {
    const report = await lookWith({ kind: 'hang', path: '/api/version', times: always });
    expect(line(report, 'ollama.reachable')).toMatchObject({
      status: 'failure',
      seen: 'no answer within 1.5 s',
      mend: expect.stringMatching(/^curl /),
    });
    expect(line(report, 'output.lock').status).toBe('ok');
  });

  test('an address that is none is a failure', async () => {
    const report = await lookAt(makeFolder({ ollamaUrl: ['ftp://box'], cache: 'none' }));
    expect(line(report, 'ollama.address')).toMatchObject({
      status: 'failure',
      seen: expect.stringContaining('http://'),
    });
  });

  test('a release with known faults is a warning', async () => {
    await using ollama = await startOllama({ models: [{ ...allMiniLm, name: 'nomic-embed-text:latest' }] });
    const report = await look([ollama]);
    expect(line(report, 'ollama.version')).toMatchObject({
      status: 'warning',
      seen: expect.stringMatching(/^0\.24\.0 .*capitals/),
    });
    expect(report.ok).toBe(true);
  });

  test('a model that cannot embed is a failure', async () => {
    await using ollama = await startOllama({
      models: [{ ...allMiniLm, name: 'llama3:latest', capabilities: ['completion'] }],
    });
    expect(line(await look([ollama], 'llama3'), 'ollama.details')).toMatchObject({
      status: 'failure',
      seen: expect.stringContaining("can't embed"),
      mend: expect.stringContaining('ollama pull'),
    });
    expect(line(await look([ollama]), 'ollama.model')).toMatchObject({
      status: 'failure',
      seen: 'no model here can embed',
    });
  });

  test('a missing model is a failure, which --fix mends by pulling it', async () => {
    const bge = { ...allMiniLm, name: 'bge-m3:latest', digest: 'c0'.repeat(32) };
    await using ollama = await startOllama({ registry: [bge] });
    expect(line(await look([ollama], 'bge-m3'), 'ollama.model')).toMatchObject({
      status: 'failure',
      seen: 'bge-m3 is missing',
      mend: `OLLAMA_HOST=${ollama.url} ollama pull bge-m3`,
    });
    const told: string[] = [];
    const progress: string[] = [];
    const report = await look([ollama], undefined, {
      env: { OLLAMA_EMBEDDING_MODEL: 'bge-m3' },
      fix: true,
      events: { fixing: (what) => told.push(what), pulling: (step) => progress.push(step) },
    });
    expect(told).toEqual([`pull bge-m3 at ${ollama.url}`]);
    expect(progress).toContain('success');
    expect(report.fixes).toEqual([{ id: 'ollama.model', what: told[0], ok: true }]);
    expect(line(report, 'ollama.model').seen).toBe('bge-m3 is there');
    expect(report.ok).toBe(true);
  });

  test('a model that only a file names is pulled by --fix after a question, and not without one', async () => {
    const bge = { ...allMiniLm, name: 'bge-m3:latest', digest: 'c0'.repeat(32) };
    await using ollama = await startOllama({ registry: [bge] });
    const asked: string[] = [];
    const answering = (answer: boolean): DoctorOptions => ({
      fix: true,
      confirm: async (what) => asked.push(what) > 0 && answer,
    });
    const unasked = await look([ollama], 'bge-m3', { fix: true });
    expect(unasked.fixes).toMatchObject([
      { ok: false, error: expect.stringContaining('.batchrc.json names it') },
    ]);
    expect(line(unasked, 'ollama.model').mend).toBe(`OLLAMA_HOST=${ollama.url} ollama pull bge-m3`);
    const refused = await look([ollama], 'bge-m3', answering(false));
    expect(refused.fixes).toMatchObject([{ ok: false, error: 'not wanted' }]);
    expect(ollama.requests.filter(({ path }) => path === '/api/pull')).toEqual([]);
    const agreed = await look([ollama], 'bge-m3', answering(true));
    expect(agreed.fixes).toMatchObject([{ ok: true }]);
    expect(asked[1]).toMatch(/^pull bge-m3 at http:.* \(only .*\.batchrc\.json names it\)$/);
  });

  test('a fix that fails says why', async () => {
    await using ollama = await startOllama();
    const report = await look([ollama], undefined, {
      env: { OLLAMA_EMBEDDING_MODEL: 'bge-m3' },
      fix: true,
    });
    expect(report.fixes).toMatchObject([{ ok: false, error: expect.stringContaining("can't pull") }]);
    expect(report.ok).toBe(false);
  });

  test('--wait-for-server gives a server and its model the time to come', async () => {
    await using ollama = await startOllama({ loadMs: 1500 });
    // A proxy whose server is on its way.
    ollama.script({ kind: 'answer', status: 502, body: '', path: '/api/version', times: 2 });
    const report = await look([ollama], undefined, { timeoutMs: 1000, waitMs: 60_000 });
    expect(line(report, 'ollama.reachable').status).toBe('ok');
    expect(line(report, 'ollama.embedding').status).toBe('ok');
    expect(ollama.requests.filter(({ path }) => path === '/api/version').length).toBeGreaterThan(2);
  });

  test('--wait-for-server has an end', async () => {
    const port = await freePort();
    const dir = makeFolder({ ollamaUrl: [`127.0.0.1:${port}`], cache: 'none' });
    const report = await lookAt(dir, { waitMs: 600 });
    expect(line(report, 'ollama.reachable')).toMatchObject({
      status: 'failure',
      seen: "can't be reached (ECONNREFUSED)",
    });
  });
});

describe('vectors', () => {
  test.each([
    ['a null', { kind: 'value', text: 'null' }, /value \d+ is null/],
    ['zeros', { kind: 'zero-vector' }, /all zeros/],
    ['another length', { kind: 'value', text: '3' }, /length is 3\.\d+ instead of 1/],
    ['other dimensions', { kind: 'other-dimension' }, /385 values instead of 384/],
  ] as [string, Fault, RegExp][])('%s in one is a failure', async (_, fault, seen) => {
    const found = line(await lookWith(fault), 'ollama.embedding');
    expect(found).toMatchObject({
      status: 'failure',
      seen: expect.stringMatching(seen),
      mend: expect.any(String),
    });
  });

  test('one that depends on its batch is a failure', async () => {
    const fault: Fault = { kind: 'value', text: '0.9', when: (texts) => texts.length > 1, times: always };
    expect(line(await lookWith(fault), 'ollama.batch')).toMatchObject({
      status: 'failure',
      seen: expect.stringContaining('depends on its batch'),
    });
  });

  test('a batch whose last text is wrong is a failure', async () => {
    const fault = faults.wrongBatches((all) => all.map((own, at) => (at === all.length - 1 ? all[0]! : own)));
    expect(line(await lookWith(fault), 'ollama.batch')).toMatchObject({
      status: 'failure',
      seen: expect.stringContaining('text 64 of 64: cosine'),
    });
  });

  test('one for all texts is a failure', async () => {
    const report = await lookWith(faults.oneVector());
    expect(line(report, 'ollama.distinct')).toMatchObject({
      status: 'failure',
      seen: expect.stringContaining('gives unlike texts one and the same vector'),
    });
    expect(report.ok).toBe(false);
  });

  test('a text that is cut silently is a failure', async () => {
    const body = JSON.stringify({ model: 'x', embeddings: [[1]], prompt_eval_count: 512 });
    const tooLong = (texts: readonly string[]) => texts[0]!.length > 2000;
    const fault: Fault = { kind: 'answer', status: 200, body, when: tooLong, times: always };
    expect(line(await lookWith(fault), 'ollama.truncation')).toMatchObject({
      status: 'failure',
      seen: 'truncate:false is not honoured: a text of 528 tokens was cut to 512',
    });
  });

  test('a window that is larger than it says is no failure', async () => {
    const body = JSON.stringify({ model: 'x', embeddings: [[1]], prompt_eval_count: 530 });
    const tooLong = (texts: readonly string[]) => texts[0]!.length > 2000;
    const fault: Fault = { kind: 'answer', status: 200, body, when: tooLong, times: always };
    expect(line(await lookWith(fault), 'ollama.truncation').status).toBe('ok');
  });
});

describe('against the last output', () => {
  async function folderWithOutput(ollama: TestOllama): Promise<string> {
    const dir = makeFolder({ ollamaUrl: [ollama.url], cache: 'none' });
    const embedder = await openOllamaEmbedder({
      url: new URL(ollama.url),
      model: 'all-minilm',
      batchTimeoutMs: 5000,
    });
    await writeEmptyOutput(join(dir, 'embeddings'), await measureSpace(embedder));
    await embedder.close();
    return dir;
  }

  test('the same vectors are fine', async () => {
    await using ollama = await startOllama();
    const report = await lookAt(await folderWithOutput(ollama));
    expect(line(report, 'ollama.space')).toMatchObject({
      status: 'ok',
      seen: "as the output's: lowest canary cosine 1.0000",
    });
    expect(line(report, 'ollama.model').seen).toBe('all-minilm:latest is there');
  });

  test('other vectors for the same digest are a failure', async () => {
    await using ollama = await startOllama();
    const dir = await folderWithOutput(ollama);
    ollama.world.models = [{ ...allMiniLm, salt: 'another release' }];
    expect(line(await lookAt(dir), 'ollama.space')).toMatchObject({
      status: 'failure',
      seen: expect.stringMatching(/another than the output's \(canary ".*": cosine/),
      mend: expect.stringContaining('--rebuild'),
    });
  });
});

describe('several servers', () => {
  test('alike', async () => {
    await using one = await startOllama();
    await using other = await startOllama();
    const report = await look([one, other]);
    expect(line(report, 'ollama.endpoints')).toMatchObject({
      status: 'ok',
      seen: 'same digest, same vectors on 2 endpoints',
    });
  });

  test('another digest on the second is a failure', async () => {
    await using one = await startOllama();
    await using other = await startOllama({ models: [{ ...allMiniLm, digest: 'ab'.repeat(32) }] });
    const report = await look([one, other]);
    expect(line(report, 'ollama.endpoints')).toMatchObject({
      status: 'failure',
      seen: expect.stringContaining('digest 6cf97aa9ab2e, there abababababab'),
      mend: `OLLAMA_HOST=${other.url} ollama pull all-minilm:latest`,
    });
  });

  test('other vectors for the same digest are a failure', async () => {
    await using one = await startOllama();
    await using other = await startOllama({ version: '0.32.15' });
    const report = await look([one, other]);
    expect(line(report, 'ollama.endpoints')).toMatchObject({
      status: 'failure',
      seen: expect.stringContaining('canary'),
    });
  });

  test('one that is down is a warning, since a run goes on without it', async () => {
    await using one = await startOllama();
    await using other = await startOllama();
    await other.die();
    const report = await look([one, other]);
    expect(line(report, 'ollama.reachable', other.url)).toMatchObject({
      status: 'warning',
      seen: expect.stringContaining('a run goes on without it'),
    });
    expect(report.ok).toBe(true);
    await other.revive();
  });
});
