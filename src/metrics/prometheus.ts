// Metrics in the text format of Prometheus, written by prom-client, which is loaded at the first call.
import type { Metric, Registry } from 'prom-client';
import type { Histogram } from './histogram.js';
import type { ByMeaning, EndpointMetrics, Histograms, Metrics } from './snapshot.js';

type Counts = { [Key in keyof Metrics]: Metrics[Key] extends number ? Key : never }[keyof Metrics];
type CountsByMeaning = {
  [Key in keyof Metrics]: Metrics[Key] extends ByMeaning ? Key : never;
}[keyof Metrics];

const counters: [name: string, field: Counts, help: string][] = [
  ['requests', 'requests', 'Requests sent, halves of split batches included.'],
  ['batches_processed', 'batches_processed', 'Requests answered with vectors.'],
  ['batch_requests', 'batch_requests', 'Requests sent with two texts or more.'],
  ['individual_requests', 'individual_requests', 'Requests sent with one text.'],
  ['texts_queued', 'texts_queued', 'Texts that entered the queue.'],
  ['texts_joined', 'texts_joined', 'Texts that shared the request of the same text.'],
  ['texts', 'texts', 'Texts that the embedder gave vectors for.'],
  ['tokens', 'tokens', 'Tokens of the texts that the embedder gave vectors for.'],
  ['texts_cancelled', 'cancelled', 'Texts whose callers no longer wanted them.'],
  ['texts_rejected', 'rejected', 'Texts turned away because the queue was full.'],
  ['results_dropped', 'dropped', 'Vectors that nobody fetched in time.'],
  ['cache_hits', 'cache_hits', 'Texts whose vector was in the cache.'],
  ['cache_misses', 'cache_misses', 'Texts whose vector was not in the cache, or was damaged there.'],
  ['cache_refused', 'cache_refused', 'Damaged vectors of the cache, which were embedded anew.'],
  ['fallbacks', 'fallbacks', 'Batches that failed and were split in two.'],
  ['hedged', 'hedged', 'Late requests sent to another endpoint, too.'],
];

const countersByMeaning: [name: string, field: CountsByMeaning, help: string][] = [
  ['request_failures', 'failures', 'Requests that failed for good.'],
  ['request_retries', 'retries', 'Requests sent again, by what had failed.'],
  ['text_failures', 'text_failures', 'Texts that were given up.'],
];

const gauges: [name: string, field: Counts, help: string][] = [
  ['queue_size', 'queue_size', 'Texts that no request carries yet.'],
  ['active_requests', 'active_requests', 'Requests in flight.'],
  ['batch_size_limit', 'batch_size_limit', 'Texts that a batch may have.'],
  ['concurrency_limit', 'concurrency_limit', 'Requests that may be in flight.'],
  ['batch_fill_ratio', 'average_batch_fill', 'Texts of a request against the most it could have carried.'],
];

const ofEndpoints: [
  name: string,
  kind: 'Counter' | 'Gauge',
  value: (endpoint: EndpointMetrics) => number | null,
  help: string,
][] = [
  ['active_requests', 'Gauge', ({ in_flight }) => in_flight, 'Requests in flight to the endpoint.'],
  ['weight', 'Gauge', ({ weight }) => weight, "The endpoint's share of the work against the others'."],
  [
    'seconds_per_token',
    'Gauge',
    ({ seconds_per_token }) => seconds_per_token,
    'Mean time of a token lately.',
  ],
  ['requests_total', 'Counter', ({ requests }) => requests, 'Requests to the endpoint since it was opened.'],
  ['failures_total', 'Counter', ({ failures }) => failures, 'Failed ones of these requests.'],
];

const breakerStates = ['closed', 'open', 'half-open'] as const;

/** Upper bounds in seconds; all are bounds of the histograms, so the counts are exact. */
const buckets = [-3, -2, -1, 0, 1, 2]
  .flatMap((power) => [1, 2.5, 5].map((step) => Number(`${step}e${power}`)))
  .concat(1000);

/**
 * All metrics as text (`text/plain; version=0.0.4`), with names that begin with `embed_`. A reset of the metrics looks like
 * a restart, which Prometheus handles.
 */
export async function prometheusText(metrics: Metrics, histograms: Histograms): Promise<string> {
  const { Counter, Gauge, Registry } = await import('prom-client');
  const registry = new Registry();
  const registers = [registry];

  for (const [name, field, help] of counters) {
    new Counter({ name: `embed_${name}_total`, help, registers }).inc(metrics[field]);
  }
  for (const [name, field, help] of countersByMeaning) {
    const counter = new Counter({ name: `embed_${name}_total`, help, labelNames: ['meaning'], registers });
    for (const [meaning, count] of Object.entries(metrics[field])) counter.inc({ meaning }, count);
  }
  for (const [name, field, help] of gauges) {
    new Gauge({ name: `embed_${name}`, help, registers }).set(metrics[field]);
  }
  new Gauge({
    name: 'embed_start_time_seconds',
    help: 'When counting began, in seconds since 1970.',
    registers,
  }).set(Date.parse(metrics.since) / 1000);

  for (const [name, kind, value, help] of ofEndpoints) {
    const config = { name: `embed_endpoint_${name}`, help, labelNames: ['endpoint'], registers };
    const metric = kind === 'Counter' ? new Counter(config) : new Gauge(config);
    for (const endpoint of metrics.endpoints) {
      const present = value(endpoint);
      if (present !== null) metric.inc({ endpoint: endpoint.url }, present);
    }
  }
  const breaker = new Gauge({
    name: 'embed_endpoint_breaker_state',
    help: "1 for the state that the endpoint's circuit breaker is in, 0 for the others.",
    labelNames: ['endpoint', 'state'],
    registers,
  });
  for (const endpoint of metrics.endpoints) {
    for (const state of breakerStates) {
      breaker.set({ endpoint: endpoint.url, state }, endpoint.breaker === state ? 1 : 0);
    }
  }

  const refused = new Gauge({
    name: 'embed_endpoint_refused',
    help: '1 for an endpoint that gets no texts since it gives other vectors than the others, or than before; else 0.',
    labelNames: ['endpoint'],
    registers,
  });
  for (const endpoint of metrics.endpoints) {
    refused.set({ endpoint: endpoint.url }, endpoint.refused === null ? 0 : 1);
  }

  const { queue, request } = histograms;
  addHistogram(registry, 'embed_queue_duration_seconds', 'From queueing a text to sending it.', queue);
  addHistogram(registry, 'embed_request_duration_seconds', 'From sending a request to its answer.', request);
  return registry.metrics();
}

/**
 * prom-client's class for histograms only takes single values, not counts. A registry only needs a metric's name and `get`.
 */
export function addHistogram(registry: Registry, name: string, help: string, histogram: Histogram): void {
  const values = [
    ...buckets.map((le) => ({
      metricName: `${name}_bucket`,
      labels: { le: `${le}` },
      value: histogram.atMost(le),
    })),
    { metricName: `${name}_bucket`, labels: { le: '+Inf' }, value: histogram.count },
    { metricName: `${name}_sum`, labels: {}, value: histogram.sum },
    { metricName: `${name}_count`, labels: {}, value: histogram.count },
  ];
  const counted = { name, get: async () => ({ name, help, type: 'histogram', aggregator: 'sum', values }) };
  registry.registerMetric(counted as unknown as Metric);
}
