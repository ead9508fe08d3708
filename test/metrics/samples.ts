import { BatchMetrics } from '../../src/metrics/metrics.js';
import type { LiveState } from '../../src/metrics/snapshot.js';
import type { EndpointState } from '../../src/types/embedder.js';

export const idle: LiveState = {
  queue_size: 0,
  active_requests: 0,
  batch_size_limit: 32,
  concurrency_limit: 2,
  endpoints: [],
};

export const endpoint: EndpointState = {
  url: 'http://127.0.0.1:11434',
  weight: 1,
  breaker: 'closed',
  inFlight: 1,
  requests: 12,
  failures: 2,
  msPerToken: 0.25,
};

/** A clock that stands still until it is moved. */
export function clockAt(start: number): { now: number; read: () => number } {
  const clock = { now: start, read: () => clock.now };
  return clock;
}

/** One of everything: 3 batches of 32, 8 and 1 texts, of which one was split. */
export function busyMetrics(now?: () => number): BatchMetrics {
  const metrics = new BatchMetrics(now);
  metrics.textQueued(40);
  metrics.textQueued();
  metrics.textsJoined(5);
  metrics.cacheLookup({ hits: 30, misses: 10 });
  metrics.cacheRefused(4);
  for (const [texts, tokens, ms] of [
    [32, 3200, 400],
    [8, 800, 100],
    [1, 100, 40],
  ] as const) {
    for (let text = 0; text < texts; text++) metrics.waited(25);
    metrics.sent({ texts, tokens, maxTexts: 32 });
    if (texts === 8) {
      metrics.retried('busy');
      metrics.retried('timeout');
      metrics.failed({ texts, meaning: 'timeout' });
      metrics.halved();
      metrics.hedged();
    } else metrics.answered({ texts, tokens, ms });
  }
  metrics.textFailed('too-long');
  metrics.cancelled(2);
  metrics.dropped(3);
  metrics.rejected(4);
  return metrics;
}
