// What is said of a model that gives no vector in time. Each look has its time told to it: how long the looks before
// it took, which is for the machine to say, changes nothing.
import { describe, expect, test } from 'vitest';
import type { Check } from '../../../src/doctor/check.js';
import { examineVectors } from '../../../src/doctor/checks/ollama-embedding.js';
import { Budget, Probe } from '../../../src/doctor/run-check.js';
import { OllamaClient } from '../../../src/embedders/ollama/client.js';
import { openOllamaEmbedder } from '../../../src/embedders/ollama/embedder.js';
import { allMiniLm, startOllama, type TestOllama } from '../../helpers/ollama.js';

const always = Number.POSITIVE_INFINITY;

/** The time that is left when it is asked for, in ms: the first time, and from then on. */
class ToldBudget extends Budget {
  readonly #told: number[];

  constructor(first: number, later: number) {
    super(60_000, new AbortController().signal);
    this.#told = [first, later];
  }

  override get left(): number {
    return this.#told.length > 1 ? this.#told.shift()! : this.#told[0]!;
  }
}

/** The lines, by id. */
async function examine(ollama: TestOllama, budget: Budget): Promise<Record<string, Check>> {
  const url = new URL(ollama.url);
  const client = new OllamaClient({ url });
  const embedder = await openOllamaEmbedder({ url, model: 'all-minilm', batchTimeoutMs: 30_000 });
  const probe = new Probe('ollama', budget, ollama.url);
  const more = { dimensions: undefined, previous: undefined, batchSize: 4, waitMs: 0, log: 'less log' };
  try {
    expect(await examineVectors(probe, { client, embedder, where: 'Ollama', ...more })).toBeUndefined();
  } finally {
    await Promise.all([client.close(), embedder.close()]);
  }
  return Object.fromEntries(probe.checks.map((check) => [check.id, check]));
}

describe('no vector in time', () => {
  test('of a model that is not loaded is a failure, and it may still be loading', async () => {
    await using ollama = await startOllama({ loadMs: 60_000 });
    expect(await examine(ollama, new ToldBudget(5000, 600))).toEqual({
      'ollama.embedding': expect.objectContaining({
        status: 'failure',
        seen: 'no vector within 600 ms: the model is not loaded, and may still be loading',
        mend: 'embed doctor --wait-for-server 5m',
      }),
    });
  });

  test('of a model that is loaded is a failure', async () => {
    await using ollama = await startOllama();
    ollama.world.loaded.set(allMiniLm.name, 512);
    ollama.script({ kind: 'hang', times: always });
    expect(await examine(ollama, new ToldBudget(5000, 600))).toEqual({
      'ollama.embedding': expect.objectContaining({
        status: 'failure',
        seen: 'no vector within 600 ms, and the model is loaded',
        mend: 'ollama ps',
      }),
    });
  });

  test("where others have taken the time is a failure, too, and not the model's", async () => {
    await using ollama = await startOllama();
    ollama.script({ kind: 'hang', path: '/api/ps', times: always });
    ollama.script({ kind: 'hang', times: always });
    expect(await examine(ollama, new ToldBudget(300, 100))).toEqual({
      'ollama.embedding': expect.objectContaining({
        status: 'failure',
        seen: 'no time was left to look',
        mend: 'embed doctor --timeout 30s',
      }),
    });
  });
});
