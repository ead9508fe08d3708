// The measurement against a server whose costs are known, and against servers that fail.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Effort } from '../../../src/bench/measure/plan.js';
import type { BenchReport } from '../../../src/bench/report/report.js';
import type { SettingReport } from '../../../src/bench/report/setting-report.js';
import { type BenchOptions, bench } from '../../../src/commands/bench.js';
import { ServiceError, UsageError } from '../../../src/errors.js';
import { allMiniLm, faults, type OllamaOptions, startOllama, type TestOllama } from '../../helpers/ollama.js';
import { settingsWith } from '../../upstream/settings.js';

const brief: Effort = {
  grids: [
    { sizes: [1, 8], concurrencies: [1] },
    { sizes: [1, 4], concurrencies: [1] },
  ],
  chooseRounds: 2,
  checkRounds: 4,
  chooseSeconds: 0.02,
  checkSeconds: 0.02,
};

/** Where a verdict is looked at: a busy machine makes single rounds twice as long as others. */
const telling: Effort = { ...brief, checkRounds: 8 };

/** Every setting once a round: 4 single texts, one batch, and a few requests of the adaptive one. */
const fewest: Effort = { ...brief, chooseSeconds: 0.001, checkSeconds: 0.001 };

/** Requests of opening, first look and rounds that choose, and a few more. */
const amongChecks = 30;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'embed-measure-'));
  writeFileSync(join(dir, '.git'), '');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function serve(options: OllamaOptions = {}): Promise<TestOllama> {
  const server = await startOllama(options);
  onTestFinished(() => server.stop());
  return server;
}

async function benchOn(
  server: TestOllama,
  options: Partial<BenchOptions> = {},
  settings: Parameters<typeof settingsWith>[0] = {},
): Promise<BenchReport> {
  const { report } = await bench({
    settings: settingsWith({ ollamaUrl: [server.url], model: 'all-minilm', cache: 'none', ...settings }),
    effort: brief,
    timeLimitMs: 30_000,
    cwd: dir,
    ...options,
  });
  return report;
}

function settingOf(report: BenchReport, id: string): SettingReport {
  const found = report.targets[0]!.settings.find((one) => one.id === id);
  if (!found) throw new Error(`${id} wasn't measured`);
  return found;
}

describe('a server with known costs', () => {
  test('the known speed-up lies within the interval', async () => {
    // So long that what a request costs on a busy machine is far below them.
    const [request, text] = [150, 10];
    const server = await serve({ requestDelayMs: request, textDelayMs: text });
    const report = await benchOn(server, { effort: { ...brief, chooseSeconds: 0.2, checkSeconds: 0.3 } });
    const known = (request + text) / ((request + 8 * text) / 8);
    const { low, high } = report.speedup!;
    // Timers and the client add a few ms to what the server is told to cost: a twentieth, at most.
    expect(low!).toBeLessThanOrEqual(known * 1.05);
    expect(high!).toBeGreaterThanOrEqual(known / 1.05);
    expect(report.difference).toBe('faster');
    // Eight texts are the most of the fixed ones here, and the adaptive one goes beyond.
    expect(report.recommended).toEqual({ batchSize: 8, concurrency: 1, reason: 'adaptive' });
    const best = settingOf(report, 'batched-8x1');
    expect(best).toMatchObject({ phase: 'check', rounds: 4, textsPerRequest: 8, status: 'measured' });
    expect(best.speedup).toEqual(report.speedup);
    expect(best.requests * 8).toBe(best.texts);
    expect(best.latencyMs!.p50).toBeGreaterThan(request);
    expect(settingOf(report, 'individual-1').textsPerRequest).toBe(1);
  });

  test('where only texts cost, one after the other, there is no difference', async () => {
    // So long that what a request costs on a busy machine is far below a tenth of it.
    const server = await serve({ textDelayMs: 150 });
    const effort = { ...brief, grids: [{ sizes: [1, 4], concurrencies: [1] }] };
    const { report, saved } = await bench({
      settings: settingsWith({ ollamaUrl: [server.url], model: 'all-minilm', cache: 'none' }),
      effort,
      timeLimitMs: 20_000,
      cwd: dir,
      save: true,
    });
    // A busy machine may need more rounds than these to say that there is none.
    expect(['no-difference', 'cant-tell-yet']).toContain(report.verdict);
    expect(report.recommended?.reason).toBe(report.verdict);
    expect(saved).toBeUndefined();
    expect(readdirSync(dir)).toEqual(['.git']);
  });

  test('a setting that is far slower than the first look makes it out is measured, and does not count as failed', async () => {
    // The first look is at eight texts: linearly, the larger batches are expected within a fiftieth of what they take.
    const server = await serve({ requestDelayMs: 40 });
    server.script({
      kind: 'delay',
      ms: 1000,
      when: (texts) => texts.length > 8,
      times: Number.POSITIVE_INFINITY,
    });
    const effort = { ...telling, grids: [{ sizes: [1, 8, 32], concurrencies: [1] }], chooseSeconds: 0.3 };
    const report = await benchOn(server, { effort, timeLimitMs: 120_000 });
    expect(report.complete).toBe(true);
    const [target] = report.targets;
    expect(target!.settings.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(settingOf(report, 'batched-32x1')).toMatchObject({ status: 'measured', textsPerRequest: 32 });
    expect(target!.againstDefault).toMatchObject({ verdict: 'faster' });
    expect(report.recommended).toEqual({ batchSize: 8, concurrency: 1, reason: 'faster' });
  });

  test('the time to load a model is shown apart, and only where it was not loaded', async () => {
    const server = await serve({ loadMs: 300 });
    const first = (await benchOn(server)).targets[0]!;
    expect(first.load.wasLoaded).toBe(false);
    expect(first.load.seconds).toBeGreaterThan(0.2);
    expect(settingOf({ targets: [first] } as BenchReport, 'individual-1').latencyMs!.p99).toBeLessThan(300);
    const second = (await benchOn(server)).targets[0]!;
    expect(second.load).toEqual({ wasLoaded: true, seconds: null });
  });
});

test('all settings of a round get the same texts, and every round others', async () => {
  const server = await serve();
  const begins: number[] = [];
  await benchOn(server, {
    onProgress: ({ text }) => {
      if (/^(choosing|checking)/.test(text)) begins.push(server.batches().length);
    },
  });
  const batches = server.batches();
  const measured = begins.map((from, place) => batches.slice(from, begins[place + 1]));
  // One at a time, eight texts and the default, in some order; the default's first two requests may overtake each other.
  const rounds = Array.from({ length: 6 }, (_, round) => measured.slice(round * 3, round * 3 + 3));
  expect(measured).toHaveLength(18);
  const firsts = rounds.map((round) => {
    const single = round.find(([batch]) => batch!.length === 1)![0]![0]!;
    for (const setting of round) expect(setting.map(([first]) => first)).toContain(single);
    return single;
  });
  expect(new Set(firsts).size).toBeGreaterThan(2);
});

test('a cold and a warm cache are measured with a cache of their own, which is gone afterwards', async () => {
  const server = await serve();
  const cacheDir = join(dir, 'mine');
  const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('embed-bench-'));
  const before = left();
  const report = await benchOn(server, {}, { cache: 'disk', cacheDir });
  expect(settingOf(report, 'cold-cache')).toMatchObject({ cacheHitRate: 0, textsPerRequest: 8 });
  const warm = settingOf(report, 'warm-cache');
  expect(warm).toMatchObject({ cacheHitRate: 1, requests: 0, latencyMs: null });
  expect(warm.textsPerSecond).toBeGreaterThan(settingOf(report, 'cold-cache').textsPerSecond!);
  expect(existsSync(cacheDir)).toBe(false);
  expect(left()).toEqual(before);
});

test("the user's own documents are cut and measured", async () => {
  const server = await serve();
  writeFileSync(join(dir, 'boats.md'), '# Boats\n\nThe ferry leaves at six.\n');
  writeFileSync(join(dir, 'trains.md'), '# Trains\n\nThe train leaves at seven.\n');
  writeFileSync(join(dir, 'left-out.txt'), 'Nobody shall see this.');
  const report = await benchOn(server, { paths: ['.'] }, { exclude: ['*.txt'], chunkSize: 16 });
  expect(report.texts).toMatchObject({ source: 'documents', count: 2 });
  const sent = new Set(server.batches().flat());
  expect([...sent].some((text) => text.includes('The ferry leaves'))).toBe(true);
  expect([...sent].some((text) => text.includes('Nobody shall'))).toBe(false);
  await expect(benchOn(server, { paths: ['absent.md'] })).rejects.toThrow(UsageError);
});

describe('a server that fails', () => {
  test('under one setting only makes that setting fail', async () => {
    const server = await serve();
    server.script(
      faults.busy({ when: (texts) => texts.length === 8, after: 2, times: Number.POSITIVE_INFINITY }),
    );
    const report = await benchOn(server);
    const failed = settingOf(report, 'batched-8x1');
    expect(failed.status).toBe('failed');
    expect(failed.failure).toMatchObject({ meaning: 'busy', message: expect.stringContaining('503') });
    expect(report.speedup).toBeNull();
    expect(report.recommended).toMatchObject({ batchSize: 1, concurrency: 1 });
    expect(settingOf(report, 'individual-1').rounds).toBe(4);
  });

  test('by a time-out makes larger settings not be tried', async () => {
    const server = await serve();
    // The opening sends a large batch, and the first look eight texts.
    server.script({
      kind: 'hang',
      when: (texts) => texts.length >= 8,
      after: 2,
      times: Number.POSITIVE_INFINITY,
    });
    const effort = { ...brief, grids: [{ sizes: [1, 2, 8, 16], concurrencies: [1] }] };
    const report = await benchOn(server, { effort }, { batchTimeout: 200, maxRetries: 0 });
    const fixed = report.targets[0]!.settings.filter(({ kind }) => kind === 'batched');
    const failed = fixed.filter(({ failure }) => failure !== null);
    for (const { failure } of failed) expect(failure!.meaning).toBe('timeout');
    // Eight once, and sixteen at most once, when chance had it come first.
    const failures = failed.reduce((sum, { failure }) => sum + failure!.count, 0);
    expect(failures).toBeGreaterThan(0);
    expect(failures).toBeLessThanOrEqual(2);
    expect(report.recommended?.batchSize).toBeLessThan(8);
  });

  test('on one text loses that text only', async () => {
    const server = await serve();
    server.script(faults.poisoned('Parking'));
    const report = await benchOn(server);
    expect(report.complete).toBe(true);
    for (const id of ['individual-1', 'batched-8x1']) {
      expect(settingOf(report, id)).toMatchObject({ status: 'measured', rounds: 4 });
    }
    const tries = server.batches().filter((batch) => batch.some((text) => text.includes('Parking')));
    expect(tries.length).toBeLessThan(10);
  });

  test('and hangs at the end: what was measured until the time limit is reported', async () => {
    const server = await serve();
    server.script({ kind: 'hang', after: amongChecks, times: Number.POSITIVE_INFINITY });
    const report = await benchOn(server, { timeLimitMs: 1500, effort: fewest });
    expect(report).toMatchObject({ complete: false, ended: 'time-limit' });
    expect(settingOf(report, 'individual-1').rounds).toBeGreaterThan(0);
  });

  test('and hangs from the start is an error that names it', async () => {
    const server = await serve();
    server.script({ kind: 'hang', times: Number.POSITIVE_INFINITY });
    const measuring = benchOn(server, { timeLimitMs: 400 });
    await expect(measuring).rejects.toThrow(ServiceError);
    await expect(measuring).rejects.toThrow(/Within 0.4 s nothing could be measured/);
  });

  test('and dies: what was measured until then is reported', async () => {
    const server = await serve();
    server.script({ kind: 'die', after: amongChecks });
    const report = await benchOn(server, { effort: fewest });
    expect(report).toMatchObject({ complete: false, ended: 'server-down' });
  });
});

test('vectors that change in a batch are found, and texts are then best sent alone', async () => {
  const server = await serve();
  server.script({
    kind: 'value',
    text: '5',
    when: (texts) => texts.length === 8,
    times: Number.POSITIVE_INFINITY,
  });
  const report = await benchOn(server);
  const { agreement } = report.targets[0]!;
  expect(agreement).toMatchObject({ texts: 8, agrees: false });
  expect(agreement!.minimumCosine).toBeLessThan(0.9);
  expect(report.recommended).toMatchObject({ batchSize: 1, reason: 'vectors-differ' });
});

test('two servers are measured each on its own, and compared', async () => {
  const [slow, fast] = [await serve({ requestDelayMs: 200 }), await serve({ requestDelayMs: 20 })];
  const report = await benchOn(slow, { effort: telling }, { ollamaUrl: [slow.url, fast.url] });
  expect(report.targets.map(({ url }) => url)).toEqual([slow.url, fast.url]);
  const [comparison] = report.comparisons;
  expect(comparison).toMatchObject({ target: 1, against: 0, difference: 'faster' });
  expect(comparison!.ratio.low).toBeGreaterThan(1.5);
  expect(report.speedup).toEqual(report.targets[0]!.speedup);
  await expect(benchOn(slow, { save: true }, { ollamaUrl: [slow.url, fast.url] })).rejects.toThrow(/--save/);
});

test('two models are measured side by side with the same texts', async () => {
  const other = { ...allMiniLm, name: 'other:latest', digest: 'ab'.repeat(32), context: 256 };
  const server = await serve({ models: [allMiniLm, other] });
  const report = await benchOn(server, { models: ['all-minilm', 'other'] });
  expect(report.targets.map(({ model }) => model)).toEqual(['all-minilm:latest', 'other:latest']);
  expect(report.comparisons).toHaveLength(1);
});

test('an abort ends it with the reason', async () => {
  const server = await serve({ requestDelayMs: 20 });
  const control = new AbortController();
  const measuring = benchOn(server, {
    signal: control.signal,
    onProgress: ({ text }) => {
      if (text.startsWith('choosing')) control.abort(new Error('enough'));
    },
  });
  await expect(measuring).rejects.toThrow('enough');
});

test('the same seed measures in the same order', async () => {
  const order = async (seed: number) => {
    const seen: string[] = [];
    const server = await serve();
    await benchOn(server, {
      seed,
      effort: { ...brief, grids: [{ sizes: [1, 2, 4], concurrencies: [1, 2] }], checkRounds: 1 },
      onProgress: ({ text }) => {
        if (text.startsWith('choosing')) seen.push(text);
      },
    });
    return seen;
  };
  const [one, again, other] = [await order(5), await order(5), await order(6)];
  expect(again).toEqual(one);
  expect(other).not.toEqual(one);
  expect([...other].sort()).toEqual([...one].sort());
});
