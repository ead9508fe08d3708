// Metrics in the text format of Prometheus, written by prom-client. Imported at the first call only: it takes time to load.
import { Counter, Gauge, type Metric, Registry } from 'prom-client';
import type { Histogram } from './histogram.js';
import type { ByMeaning, EndpointMetrics, Histograms, MeasuredMetrics, Metrics } from './snapshot.js';

type Labels = Readonly<Record<string, string>>;

/** What one source counted, and the labels that tell it from the other sources of its registry. */
export interface LabelledMetrics extends MeasuredMetrics {
  labels: Labels;
}

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
  ['results_dropped', 'dropped', 'Vectors that were not fetched in time.'],
  ['cache_hits', 'cache_hits', 'Texts whose vector was in the cache.'],
  ['cache_misses', 'cache_misses', 'Texts whose vector was not in the cache, or was damaged there.'],
  ['cache_refused', 'cache_refused', 'Damaged vectors of the cache, which were embedded again.'],
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

const breakerHelp = "1 for the state that the endpoint's circuit breaker is in, 0 for the others.";
const breakerStates = ['closed', 'open', 'half-open'] as const;

const refusedHelp =
  '1 for an endpoint that gets no texts since it gives other vectors than the others, or than before; else 0.';

const histograms: [name: string, key: keyof Histograms, help: string][] = [
  ['queue_duration_seconds', 'queue', 'From queueing a text to sending it.'],
  ['request_duration_seconds', 'request', 'From sending a request to its answer.'],
];

/** Upper bounds in seconds; all are bounds of the histograms, so the counts are exact. */
const buckets = [-3, -2, -1, 0, 1, 2]
  .flatMap((power) => [1, 2.5, 5].map((step) => Number(`${step}e${power}`)))
  .concat(1000);

/**
 * All metrics as text (`text/plain; version=0.0.4`), with names that begin with `embed_`. A reset of the metrics looks like
 * a restart, which Prometheus handles.
 */
export async function prometheusText(measured: MeasuredMetrics): Promise<string> {
  const registry = new Registry();
  registerMetrics(registry, [{ ...measured, labels: {} }]);
  return await registry.metrics();
}

/**
 * Registers the metrics of all sources, as they are now.
 * @param sources all with the same names of labels, e.g. `model`, which come after a metric's own; without a source
 * nothing is registered
 */
export function registerMetrics(registry: Registry, sources: readonly LabelledMetrics[]): void {
  if (sources.length === 0) return;
  const sourceLabels = Object.keys(sources[0]!.labels);
  const registers = [registry];
  const configOf = (name: string, help: string, ...own: string[]) => ({
    name: `embed_${name}`,
    help,
    labelNames: [...own, ...sourceLabels],
    registers,
  });

  for (const [name, field, help] of counters) {
    const counter = new Counter(configOf(`${name}_total`, help));
    for (const { labels, metrics } of sources) counter.inc(labels, metrics[field]);
  }
  for (const [name, field, help] of countersByMeaning) {
    const counter = new Counter(configOf(`${name}_total`, help, 'meaning'));
    for (const { labels, metrics } of sources) {
      for (const [meaning, count] of Object.entries(metrics[field]))
        counter.inc({ meaning, ...labels }, count);
    }
  }
  for (const [name, field, help] of gauges) {
    const gauge = new Gauge(configOf(name, help));
    for (const { labels, metrics } of sources) gauge.set(labels, metrics[field]);
  }
  const start = new Gauge(configOf('start_time_seconds', 'When counting began, in seconds since 1970.'));
  for (const { labels, metrics } of sources) start.set(labels, Date.parse(metrics.since) / 1000);

  const endpoints = sources.flatMap(({ labels, metrics }) =>
    metrics.endpoints.map((endpoint) => ({ endpoint, labels })),
  );
  for (const [name, kind, value, help] of ofEndpoints) {
    const config = configOf(`endpoint_${name}`, help, 'endpoint');
    const metric = kind === 'Counter' ? new Counter(config) : new Gauge(config);
    for (const { endpoint, labels } of endpoints) {
      const present = value(endpoint);
      if (present !== null) metric.inc({ endpoint: endpoint.url, ...labels }, present);
    }
  }
  const breaker = new Gauge(configOf('endpoint_breaker_state', breakerHelp, 'endpoint', 'state'));
  for (const { endpoint, labels } of endpoints) {
    for (const state of breakerStates) {
      breaker.set({ endpoint: endpoint.url, state, ...labels }, endpoint.breaker === state ? 1 : 0);
    }
  }
  const refused = new Gauge(configOf('endpoint_refused', refusedHelp, 'endpoint'));
  for (const { endpoint, labels } of endpoints) {
    refused.set({ endpoint: endpoint.url, ...labels }, endpoint.refused === null ? 0 : 1);
  }

  for (const [name, key, help] of histograms) {
    const all = sources.map((source) => ({ labels: source.labels, histogram: source.histograms[key] }));
    registerHistograms(registry, `embed_${name}`, help, all);
  }
}

/**
 * prom-client's class for histograms only takes single values, not counts. A registry only needs a metric's name and `get`.
 */
export function registerHistograms(
  registry: Registry,
  name: string,
  help: string,
  all: readonly { labels: Labels; histogram: Histogram }[],
): void {
  const values = all.flatMap(({ labels, histogram }) => [
    ...buckets.map((le) => ({
      metricName: `${name}_bucket`,
      labels: { le: `${le}`, ...labels },
      value: histogram.atMost(le),
    })),
    { metricName: `${name}_bucket`, labels: { le: '+Inf', ...labels }, value: histogram.count },
    { metricName: `${name}_sum`, labels, value: histogram.sum },
    { metricName: `${name}_count`, labels, value: histogram.count },
  ]);
  const counted = { name, get: async () => ({ name, help, type: 'histogram', aggregator: 'sum', values }) };
  registry.registerMetric(counted as unknown as Metric);
}
