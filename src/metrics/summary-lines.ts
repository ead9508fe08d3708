// The metrics for people: a few lines for a terminal of 80 columns.
import type { ByMeaning, Durations, EndpointMetrics, Metrics } from './snapshot.js';

const lineWidth = 80;
const labelWidth = 10;

/**
 * A summary in a few lines of at most 80 columns; counts of zero are left out.
 * @returns lines without a line end after the last
 */
export function performanceSummary(metrics: Metrics): string {
  const { requests, batches_processed, texts, tokens, uptime_seconds } = metrics;
  const speed = uptime_seconds > 0 ? `, ${number(texts / uptime_seconds)} texts/s` : '';
  const lines = [
    line('texts', `${number(texts)} (${number(tokens)} tokens) in ${duration(uptime_seconds)}${speed}`),
    line(
      'requests',
      requests === 0
        ? 'none'
        : `${number(requests)}, ${number(batches_processed)} answered; ` +
            `${number(metrics.average_batch_size)} texts each, ${percent(metrics.average_batch_fill)} full`,
    ),
  ];
  const lookups = metrics.cache_hits + metrics.cache_misses;
  if (lookups > 0) {
    const refused = metrics.cache_refused > 0 ? `, ${number(metrics.cache_refused)} damaged` : '';
    lines.push(
      line('cache', `${percent(metrics.cache_hit_rate)} hits of ${number(lookups)} lookups${refused}`),
    );
  }
  if (metrics.texts_joined > 0)
    lines.push(line('shared', `${number(metrics.texts_joined)} texts were under way already`));
  if (metrics.queue_time_seconds.count > 0)
    lines.push(line('waiting', quantiles(metrics.queue_time_seconds)));
  if (metrics.request_time_seconds.count > 0)
    lines.push(line('answers', quantiles(metrics.request_time_seconds)));
  lines.push(
    line(
      'now',
      `${number(metrics.queue_size)} queued, ${number(metrics.active_requests)} in flight; ` +
        `limits: ${metrics.batch_size_limit} texts × ${metrics.concurrency_limit} requests`,
    ),
  );
  lines.push(...troubles(metrics), ...metrics.endpoints.map(endpoint));
  return lines.join('\n');
}

function troubles(metrics: Metrics): string[] {
  const lines: string[] = [];
  if (metrics.retries_total > 0)
    lines.push(line('retries', byMeaning(metrics.retries_total, metrics.retries)));
  if (metrics.failures_total > 0)
    lines.push(line('failures', byMeaning(metrics.failures_total, metrics.failures)));
  if (metrics.fallbacks > 0) {
    lines.push(
      line('split', `${number(metrics.fallbacks)} of the batches (${percent(metrics.fallback_rate)})`),
    );
  }
  if (metrics.hedged > 0)
    lines.push(line('hedged', `${number(metrics.hedged)} late requests were sent to another endpoint, too`));
  if (metrics.text_failures_total > 0) {
    lines.push(line('given up', byMeaning(metrics.text_failures_total, metrics.text_failures)));
  }
  const lost = [
    [metrics.cancelled, 'cancelled'],
    [metrics.rejected, 'turned away'],
    [metrics.dropped, 'never fetched'],
  ] as const;
  const some = lost.filter(([count]) => count > 0).map(([count, what]) => `${number(count)} ${what}`);
  if (some.length > 0) lines.push(line('not used', some.join(', ')));
  return lines;
}

function endpoint({ url, breaker, refused, in_flight, requests, failures }: EndpointMetrics): string {
  const open = breaker === 'closed' ? '' : `, circuit ${breaker}`;
  const state = refused === null ? open : ', refused';
  const rest = `: ${number(requests)} sent, ${number(failures)} failed, ${in_flight} in flight${state}`;
  return line('endpoint', `${cut(url, lineWidth - labelWidth - rest.length)}${rest}`);
}

function byMeaning(total: number, counts: ByMeaning): string {
  const some = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([meaning, count]) => `${number(count)} ${meaning}`);
  return `${number(total)}: ${some.join(', ')}`;
}

function quantiles({ p50, p95, p99 }: Durations): string {
  return `half within ${duration(p50)}, 95 % within ${duration(p95)}, 99 % within ${duration(p99)}`;
}

function line(label: string, text: string): string {
  return cut(`${label.padEnd(labelWidth)}${text}`, lineWidth);
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1))}…`;
}

function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 1 : 0 });
}

function percent(share: number): string {
  return `${number(share * 100)} %`;
}

function duration(seconds: number): string {
  if (seconds < 1) return `${number(seconds * 1000)} ms`;
  if (seconds < 120) return `${number(seconds)} s`;
  if (seconds < 7200) return `${number(seconds / 60)} min`;
  return `${number(seconds / 3600)} h`;
}
