import { describe, expect, test } from 'vitest';
import { BatchMetrics } from '../../src/metrics/metrics.js';
import { busyMetrics, clockAt, endpoint, idle } from './samples.js';

describe('BatchMetrics', () => {
  test('counts what happened', () => {
    const snapshot = busyMetrics().snapshot(idle);
    expect(snapshot).toMatchObject({
      requests: 3,
      batches_processed: 2,
      batch_requests: 2,
      individual_requests: 1,
      texts_queued: 41,
      texts_joined: 5,
      texts: 33,
      tokens: 3300,
      text_failures_total: 1,
      cancelled: 2,
      dropped: 3,
      rejected: 4,
      cache_hits: 30,
      cache_misses: 10,
      cache_refused: 4,
      cache_hit_rate: 0.75,
      fallbacks: 1,
      hedged: 1,
      retries_total: 2,
      failures_total: 1,
    });
    expect(snapshot.retries).toMatchObject({ busy: 1, timeout: 1, 'bad-input': 0 });
    expect(snapshot.failures).toMatchObject({ busy: 0, timeout: 1 });
    expect(snapshot.text_failures).toMatchObject({ 'too-long': 1, timeout: 0 });
  });

  test('averages: size and fill over what was sent, time over what was answered', () => {
    const snapshot = busyMetrics().snapshot(idle);
    expect(snapshot.average_batch_size).toBeCloseTo(41 / 3);
    expect(snapshot.average_batch_fill).toBeCloseTo((1 + 8 / 32 + 1 / 32) / 3);
    expect(snapshot.average_batch_time).toBeCloseTo(0.22);
    expect(snapshot.fallback_rate).toBeCloseTo(1 / 3);
  });

  test('times are in seconds', () => {
    const { queue_time_seconds: queue, request_time_seconds: request } = busyMetrics().snapshot(idle);
    expect(queue).toMatchObject({ count: 41, p50: 0.025, p99: 0.025 });
    expect(queue.sum).toBeCloseTo(41 * 0.025);
    expect(request.count).toBe(2);
    expect(request.sum).toBeCloseTo(0.44);
    expect(request.p99).toBeGreaterThan(0.3);
    expect(request.p99).toBeLessThanOrEqual(0.4);
  });

  test('shows the limits and the endpoints as they are', () => {
    const resting = {
      ...endpoint,
      url: 'http://b',
      breaker: 'open' as const,
      refused: 'digest',
      msPerToken: undefined,
    };
    const snapshot = busyMetrics().snapshot({
      queue_size: 7,
      active_requests: 2,
      batch_size_limit: 64,
      concurrency_limit: 3,
      endpoints: [endpoint, resting],
    });
    expect(snapshot).toMatchObject({
      queue_size: 7,
      active_requests: 2,
      batch_size_limit: 64,
      concurrency_limit: 3,
    });
    expect(snapshot.endpoints[0]).toEqual({
      url: 'http://127.0.0.1:11434',
      breaker: 'closed',
      refused: null,
      in_flight: 1,
      weight: 1,
      requests: 12,
      failures: 2,
      seconds_per_token: 0.00025,
    });
    expect(snapshot.endpoints[1]).toMatchObject({
      breaker: 'open',
      refused: 'digest',
      seconds_per_token: null,
    });
  });

  test('is plain JSON, in snake case, also when nothing has happened', () => {
    for (const metrics of [new BatchMetrics(), busyMetrics()]) {
      const snapshot = metrics.snapshot({ ...idle, endpoints: [endpoint] });
      expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
      for (const name of Object.keys(snapshot)) expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
    }
    expect(new BatchMetrics().snapshot(idle)).toMatchObject({
      cache_hit_rate: 0,
      average_batch_size: 0,
      average_batch_fill: 0,
      average_batch_time: 0,
      fallback_rate: 0,
    });
  });

  test('a reset counts from now on', () => {
    const clock = clockAt(Date.UTC(2026, 0, 1));
    const metrics = busyMetrics(clock.read);
    clock.now += 5000;
    const before = metrics.snapshot(idle);
    expect([before.since, before.uptime_seconds]).toEqual(['2026-01-01T00:00:00.000Z', 5]);
    metrics.reset();
    clock.now += 1000;
    const fresh = new BatchMetrics(() => clock.now).snapshot(idle);
    expect(metrics.snapshot(idle)).toEqual({
      ...fresh,
      since: '2026-01-01T00:00:05.000Z',
      uptime_seconds: 1,
    });
  });

  test('what was handed out stays as it was', () => {
    const metrics = busyMetrics();
    const { retries, failures, text_failures } = metrics.snapshot(idle);
    metrics.retried('busy');
    metrics.failed({ texts: 1, meaning: 'timeout' });
    metrics.textFailed('too-long');
    expect([retries.busy, failures.timeout, text_failures['too-long']]).toEqual([1, 1, 1]);
  });
});
