// Servers that the benchmarks talk to, each in a process of its own on a free port.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { serve } from './process.js';

const instant = fileURLToPath(new URL('../servers/instant.js', import.meta.url));

/**
 * An Ollama that answers at once, or after the given delays.
 * @param flags e.g. `['--per-text', '15']`
 */
export async function startOllama(...flags) {
  const { line, stop } = await serve(process.execPath, [instant, ...flags]);
  const url = line.trim();
  return { url, stop, stats: async () => (await fetch(`${url}/_stats`, { method: 'POST' })).json() };
}

const openAi = fileURLToPath(new URL('../servers/openai.js', import.meta.url));

/**
 * An OpenAI-compatible server that answers at once.
 * @param flags e.g. `['--numbers']`
 * @returns its base URL
 */
export async function startOpenAi(...flags) {
  const { line, stop } = await serve(process.execPath, [openAi, ...flags]);
  return { url: line.trim(), stop };
}

/** An empty Redis without persistence; `clear()` makes it empty again. */
export async function startRedis(folder) {
  const port = await freePort();
  const args = ['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  let server;
  try {
    server = await serve('redis-server', args, { ready: /ready to accept connections/i });
  } catch (error) {
    if (error.code === 'ENOENT')
      throw new Error('The benchmark needs redis-server on the PATH: install Redis.');
    throw error;
  }
  const client = new Redis(port);
  return {
    url: `redis://127.0.0.1:${port}`,
    clear: () => client.flushall(),
    client,
    stop: async () => {
      await client.quit();
      await server.stop();
    },
  };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
