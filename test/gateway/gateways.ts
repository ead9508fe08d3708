// Gateways for tests: on free ports, in front of scripted servers, stopped when the test ends.
import { createHash } from 'node:crypto';
import { loadSettings } from '../../src/config/load.js';
import type { Settings } from '../../src/config/settings.js';
import { type Gateway, startGateway } from '../../src/gateway/gateway.js';
import type { GatewayOptions } from '../../src/gateway/options.js';
import { ollama, stopAfterTest } from '../helpers/running.js';

export { ollama };

/** The defaults, without a cache, unless told otherwise. */
export async function settingsWith(changes: Partial<Settings>): Promise<Settings> {
  const { settings } = await loadSettings({ env: {}, cwd: '/' });
  return { ...settings, cache: 'none', batchInterval: 5, ...changes };
}

export async function gateway(
  changes: Partial<Settings>,
  options: Omit<GatewayOptions, 'settings'> = {},
): Promise<Gateway> {
  const made = await startGateway({ settings: await settingsWith(changes), port: 0, ...options });
  stopAfterTest(made);
  return made;
}

/** What answers may have; which of it is there, the test knows. */
export interface Said {
  model: string;
  embeddings: number[][];
  embedding: number[];
  prompt_eval_count: number;
  error: string;
}

export async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await fetch(url, { method: 'POST', body: text, headers });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Said };
}

export async function get<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T;
}

export const floats = (rows: number[][]) => rows.map((row) => Float32Array.from(row));

/** The vectors of many texts, short enough to be shown when they differ. */
export const prints = (vectors: Float32Array[]) =>
  vectors.map((vector) => createHash('sha1').update(new Uint8Array(vector.buffer)).digest('hex'));

/** Texts that wait for all-minilm. */
export async function queued(url: string): Promise<number> {
  const { models } = await get<{ models: Record<string, { queue_size: number }> }>(
    `${url}/metrics?format=json`,
  );
  return models['all-minilm:latest']!.queue_size;
}
