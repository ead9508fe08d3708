// A real redis-server for tests: its own port and folder, nothing saved.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { listenOnOwnPort } from './ports.js';

export interface RedisServer {
  url: string;
  port: number;
  pid: number;
  /** Ends it in order and removes its folder. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** Where redis-server is on the PATH. */
export function findRedis(): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const file = join(folder, 'redis-server');
    if (existsSync(file)) return file;
  }
  return undefined;
}

/** False where Redis tests are skipped; the set-up has said so, and never lets it be false in CI. */
export const redisAvailable = findRedis() !== undefined;

/**
 * Starts a redis-server and waits until it takes connections.
 * @param args more of its arguments, e.g. `['--requirepass', 'secret']`
 * @param options.port to come back where an earlier one was; a free one by default
 * @param options.tls files of its certificate; it then speaks TLS only
 * @param options.sentinel its configuration: it is a Sentinel then
 */
export async function startRedis(
  args: readonly string[] = [],
  options: { port?: number; tls?: { cert: string; key: string }; sentinel?: string } = {},
): Promise<RedisServer> {
  const { port = await freePort(), tls, sentinel } = options;
  const folder = mkdtempSync(join(tmpdir(), 'embed-redis-'));
  const ports = tls
    ? ['--port', '0', '--tls-port', `${port}`, '--tls-cert-file', tls.cert, '--tls-key-file', tls.key].concat(
        '--tls-auth-clients',
        'no',
      )
    : ['--port', `${port}`];
  const kind = sentinel === undefined ? ['--save', '', '--appendonly', 'no'] : [sentinel, '--sentinel'];
  const server = spawn('redis-server', [...kind, ...ports, '--bind', '127.0.0.1', '--dir', folder, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => {
    server.once('close', () => resolve());
  });
  // A test that fails before it stops its server must not leave one behind.
  const orphaned = () => server.kill('SIGKILL');
  process.once('exit', orphaned);
  server.once('close', () => process.off('exit', orphaned));
  await ready(server);
  const end = (signal: NodeJS.Signals) => async () => {
    server.kill(signal);
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `${tls ? 'rediss' : 'redis'}://127.0.0.1:${port}`;
  return { url, port, pid: server.pid!, stop: end('SIGTERM'), kill: end('SIGKILL') };
}

function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = '';
    server.once('error', reject);
    server.once('close', (code) => reject(new Error(`redis-server ended with ${code}:\n${log}`)));
    server.stdout?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (/Ready to accept connections|Sentinel ID is/.test(log)) resolve();
    });
  });
}

/** Three nodes that share all slots between them. */
export async function startRedisCluster(): Promise<{ nodes: RedisServer[]; stop(): Promise<void> }> {
  const buses = [await freePort(), await freePort(), await freePort()];
  const nodes = await Promise.all(
    buses.map((bus) =>
      startRedis(['--cluster-enabled', 'yes', '--cluster-port', `${bus}`, '--cluster-node-timeout', '2000']),
    ),
  );
  const clients = nodes.map(({ port }) => new Redis({ port, host: '127.0.0.1' }));
  try {
    const last = 16_383;
    const bounds = [0, 5461, 10_923, last + 1];
    for (const [index, client] of clients.entries()) {
      await client.call('cluster', 'addslotsrange', bounds[index]!, bounds[index + 1]! - 1);
      await client.call('cluster', 'set-config-epoch', index + 1);
    }
    // Only then: a node that knows another takes no epoch.
    for (const [index, client] of clients.entries()) {
      const next = (index + 1) % nodes.length;
      await client.call('cluster', 'meet', '127.0.0.1', nodes[next]!.port, buses[next]!);
    }
    for (const client of clients) {
      while (!String(await client.call('cluster', 'info')).includes('cluster_state:ok')) await sleep(20);
    }
  } finally {
    for (const client of clients) client.disconnect();
  }
  return {
    nodes,
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

/** A port on which nothing listens at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnOwnPort(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
