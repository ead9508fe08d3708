// Checks a running gateway by its /health: status, servers behind it, cache, pipeline and performance.

import { z } from 'zod';
import { UsageError } from '../../errors.js';
import { readUpTo } from '../../net/bounded-body.js';
import type { ProxySettings } from '../../net/choose-proxy.js';
import { basicOf } from '../../net/credentials.js';
import { ProxyError } from '../../net/tunnel.js';
import { time } from '../../text/durations.js';
import { parseForeign } from '../../text/foreign-json.js';
import { maskAddress } from '../../text/masked-address.js';
import { plural } from '../../text/plural.js';
import type { Finding } from '../check.js';
import type { Probe } from '../run-check.js';

/** Of `/health`. A longer answer is cut, and is no JSON then: it isn't from a gateway. */
const maxBytes = 1024 * 1024;

/** Max time to connect, in ms; checks have less. */
const connectMs = 2000;

/** Max servers or models in its answer: a gateway has a few, but a false one could list any number. */
const maxLines = 50;

/** The fields of `/health` that are read; there may be more. */
const healthSchema = z.object({
  status: z.enum(['ok', 'degraded', 'down', 'draining']),
  uptime_seconds: z.number().optional(),
  servers: z.array(z.object({ url: z.string(), up: z.boolean() })).optional(),
  cache: z.object({ kind: z.string(), ok: z.boolean() }).optional(),
  refused: z.array(z.object({ model: z.string(), error: z.string() })).default([]),
  pipeline: z
    .array(
      z.object({
        model: z.string(),
        queue_size: z.number(),
        active_requests: z.number(),
        endpoints: z.array(
          z.object({ url: z.string(), breaker: z.string(), refused: z.string().optional() }),
        ),
      }),
    )
    .optional(),
  performance: z
    .object({
      texts_in: z.number(),
      requests_out: z.number(),
      cache_hit_rate: z.number(),
      average_batch_size: z.number(),
      latency_seconds: z.object({ p50: z.number(), p95: z.number() }),
    })
    .optional(),
});

type Health = z.infer<typeof healthSchema>;

export interface GatewayAddress {
  url: URL;
  /** Bearer token. Without it, a gateway with a token shows only its status. */
  token: string | undefined;
  /** @default no proxy */
  proxies?: ProxySettings | undefined;
}

/** @throws {UsageError} when it is not an http address */
export function gatewayAddress(
  text: string,
  token: string | undefined,
  proxies?: ProxySettings,
): GatewayAddress {
  const typed = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(typed) ? new URL(typed) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new UsageError(
      `--gateway: expected an address such as http://127.0.0.1:11444, got "${maskAddress(text)}".`,
    );
  }
  return { url, token: token || undefined, proxies };
}

/** @param waitMs max wait for it to start, in ms */
export async function examineGateway(probe: Probe, address: GatewayAddress, waitMs: number): Promise<void> {
  let health: Health | undefined;
  await probe.check(
    'reachable',
    'Reachable',
    async (signal) => {
      health = await ask(address, signal);
      return { status: 'ok', seen: upFor(health) };
    },
    { waitMs, mend: 'embed serve' },
  );
  if (!health) return;
  const { status, servers, cache, refused, pipeline, performance } = health;
  await probe.check('status', 'Status', () => statusFinding(status));
  if (!servers || !cache || !pipeline || !performance) {
    const mend = 'export EMBED_SERVE_TOKEN=…';
    await probe.check('token', 'Token', () =>
      address.token === undefined
        ? { status: 'warning', seen: 'it shows more only with its token', mend }
        : { status: 'failure', seen: 'not the one in EMBED_SERVE_TOKEN', mend },
    );
    return;
  }
  for (const { url, up } of servers.slice(0, maxLines)) {
    await probe.check('server', 'Server', () =>
      up ? { status: 'ok', seen: url } : { status: 'failure', seen: `${url} is down`, mend: 'ollama serve' },
    );
  }
  await probe.check('cache', 'Cache', () =>
    cache.ok
      ? { status: 'ok', seen: cache.kind }
      : {
          status: 'warning',
          seen: `${cache.kind} doesn't answer: going on without it`,
          mend: 'embed doctor',
        },
  );
  for (const { model, error } of refused.slice(0, maxLines)) {
    await probe.check('vectors', 'Vectors', () => ({ status: 'failure', seen: `${model}: ${error}` }));
  }
  for (const model of pipeline.slice(0, maxLines))
    await probe.check('pipeline', 'Pipeline', () => pipelineFinding(model));
  await probe.check('performance', 'Performance', () => ({
    status: 'ok',
    seen:
      `${plural(performance.texts_in, 'text')} in, ${plural(performance.requests_out, 'request')} out, ` +
      `${performance.average_batch_size.toFixed(1)} texts each, hit rate ${Math.round(performance.cache_hit_rate * 100)}%, ` +
      `answered in ${time(performance.latency_seconds.p50 * 1000)} (p95 ${time(performance.latency_seconds.p95 * 1000)})`,
  }));
}

/** @throws {UsageError} when the answer isn't from a gateway */
async function ask({ url, token, proxies }: GatewayAddress, signal: AbortSignal): Promise<Health> {
  const { ServerConnections } = await import('../../net/connections.js');
  const path = new URL('health', url.href.endsWith('/') ? url : `${url.href}/`);
  const authorization = token === undefined ? basicOf(url, '--gateway') : `Bearer ${token}`;
  const headers = authorization === undefined ? {} : { authorization };
  const connections = new ServerConnections({ url, proxies, connectTimeoutMs: connectMs });
  let body: string;
  let statusCode: number;
  try {
    const answer = await connections.request({ path: path.pathname, method: 'GET', headers, signal });
    statusCode = answer.statusCode;
    body = (await readUpTo(answer.body, maxBytes)).bytes.toString();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (error instanceof ProxyError) throw new UsageError(`${message}.`);
    throw new UsageError(`nothing answers there (${code ?? message}): start it, or name another address.`);
  } finally {
    await connections.close();
  }
  const parsed = healthSchema.safeParse(jsonOf(body));
  if (statusCode === 200 && parsed.success) return parsed.data;
  throw new UsageError(`what answers there (${statusCode}) is no embed gateway: name another address.`);
}

function jsonOf(text: string): unknown {
  try {
    return parseForeign(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function upFor({ uptime_seconds: seconds }: Health): string {
  return seconds === undefined ? 'yes' : `up for ${time(seconds * 1000)}`;
}

function statusFinding(status: Health['status']): Finding {
  if (status === 'ok') return { status: 'ok', seen: 'ok' };
  if (status === 'down')
    return { status: 'failure', seen: 'down: no server behind it', mend: 'ollama serve' };
  const seen =
    status === 'draining' ? 'draining: it takes no more requests' : 'degraded: works, but not whole';
  return { status: 'warning', seen };
}

function pipelineFinding({
  model,
  queue_size,
  active_requests,
  endpoints,
}: NonNullable<Health['pipeline']>[number]): Finding {
  const seen = `${model}: ${plural(queue_size, 'text')} waiting, ${plural(active_requests, 'request')} in flight`;
  const open = endpoints.filter(({ breaker }) => breaker !== 'closed');
  if (open.length === 0) return { status: 'ok', seen };
  const failed = open.filter(({ refused }) => refused === undefined);
  const names = failed.map(({ url, breaker }) => `${url} (${breaker})`).join(', ');
  const others = open.flatMap(({ url, refused }) => (refused === undefined ? [] : [`${url} (${refused})`]));
  const parts = [
    seen,
    ...(failed.length > 0 ? [`left alone after failures: ${names}`] : []),
    ...(others.length > 0 ? [`kept out for other vectors: ${others.join(', ')}`] : []),
  ];
  return { status: 'warning', seen: parts.join('; ') };
}
