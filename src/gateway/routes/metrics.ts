// `/metrics`: the counters of the gateway and of its models' orchestrators, for Prometheus or as JSON.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { printable, printableJson } from '../../text/printable.js';
import type { Traffic } from '../http/traffic.js';
import type { RefusedModel } from '../models/refused-models.js';
import type { GatewayParts } from '../route-context.js';

/** Max characters of a model's name. */
const maxModelLength = 2000;

/** `GET /metrics`: Prometheus text; JSON with `?format=json`, or when the client accepts JSON only. */
export function metricsRoute({ models, traffic }: GatewayParts) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { open } = models;
    if (wantsJson(request)) {
      reply.serializer(printableJson);
      const byModel = open.map((model) => [model.space.model, model.getMetrics()]);
      const gateway = { ...traffic.snapshot(), refused_models: models.refused };
      return { gateway, models: Object.fromEntries(byModel) };
    }
    const texts = await Promise.all(
      open.map(async (model) => labelled(await model.prometheusMetrics(), model.space.model)),
    );
    reply.header('content-type', 'text/plain; version=0.0.4; charset=utf-8');
    return (await gatewayText(traffic, models.refused)) + merged(texts);
  };
}

function wantsJson({ query, headers }: FastifyRequest): boolean {
  const { format } = query as { format?: string };
  if (format !== undefined) return format === 'json';
  const accept = headers.accept ?? '';
  return accept.includes('application/json') && !accept.includes('text/plain');
}

async function gatewayText(traffic: Traffic, refused: readonly RefusedModel[]): Promise<string> {
  const { Counter, Gauge, Registry } = await import('prom-client');
  const { addHistogram } = await import('../../metrics/prometheus.js');
  const registers = [new Registry()] as const;
  const { http_requests, texts_in } = traffic.snapshot();
  const requests = new Counter({
    name: 'embed_gateway_requests_total',
    help: 'HTTP requests answered.',
    labelNames: ['route', 'status'],
    registers: [...registers],
  });
  for (const { route, status, count } of http_requests) requests.inc({ route, status }, count);
  new Counter({
    name: 'embed_gateway_texts_total',
    help: 'Texts that clients sent, including cached ones.',
    registers: [...registers],
  }).inc(texts_in);
  addHistogram(
    registers[0],
    'embed_gateway_request_duration_seconds',
    'From the headers of a request for vectors to the end of its answer.',
    traffic.durations,
  );
  const refusals = new Gauge({
    name: 'embed_gateway_model_refused',
    help: '1 for each model that gets no vectors, since those of its servers are wrong.',
    labelNames: ['model', 'reason'],
    registers: [...registers],
  });
  for (const { model, reason } of refused) refusals.set({ model: readable(model), reason }, 1);
  return await registers[0].metrics();
}

/** Families of metrics by name: the comment lines of each, and its samples. */
type Families = Map<string, { said: string[]; samples: string[] }>;

/** Adds the model's name to every sample as a label. */
function labelled(text: string, model: string): Families {
  const label = `model="${labelValue(model)}"`;
  const families: Families = new Map();
  let current = { said: [] as string[], samples: [] as string[] };
  for (const line of text.split('\n')) {
    if (line.startsWith('# HELP ')) {
      current = { said: [line], samples: [] };
      families.set(line.split(' ')[2]!, current);
    } else if (line.startsWith('#')) current.said.push(line);
    else if (line !== '') {
      current.samples.push(
        line.replace(/^(\w+)(?:\{(.*?)\})? /, (_, name, labels) =>
          labels ? `${name}{${labels},${label}} ` : `${name}{${label}} `,
        ),
      );
    }
  }
  return families;
}

/** Escapes a label. The format has three escapes; line breaks were replaced before. */
function labelValue(text: string): string {
  return readable(text).replace(/[\\"]/g, (one) => `\\${one}`);
}

/** The name without characters that would do something in a terminal. */
function readable(model: string): string {
  return printable(model, maxModelLength);
}

/** Joins families: the format needs all samples of one name together. */
function merged(all: readonly Families[]): string {
  const names = new Set(all.flatMap((families) => [...families.keys()]));
  let text = '';
  for (const name of names) {
    const families = all.flatMap((one) => one.get(name) ?? []);
    const lines = [...families[0]!.said, ...families.flatMap(({ samples }) => samples)];
    text += `${lines.join('\n')}\n`;
  }
  return text;
}
