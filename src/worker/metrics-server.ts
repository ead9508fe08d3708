// What a worker does, over HTTP: `/metrics` for Prometheus, `/health` for whoever starts workers again.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Counter, Gauge, Registry } from 'prom-client';
import type { QueueCounts } from '../embedders/queue/counts.js';
import { UsageError } from '../errors.js';
import { registerMetrics } from '../metrics/prometheus.js';
import { printable } from '../text/printable.js';
import type { QueueWorker } from './queue-worker.js';

export interface MetricsServerOptions {
  host: string;
  /** 0 for a free one. */
  port: number;
  worker: QueueWorker;
  /** What the queue holds now. @throws when Redis doesn't answer */
  counts(): Promise<QueueCounts>;
}

/** Max time of a request and between two of one connection, in ms. */
const requestMs = 10_000;
/** Max connections: those who look are few. */
const maxConnections = 64;

/**
 * @returns its address, and what ends it
 * @throws {UsageError} when it can't listen there
 */
export async function serveMetrics(
  options: MetricsServerOptions,
): Promise<{ url: string; close(): Promise<void> }> {
  const { host, port } = options;
  const server = createServer(
    { requestTimeout: requestMs, keepAliveTimeout: requestMs },
    (request, response) => {
      const answer = (status: number, type: string, body: string) =>
        response
          .writeHead(status, { 'content-type': type })
          .end(request.method === 'HEAD' ? undefined : body);
      const path = (request.url ?? '').split('?', 1)[0];
      request.resume();
      if (request.method !== 'GET' && request.method !== 'HEAD') answer(405, 'text/plain', 'only GET');
      else if (path === '/metrics')
        metricsOf(options).then(
          ({ type, text }) => answer(200, type, text),
          () => answer(500, 'text/plain', 'no metrics'),
        );
      else if (path === '/health') answer(...healthOf(options.worker));
      else answer(404, 'text/plain', 'only /metrics and /health');
    },
  );
  server.maxConnections = maxConnections;
  await listening(server, host, port);
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', ({ code }: NodeJS.ErrnoException) =>
      reject(
        new UsageError(
          `Metrics can't be shown at ${host}:${port} (${code}): use other --host and --metrics-port.`,
        ),
      ),
    );
    server.listen(port, host, () => resolve());
  });
}

/** 503 while it takes no batches though it runs. */
function healthOf(worker: QueueWorker): [status: number, type: string, body: string] {
  const { name, active, batches, texts, rests } = worker.state;
  const status = rests === '' ? 'ok' : 'resting';
  return [
    rests === '' ? 200 : 503,
    'application/json; charset=utf-8',
    JSON.stringify({ status, name: printable(name), active, batches, texts }),
  ];
}

async function metricsOf({ worker, counts }: MetricsServerOptions): Promise<{ type: string; text: string }> {
  const registry = new Registry();
  const { limits, embedder } = worker.upstream;
  const { state, result, metrics } = worker;
  registerMetrics(registry, [
    {
      metrics: metrics.snapshot({
        queue_size: 0,
        active_requests: state.active,
        batch_size_limit: limits.batchSize,
        concurrency_limit: limits.concurrency,
        endpoints: embedder.endpoints?.() ?? [],
      }),
      histograms: metrics.histograms,
      labels: {},
    },
  ]);
  const registers = [registry];
  const total = (name: string, help: string, value: number) =>
    new Counter({ name: `embed_worker_${name}_total`, help, registers }).inc(value);
  const now = (name: string, help: string, value: number) =>
    new Gauge({ name: `embed_${name}`, help, registers }).set(value);
  total('batches', 'Batches of the queue that were answered.', result.batches);
  total('texts', 'Texts of the queue that got vectors.', result.texts);
  total('returned', 'Batches that went back to the queue, since the server was down.', result.returned);
  total('dropped', 'Batches that nobody waited for any more.', result.dropped);
  now(
    'worker_resting',
    '1 while it takes no batches, since its server is down; else 0.',
    state.rests === '' ? 0 : 1,
  );
  const held = await counts().catch(() => undefined);
  if (held) {
    now('queue_waiting', 'Batches of the queue that no worker has taken.', held.waiting);
    now('queue_active', 'Batches of the queue that workers have taken.', held.active);
    now('queue_oldest_seconds', 'How long the oldest waiting batch waits.', (held.oldestMs ?? 0) / 1000);
  }
  return { type: registry.contentType, text: await registry.metrics() };
}
