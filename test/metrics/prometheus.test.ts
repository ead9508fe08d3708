import { Counter, Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { BatchMetrics } from '../../src/metrics/metrics.js';
import { prometheusText, registerMetrics } from '../../src/metrics/prometheus.js';
import { busyMetrics, clockAt, endpoint, idle } from './samples.js';

interface Family {
  type: string;
  help: string;
  samples: { name: string; labels: Record<string, string>; value: number }[];
}

/** Reads the text format by its specification; throws on lines that are none of it. */
function parse(text: string): Map<string, Family> {
  const families = new Map<string, Family>();
  let family: Family | undefined;
  if (!text.endsWith('\n')) throw new Error('The last line has no end.');
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const help = /^# HELP ([a-z_]+) (.+)$/.exec(line);
    const type = /^# TYPE ([a-z_]+) (counter|gauge|histogram)$/.exec(line);
    const sample = /^([a-z_]+)(?:\{(.*)\})? ([-+0-9.e]+|\+Inf)$/.exec(line);
    if (help) {
      if (families.has(help[1]!)) throw new Error(`Twice: ${help[1]}`);
      family = { type: '', help: help[2]!, samples: [] };
      families.set(help[1]!, family);
    } else if (type) families.get(type[1]!)!.type = type[2]!;
    else if (sample) {
      const value = sample[3] === '+Inf' ? Number.POSITIVE_INFINITY : Number(sample[3]);
      family!.samples.push({ name: sample[1]!, labels: parseLabels(sample[2] ?? ''), value });
    } else throw new Error(`Not of the format: ${line}`);
  }
  return families;
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let at = 0;
  while (at < text.length) {
    const name = /^,?([a-z_]+)="/.exec(text.slice(at));
    if (!name) throw new Error(`Not labels: ${text}`);
    at += name[0].length;
    let value = '';
    for (; text[at] !== '"'; at++) {
      if (at >= text.length) throw new Error(`No end: ${text}`);
      if (text[at] !== '\\') value += text[at];
      else value += { n: '\n', '\\': '\\', '"': '"' }[text[++at]!];
    }
    at++;
    labels[name[1]!] = value;
  }
  return labels;
}

async function familiesOf(metrics: BatchMetrics, live = idle): Promise<Map<string, Family>> {
  return parse(await prometheusText({ metrics: metrics.snapshot(live), histograms: metrics.histograms }));
}

const sampleOf = (families: Map<string, Family>, name: string, labels: Record<string, string> = {}) =>
  families.get(name)?.samples.find((sample) => JSON.stringify(sample.labels) === JSON.stringify(labels))
    ?.value;

describe('prometheusText', () => {
  test('counters say what the snapshot says', async () => {
    const metrics = busyMetrics();
    const snapshot = metrics.snapshot(idle);
    const families = await familiesOf(metrics);
    const expected: Record<string, number> = {
      embed_requests_total: snapshot.requests,
      embed_batches_processed_total: snapshot.batches_processed,
      embed_batch_requests_total: snapshot.batch_requests,
      embed_individual_requests_total: snapshot.individual_requests,
      embed_texts_queued_total: snapshot.texts_queued,
      embed_texts_joined_total: snapshot.texts_joined,
      embed_texts_total: snapshot.texts,
      embed_tokens_total: snapshot.tokens,
      embed_texts_cancelled_total: snapshot.cancelled,
      embed_texts_rejected_total: snapshot.rejected,
      embed_results_dropped_total: snapshot.dropped,
      embed_cache_hits_total: snapshot.cache_hits,
      embed_cache_misses_total: snapshot.cache_misses,
      embed_cache_refused_total: snapshot.cache_refused,
      embed_fallbacks_total: snapshot.fallbacks,
      embed_hedged_total: snapshot.hedged,
    };
    for (const [name, value] of Object.entries(expected))
      expect([name, sampleOf(families, name)]).toEqual([name, value]);
    for (const [name, counts] of [
      ['embed_request_failures_total', snapshot.failures],
      ['embed_request_retries_total', snapshot.retries],
      ['embed_text_failures_total', snapshot.text_failures],
    ] as const) {
      expect(families.get(name)!.samples).toHaveLength(Object.keys(counts).length);
      for (const [meaning, count] of Object.entries(counts))
        expect(sampleOf(families, name, { meaning })).toBe(count);
    }
  });

  test('names follow the conventions, with help and type', async () => {
    const families = await familiesOf(busyMetrics(), { ...idle, endpoints: [endpoint] });
    for (const [name, { type, help, samples }] of families) {
      expect(name).toMatch(/^embed_/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      expect(help).toMatch(/\.$/);
      expect(samples.length).toBeGreaterThan(0);
      if (type !== 'histogram') for (const sample of samples) expect(sample.name).toBe(name);
    }
  });

  test('gauges say what is now', async () => {
    const live = { ...idle, queue_size: 7, active_requests: 2, batch_size_limit: 64, concurrency_limit: 3 };
    const clock = clockAt(Date.UTC(2026, 0, 1));
    const families = await familiesOf(busyMetrics(clock.read), live);
    expect(sampleOf(families, 'embed_queue_size')).toBe(7);
    expect(sampleOf(families, 'embed_active_requests')).toBe(2);
    expect(sampleOf(families, 'embed_batch_size_limit')).toBe(64);
    expect(sampleOf(families, 'embed_concurrency_limit')).toBe(3);
    expect(sampleOf(families, 'embed_batch_fill_ratio')).toBeCloseTo(41 / 96);
    expect(sampleOf(families, 'embed_start_time_seconds')).toBe(clock.now / 1000);
  });

  test.each(['embed_queue_duration_seconds', 'embed_request_duration_seconds'])(
    'the buckets of %s are cumulative and end with the count',
    async (name) => {
      const metrics = busyMetrics();
      // Below the first bound, on a bound, and above the last.
      for (const ms of [0.01, 100, 2_000_000]) {
        metrics.waited(ms);
        metrics.answered({ texts: 1, tokens: 1, ms });
      }
      const { type, samples } = (await familiesOf(metrics)).get(name)!;
      const key = name === 'embed_queue_duration_seconds' ? 'queue' : 'request';
      const { count, sum } = metrics.histograms[key];
      expect(type).toBe('histogram');
      const buckets = samples.filter((sample) => sample.name === `${name}_bucket`);
      const bounds = buckets.map(({ labels }) =>
        labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le),
      );
      expect(bounds).toEqual([...new Set(bounds)].sort((a, b) => a - b));
      expect(bounds.at(-1)).toBe(Number.POSITIVE_INFINITY);
      for (const [index, { value }] of buckets.entries()) {
        expect(value).toBeGreaterThanOrEqual(buckets[index - 1]?.value ?? 0);
      }
      expect(buckets.at(-1)!.value).toBe(count);
      expect(buckets.at(-2)!.value).toBe(count - 1);
      expect(buckets[0]!.value).toBe(1);
      const at = (le: string) => buckets.find(({ labels }) => labels.le === le)!.value;
      expect(at('0.1') - at('0.05')).toBe(1);
      expect(samples.filter((sample) => sample.name === `${name}_sum`).map(({ value }) => value)).toEqual([
        sum,
      ]);
      expect(samples.filter((sample) => sample.name === `${name}_count`).map(({ value }) => value)).toEqual([
        count,
      ]);
      expect(samples).toHaveLength(buckets.length + 2);
    },
  );

  test('endpoints: one state of each breaker is 1, and no speed before there is one', async () => {
    const other = { ...endpoint, url: 'http://b', breaker: 'half-open' as const, msPerToken: undefined };
    const families = await familiesOf(new BatchMetrics(), { ...idle, endpoints: [endpoint, other] });
    const states = families.get('embed_endpoint_breaker_state')!.samples;
    expect(states.filter(({ value }) => value === 1).map(({ labels }) => labels)).toEqual([
      { endpoint: endpoint.url, state: 'closed' },
      { endpoint: 'http://b', state: 'half-open' },
    ]);
    expect(states.filter(({ value }) => value === 0)).toHaveLength(4);
    expect(families.get('embed_endpoint_seconds_per_token')!.samples).toEqual([
      { name: 'embed_endpoint_seconds_per_token', labels: { endpoint: endpoint.url }, value: 0.00025 },
    ]);
    expect(sampleOf(families, 'embed_endpoint_requests_total', { endpoint: 'http://b' })).toBe(12);
    expect(sampleOf(families, 'embed_endpoint_failures_total', { endpoint: 'http://b' })).toBe(2);
    expect(sampleOf(families, 'embed_endpoint_active_requests', { endpoint: 'http://b' })).toBe(1);
  });

  test('labels are escaped', async () => {
    const url = 'http://a/"quoted"\\back\nline,{b="c"}';
    const families = await familiesOf(new BatchMetrics(), { ...idle, endpoints: [{ ...endpoint, url }] });
    expect(sampleOf(families, 'embed_endpoint_weight', { endpoint: url })).toBe(1);
  });

  test('two texts at once do not meet in one registry', async () => {
    const metrics = busyMetrics();
    const [first, second] = await Promise.all([familiesOf(metrics), familiesOf(metrics)]);
    expect(first.size).toBeGreaterThan(20);
    expect([...second.keys()]).toEqual([...first.keys()]);
  });
});

describe('registerMetrics', () => {
  const sourceOf = (model: string, metrics: BatchMetrics, live = idle) => ({
    labels: { model },
    metrics: metrics.snapshot(live),
    histograms: metrics.histograms,
  });

  test('several sources share each family, told apart by their labels, beside what the registry has', async () => {
    const registry = new Registry();
    new Counter({ name: 'other_total', help: 'Of somebody else.', registers: [registry] }).inc(3);
    const [busy, fresh] = [busyMetrics(), new BatchMetrics()];
    const live = { ...idle, endpoints: [endpoint], queue_size: 7 };
    registerMetrics(registry, [sourceOf('a', busy, live), sourceOf('b', fresh, live)]);
    const families = parse(await registry.metrics());
    expect(sampleOf(families, 'other_total')).toBe(3);
    const [of, none] = [busy.snapshot(idle), fresh.snapshot(idle)];
    const expected: [name: string, own: Record<string, string>, a: number, b: number][] = [
      ['embed_texts_total', {}, of.texts, none.texts],
      ['embed_request_failures_total', { meaning: 'timeout' }, of.failures.timeout, 0],
      ['embed_queue_size', {}, 7, 7],
      ['embed_endpoint_requests_total', { endpoint: endpoint.url }, 12, 12],
      ['embed_endpoint_breaker_state', { endpoint: endpoint.url, state: 'closed' }, 1, 1],
      ['embed_endpoint_refused', { endpoint: endpoint.url }, 0, 0],
    ];
    for (const [name, own, a, b] of expected) {
      const values = ['a', 'b'].map((model) => sampleOf(families, name, { ...own, model }));
      expect([name, ...values]).toEqual([name, a, b]);
    }
    const counts = families
      .get('embed_request_duration_seconds')!
      .samples.filter(({ name }) => name.endsWith('_count'));
    expect(counts.map(({ labels, value }) => [labels.model, value])).toEqual([
      ['a', busy.histograms.request.count],
      ['b', 0],
    ]);
    for (const [name, { samples }] of families) {
      if (name === 'other_total') continue;
      const perModel = ['a', 'b'].map(
        (model) => samples.filter(({ labels }) => labels.model === model).length,
      );
      expect([name, perModel[0]! + perModel[1]!]).toEqual([name, samples.length]);
      expect(perModel[0]).toBeGreaterThan(0);
    }
  });

  test('without a source, nothing is registered', async () => {
    const registry = new Registry();
    registerMetrics(registry, []);
    expect(registry.getMetricsAsArray()).toHaveLength(0);
  });
});
