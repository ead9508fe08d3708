// The measurement as a whole: what is sent and kept, and servers that fail.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Effort } from '../../../src/bench/measure/plan.js';
import { ServiceError, UsageError } from '../../../src/errors.js';
import { allMiniLm, faults } from '../../helpers/ollama.js';
import { skipDelays } from '../../helpers/skipped-delays.js';
import { brief, dir, reportOn, serve, settingOf, setUp } from './benching.js';

/** Every setting once a round: 4 single texts, one batch, and a few requests of the adaptive one. */
const fewest: Effort = { ...brief, chooseSeconds: 0.001, checkSeconds: 0.001 };

/** Requests of opening, first look and rounds that choose, and a few more. */
const amongChecks = 30;

setUp();

test('the time to load a model is shown apart, and only where it was not loaded', async () => {
  const server = await serve({ loadMs: 300, requestDelayMs: 5 });
  skipDelays(server);
  const first = (await reportOn(server)).targets[0]!;
  expect(first.load.wasLoaded).toBe(false);
  expect(first.load.seconds).toBeGreaterThan(0.2);
  expect(settingOf({ targets: [first] }, 'individual-1').latencyMs!.p99).toBeLessThan(300);
  const second = (await reportOn(server)).targets[0]!;
  expect(second.load).toEqual({ wasLoaded: true, seconds: null });
});

test('all settings of a round get the same texts, and every round others', async () => {
  const server = await serve();
  const begins: number[] = [];
  await reportOn(server, {
    events: {
      progress: (_, step) => {
        if (/^(choosing|checking)/.test(step)) begins.push(server.batches().length);
      },
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
  const report = await reportOn(server, {}, { cache: 'disk', cacheDir });
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
  writeFileSync(join(dir, 'left-out.txt'), 'This must stay unseen.');
  const report = await reportOn(server, { paths: ['.'] }, { exclude: ['*.txt'], chunkSize: 16 });
  expect(report.texts).toMatchObject({ source: 'documents', count: 2 });
  const sent = new Set(server.batches().flat());
  expect([...sent].some((text) => text.includes('The ferry leaves'))).toBe(true);
  expect([...sent].some((text) => text.includes('must stay unseen'))).toBe(false);
  await expect(reportOn(server, { paths: ['absent.md'] })).rejects.toThrow(UsageError);
});

describe('a server that fails', () => {
  test('under one setting only makes that setting fail', async () => {
    const server = await serve();
    server.script(
      faults.busy({ when: (texts) => texts.length === 8, after: 2, times: Number.POSITIVE_INFINITY }),
    );
    const report = await reportOn(server);
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
    const report = await reportOn(server, { effort }, { batchTimeout: 200, maxRetries: 0 });
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
    const report = await reportOn(server);
    expect(report.complete).toBe(true);
    for (const id of ['individual-1', 'batched-8x1']) {
      expect(settingOf(report, id)).toMatchObject({ status: 'measured', rounds: 4 });
    }
    const tries = server.batches().filter((batch) => batch.some((text) => text.includes('Parking')));
    expect(tries.length).toBeLessThan(10);
  });

  test('and hangs at the end: what was measured until the time limit is reported', async () => {
    const server = await serve({ requestDelayMs: 5 });
    server.script({ kind: 'hang', after: amongChecks, times: Number.POSITIVE_INFINITY });
    skipDelays(server);
    const report = await reportOn(server, { effort: fewest });
    expect(report).toMatchObject({ complete: false, ended: 'time-limit' });
    expect(settingOf(report, 'individual-1').rounds).toBeGreaterThan(0);
  });

  test('and hangs from the start is an error that names it', async () => {
    const server = await serve();
    server.script({ kind: 'hang', times: Number.POSITIVE_INFINITY });
    skipDelays(server);
    const measuring = reportOn(server);
    await expect(measuring).rejects.toThrow(ServiceError);
    await expect(measuring).rejects.toThrow(/Within 30 s nothing could be measured/);
  });

  test('and dies: what was measured until then is reported', async () => {
    const server = await serve();
    server.script({ kind: 'die', after: amongChecks });
    const report = await reportOn(server, { effort: fewest });
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
  const report = await reportOn(server);
  const { agreement } = report.targets[0]!;
  expect(agreement).toMatchObject({ texts: 8, agrees: false });
  expect(agreement!.minimumCosine).toBeLessThan(0.9);
  expect(report.recommended).toMatchObject({ batchSize: 1, reason: 'vectors-differ' });
});

test('two models are measured side by side with the same texts', async () => {
  const other = { ...allMiniLm, name: 'other:latest', digest: 'ab'.repeat(32), context: 256 };
  const server = await serve({ models: [allMiniLm, other] });
  const report = await reportOn(server, { models: ['all-minilm', 'other'] });
  expect(report.targets.map(({ model }) => model)).toEqual(['all-minilm:latest', 'other:latest']);
  expect(report.comparisons).toHaveLength(1);
});

test('an abort ends it with the reason', async () => {
  const server = await serve({ requestDelayMs: 20 });
  const control = new AbortController();
  const measuring = reportOn(server, {
    signal: control.signal,
    events: {
      progress: (_, step) => {
        if (step.startsWith('choosing')) control.abort(new Error('enough'));
      },
    },
  });
  await expect(measuring).rejects.toThrow('enough');
});

test('the same seed measures in the same order', async () => {
  const order = async (seed: number) => {
    const seen: string[] = [];
    const server = await serve();
    await reportOn(server, {
      seed,
      effort: { ...brief, grids: [{ sizes: [1, 2, 4], concurrencies: [1, 2] }], checkRounds: 1 },
      events: {
        progress: (_, step) => {
          if (step.startsWith('choosing')) seen.push(step);
        },
      },
    });
    return seen;
  };
  const [one, again, other] = [await order(5), await order(5), await order(6)];
  expect(again).toEqual(one);
  expect(other).not.toEqual(one);
  expect([...other].sort()).toEqual([...one].sort());
});
