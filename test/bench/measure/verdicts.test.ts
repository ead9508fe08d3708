// What a measurement finds of servers whose costs are known.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BenchOptions } from '../../../src/commands/bench.js';
import { loadSettings } from '../../../src/config/load.js';
import type { OllamaOptions } from '../../helpers/ollama.js';
import { skipDelays } from '../../helpers/skipped-delays.js';
import { benchOn, brief, type Changes, dir, serve, settingOf, setUp } from './benching.js';

setUp();

/** Measures one server for each of these costs, however long they take. */
async function measured(costs: OllamaOptions[], options: Partial<BenchOptions> = {}, settings: Changes = {}) {
  const servers = await Promise.all(costs.map(serve));
  skipDelays(...servers);
  const ollamaUrl = servers.map(({ url }) => url);
  return await benchOn(servers[0]!, { timeLimitMs: 3_600_000, ...options }, { ollamaUrl, ...settings });
}

test('the known speed-up lies within the interval', async () => {
  const [request, text] = [150, 10];
  const { report } = await measured([{ requestDelayMs: request, textDelayMs: text }]);
  const known = (request + text) / ((request + 8 * text) / 8);
  const { low, high } = report.speedup!;
  // The client may add a few ms to what the server is told to cost.
  expect(low!).toBeLessThanOrEqual(known * 1.02);
  expect(high!).toBeGreaterThanOrEqual(known / 1.02);
  expect(high! / low!).toBeLessThan(1.1);
  expect(report.difference).toBe('faster');
  // Eight texts are the most of the fixed ones here, and the adaptive one goes beyond.
  expect(report.recommended).toEqual({ batchSize: 8, concurrency: 1, reason: 'adaptive' });
  const best = settingOf(report, 'batched-8x1');
  expect(best).toMatchObject({ phase: 'check', rounds: 4, textsPerRequest: 8, status: 'measured' });
  expect(best.speedup).toEqual(report.speedup);
  expect(best.requests * 8).toBe(best.texts);
  expect(best.latencyMs!.p50).toBeGreaterThanOrEqual(request);
  expect(settingOf(report, 'individual-1').textsPerRequest).toBe(1);
});

test('where only texts cost, one after the other, there is no difference, and nothing is saved', async () => {
  const effort = { ...brief, grids: [{ sizes: [1, 4], concurrencies: [1] }] };
  // No time for the default, which sends 64 texts at once.
  const options = { effort, save: true, timeLimitMs: 20_000 };
  const { report, saved } = await measured([{ textDelayMs: 150 }], options);
  expect(report.verdict).toBe('no-difference');
  expect(report.recommended?.reason).toBe('no-difference');
  expect(saved).toBeUndefined();
  expect(readdirSync(dir)).toEqual(['.git']);
});

test('where all that a request costs is the request, the default goes beyond what is measured, and nothing is saved', async () => {
  const { report, saved } = await measured([{ requestDelayMs: 1000 }], { save: true });
  expect(report.recommended?.reason).toBe('adaptive');
  expect(saved).toBeUndefined();
  expect(readdirSync(dir)).toEqual(['.git']);
});

test('a setting that is far slower than the first look makes it out is measured, and what is faster is saved', async () => {
  const config = join(dir, '.batchrc');
  writeFileSync(config, '# mine\nmaxRetries: 1 # fewer\n');
  // The first look is at eight texts: linearly, the larger batches are expected within a fiftieth of what they take.
  const server = await serve({ requestDelayMs: 100 });
  server.script({
    kind: 'delay',
    ms: 2000,
    when: (texts) => texts.length > 8,
    times: Number.POSITIVE_INFINITY,
  });
  skipDelays(server);
  const effort = { ...brief, grids: [{ sizes: [1, 8, 32], concurrencies: [1] }], chooseSeconds: 0.8 };
  const { report, saved } = await benchOn(server, { effort, timeLimitMs: 3_600_000, save: true });
  expect(report.complete).toBe(true);
  const [target] = report.targets;
  expect(target!.settings.filter(({ status }) => status === 'failed')).toEqual([]);
  expect(settingOf(report, 'batched-32x1')).toMatchObject({ status: 'measured', textsPerRequest: 32 });
  // The default begins with 32 texts, and finds neither more nor half of them worth the while.
  expect(target!.againstDefault).toMatchObject({ verdict: 'faster' });
  expect(report.recommended).toEqual({ batchSize: 8, concurrency: 1, reason: 'faster' });
  expect(saved).toEqual({ path: config, created: false });
  expect(readFileSync(config, 'utf8')).toBe('# mine\nmaxRetries: 1 # fewer\nbatchSize: 8\nconcurrency: 1\n');
  const { settings } = await loadSettings({ env: {}, cwd: dir });
  expect(settings).toMatchObject({ batchSize: 8, concurrency: 1 });
});

test('two servers are measured each on its own, and compared', async () => {
  const { report } = await measured([{ requestDelayMs: 2000 }, { requestDelayMs: 200 }]);
  const [slow, fast] = report.targets;
  expect(slow!.settings[0]!.latencyMs!.p50).toBeGreaterThanOrEqual(2000);
  expect(fast!.settings[0]!.latencyMs!.p50).toBeLessThan(2000);
  const [comparison] = report.comparisons;
  expect(comparison).toMatchObject({ target: 1, against: 0, difference: 'faster' });
  expect(comparison!.ratio.low).toBeGreaterThan(1.5);
  expect(report.speedup).toEqual(slow!.speedup);
});

test('several servers have no settings in common to save', async () => {
  const [a, b] = [await serve(), await serve()];
  await expect(benchOn(a, { save: true }, { ollamaUrl: [a.url, b.url] })).rejects.toThrow(/--save/);
});
