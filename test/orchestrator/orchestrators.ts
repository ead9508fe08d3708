// Orchestrators for tests: quick to retry, on a scripted Ollama, stopped when the test ends.
import { expect } from 'vitest';
import { canaryTexts } from '../../src/embedders/guard/canaries.js';
import type { BatchOptions } from '../../src/orchestrator/config.js';
import { BatchOrchestrator } from '../../src/orchestrator/orchestrator.js';
import type { OrchestratorParts } from '../../src/orchestrator/parts.js';
import { FakeEmbedder, vectorOf } from '../helpers/embedder.js';
import type { TestOllama } from '../helpers/ollama.js';
import { ollama, stopAfterTest } from '../helpers/running.js';

export { ollama };

/** Started; without a cache and with the first model of the server, unless told otherwise. */
export async function orchestrator(
  options: BatchOptions,
  parts?: OrchestratorParts,
): Promise<BatchOrchestrator> {
  const made = new BatchOrchestrator(
    { embedder: 'ollama', model: 'all-minilm', cache: 'none', batchTimeout: 30_000, ...options },
    parts,
  );
  stopAfterTest({ stop: () => made.stop({ timeoutMs: 0 }) });
  return await made.start();
}

/** Forgets what opening the orchestrator asked for. */
export function forget(server: TestOllama): void {
  server.requests.length = 0;
  server.stats.requests = server.stats.embeds = server.stats.texts = 0;
}

export const texts = (count: number, name = 'text') =>
  Array.from({ length: count }, (_, index) => `${name} number ${index}`);

/** An embedder that lets every request but the canaries wait until it is told to answer. */
export function gated() {
  const open: (() => void)[] = [];
  let closed = false;
  const embedder = new FakeEmbedder(async (all, { signal }) => {
    if (closed) {
      await new Promise<void>((resolve, reject) => {
        open.push(resolve);
        signal?.addEventListener('abort', () => reject(signal.reason));
      });
    }
    return all.map(vectorOf);
  });
  return {
    embedder,
    close: () => {
      closed = true;
      embedder.requests.length = 0;
    },
    release: () => open.shift()?.(),
    releaseAll: () => {
      closed = false;
      for (const one of open.splice(0)) one();
    },
  };
}

/** What one server was asked since it was last forgotten, by purpose. */
export interface Asked {
  /** Requests with the test's own texts. */
  requests: number;
  /** Single canaries, which tell a bad text from a server that is down. */
  canaries: number;
  /** All canaries together, which tell whether it is still the same server. */
  checks: number;
}

export function asked(server: TestOllama): Asked {
  const canaries: string[] = canaryTexts.map((one) => one.text);
  const isCanary = (batch: readonly string[]) => canaries.includes(batch[0]!);
  const batches = server.batches();
  return {
    requests: batches.filter((batch) => !isCanary(batch)).length,
    canaries: batches.filter((batch) => isCanary(batch) && batch.length === 1).length,
    checks: batches.filter((batch) => isCanary(batch) && batch.length > 1).length,
  };
}

/** Every vector is that of its own text; where one is undefined, none is expected. */
export function expectOwn(
  server: TestOllama,
  all: readonly string[],
  vectors: readonly (Float32Array | undefined)[],
): void {
  expect(vectors).toHaveLength(all.length);
  for (const [index, vector] of vectors.entries()) {
    if (!vector) continue;
    const own = server.vectorOf(all[index]!, vector.length);
    // Comparing bytes first: `toEqual` takes its time with thousands of numbers.
    if (!bytesOf(vector).equals(bytesOf(own))) expect(vector, all[index]).toEqual(own);
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
  Buffer.from(buffer, byteOffset, byteLength);
