// A report as a measurement would make it, for what reads reports.
import { fixed } from '../../src/bench/measure/candidates.js';
import type { BenchReport } from '../../src/bench/report/report.js';
import type { SettingReport } from '../../src/bench/report/setting-report.js';

export function settingReport(
  kind: SettingReport['kind'],
  batchSize: number,
  concurrency: number,
  speed: number,
): SettingReport {
  const ratio = { estimate: speed / 40, low: (speed / 40) * 0.9, high: (speed / 40) * 1.1 };
  const isBase = kind === 'individual' && concurrency === 1;
  return {
    id: kind === 'individual' || kind === 'batched' ? fixed(batchSize, concurrency).id : kind,
    kind,
    batchSize,
    concurrency,
    status: 'measured',
    phase: 'check',
    rounds: 6,
    texts: 600,
    requests: 600 / batchSize,
    textsPerRequest: batchSize,
    textsPerSecond: speed,
    tokensPerSecond: speed * 50,
    latencyMs: { p50: 20, p95: 30, p99: 40 },
    cacheHitRate: null,
    speedup: isBase ? null : ratio,
    verdict: isBase ? null : 'faster',
    difference: isBase ? null : 'faster',
    samples: {
      textsPerSecond: new Array<number>(6).fill(speed),
      tokensPerSecond: new Array<number>(6).fill(speed * 50),
    },
    failure: null,
  };
}

/** All settings of a small grid on one server. */
export function sampleReport(): BenchReport {
  const settings = [
    settingReport('individual', 1, 1, 40),
    settingReport('individual', 1, 2, 78),
    settingReport('batched', 32, 1, 250),
    settingReport('batched', 32, 2, 320),
    settingReport('adaptive', 32, 2, 300),
    { ...settingReport('cold-cache', 32, 2, 310), cacheHitRate: 0 },
    { ...settingReport('warm-cache', 32, 2, 90_000), cacheHitRate: 1, requests: 0, latencyMs: null },
  ];
  const { speedup, verdict, difference } = settings[3]!;
  const recommended = { batchSize: 32, concurrency: 2, reason: 'faster' } as const;
  return {
    schema: 1,
    date: '2026-01-02T03:04:05.000Z',
    seed: 1,
    seconds: 20,
    complete: true,
    ended: null,
    texts: { source: 'bundled', count: 24, tokens: 54, hash: 'abc' },
    speedup,
    verdict,
    difference,
    recommended,
    again: null,
    targets: [
      {
        name: 'all-minilm:latest at http://a:11434',
        embedder: 'ollama',
        model: 'all-minilm:latest',
        digest: 'ab',
        dimensions: 384,
        url: 'http://a:11434',
        load: { wasLoaded: false, seconds: 1.2 },
        agreement: { texts: 8, minimumCosine: 0.99999, agrees: true },
        speedup,
        verdict,
        difference,
        recommended,
        againstDefault: { ratio: { estimate: 1.07, low: 1.03, high: 1.1 }, verdict: 'faster' },
        best: 'batched-32x2',
        settings,
      },
    ],
    comparisons: [],
  };
}
