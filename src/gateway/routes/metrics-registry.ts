// The registry behind `/metrics`: what the gateway counts, and what each of its models does, told apart by the model's name.
import { Counter, Gauge, Registry } from 'prom-client';
import { registerHistograms, registerMetrics } from '../../metrics/prometheus.js';
import { printable } from '../../text/printable.js';
import type { Traffic, TrafficMetrics } from '../http/traffic.js';
import type { RefusedModel } from '../models/refused-models.js';
import type { GatewayParts } from '../route-context.js';

/** Max characters of a model's name. */
const maxModelLength = 2000;

/** All metrics as they are now. Each scrape has a registry of its own: models come and go. */
export function registryOf({ models, traffic }: GatewayParts): Registry {
  const registry = new Registry();
  registerGateway(registry, traffic, models.refused);
  const sources = models.open.map((model) => ({
    ...model.measuredMetrics(),
    labels: { model: readable(model.space.model) },
  }));
  registerMetrics(registry, sources);
  return registry;
}

function registerGateway(registry: Registry, traffic: Traffic, refused: readonly RefusedModel[]): void {
  const registers = [registry];
  const { http_requests, texts_in, clients } = traffic.snapshot();
  const requests = new Counter({
    name: 'embed_gateway_requests_total',
    help: 'HTTP requests answered.',
    labelNames: ['route', 'status'],
    registers,
  });
  for (const { route, status, count } of http_requests) requests.inc({ route, status }, count);
  new Counter({
    name: 'embed_gateway_texts_total',
    help: 'Texts that clients sent, including cached ones.',
    registers,
  }).inc(texts_in);
  registerClients(registry, clients);
  registerHistograms(
    registry,
    'embed_gateway_request_duration_seconds',
    'From the headers of a request for vectors to the end of its answer.',
    [{ labels: {}, histogram: traffic.durations }],
  );
  const refusals = new Gauge({
    name: 'embed_gateway_model_refused',
    help: '1 for each model that gets no vectors, since those of its servers are wrong.',
    labelNames: ['model', 'reason'],
    registers,
  });
  for (const { model, reason } of refused) refusals.set({ model: readable(model), reason }, 1);
}

/** Only where tokens have names. */
function registerClients(registry: Registry, clients: TrafficMetrics['clients']): void {
  const all = Object.entries(clients);
  if (all.length === 0) return;
  const options = { labelNames: ['client'], registers: [registry] };
  const requests = new Counter({
    ...options,
    name: 'embed_gateway_client_requests_total',
    help: 'HTTP requests by the name of their token.',
  });
  const texts = new Counter({
    ...options,
    name: 'embed_gateway_client_texts_total',
    help: 'Texts by the name of their token, including cached ones.',
  });
  for (const [client, count] of all) {
    requests.inc({ client }, count.requests);
    texts.inc({ client }, count.texts);
  }
}

/** The name without characters that would do something in a terminal. */
function readable(model: string): string {
  return printable(model, maxModelLength);
}
