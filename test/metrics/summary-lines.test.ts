import { describe, expect, test } from 'vitest';
import { BatchMetrics } from '../../src/metrics/metrics.js';
import { performanceSummary } from '../../src/metrics/summary-lines.js';
import { busyMetrics, clockAt, endpoint, idle } from './samples.js';

const longName = { ...endpoint, url: `http://${'a'.repeat(90)}.example`, breaker: 'open' as const };

describe('performanceSummary', () => {
  test('says what happened', () => {
    const clock = clockAt(0);
    const metrics = busyMetrics(clock.read);
    clock.now = 10_000;
    expect(performanceSummary(metrics.snapshot({ ...idle, endpoints: [endpoint] }))).toBe(
      [
        'texts     33 (3,300 tokens) in 10 s, 3.3 texts/s',
        'requests  3, 2 answered; 13.7 texts each, 42.7 % full',
        'cache     75 % hits of 40 lookups, 4 damaged',
        'shared    5 texts were under way already',
        'waiting   half within 25 ms, 95 % within 25 ms, 99 % within 25 ms',
        'answers   half within 40 ms, 95 % within 392 ms, 99 % within 398 ms',
        'now       0 queued, 0 in flight; limits: 32 texts × 2 requests',
        'retries   2: 1 busy, 1 timeout',
        'failures  1: 1 timeout',
        'split     1 of the batches (33.3 %)',
        'hedged    1 late requests were sent to another endpoint, too',
        'given up  1: 1 too-long',
        'not used  2 cancelled, 4 turned away, 3 never fetched',
        'endpoint  http://127.0.0.1:11434: 12 sent, 2 failed, 1 in flight',
      ].join('\n'),
    );
  });

  test('leaves out what never happened', () => {
    const clock = clockAt(0);
    expect(performanceSummary(new BatchMetrics(clock.read).snapshot(idle))).toBe(
      [
        'texts     0 (0 tokens) in 0 ms',
        'requests  none',
        'now       0 queued, 0 in flight; limits: 32 texts × 2 requests',
      ].join('\n'),
    );
  });

  test('no line is longer than 80 columns', () => {
    const metrics = busyMetrics();
    for (const meaning of Object.keys(metrics.snapshot(idle).retries)) {
      for (let time = 0; time < 1000; time++) metrics.retried(meaning as 'busy');
    }
    const lines = performanceSummary(metrics.snapshot({ ...idle, endpoints: [longName] })).split('\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    expect(lines.at(-1)).toContain('circuit open');
  });
});
