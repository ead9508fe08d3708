// Servers that hang for a while after a restart, one after the other: the others go on as before, and no text
// waits for the one that hangs.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { BatchOrchestrator } from '../../src/orchestrator/orchestrator.js';
import { eventually } from '../helpers/eventually.js';
import { allMiniLm, type TestOllama } from '../helpers/ollama.js';
import { expectOwn, ollama, orchestrator } from '../orchestrator/orchestrators.js';

const seed = Number(process.env.SOAK_SEED ?? 1);
/** How long a server hangs, and how long all are well before that. */
const hangMs = 30_000;
const wellMs = 10_000;
const callerCount = 16;
const sampleMs = 100;
const maxAgeMs = 2000;
const minRate = 0.9;

/** Asks for a few texts of its own, again and again. */
class Caller {
  readonly #made: BatchOrchestrator;
  readonly #server: TestOllama;
  readonly #name: string;
  #since = Number.POSITIVE_INFINITY;
  answered = 0;

  constructor(made: BatchOrchestrator, server: TestOllama, name: string) {
    this.#made = made;
    this.#server = server;
    this.#name = name;
  }

  /** How long the texts wait that it asked for, in ms. */
  get ageMs(): number {
    return Math.max(0, performance.now() - this.#since);
  }

  async ask(signal: AbortSignal): Promise<void> {
    for (let turn = 0; !signal.aborted; turn++) {
      const texts = Array.from({ length: 1 + (turn % 8) }, (_, at) => `${this.#name} ${turn} ${at}`);
      this.#since = performance.now();
      const vectors = await this.#made.embed(texts, { caller: this.#name });
      this.#since = Number.POSITIVE_INFINITY;
      expectOwn(this.#server, texts, vectors);
      this.answered += texts.length;
    }
  }
}

/** Requests a second of each server, and the oldest text that waited meanwhile. */
async function watch(servers: readonly TestOllama[], callers: readonly Caller[], ms: number) {
  const before = servers.map(({ stats }) => stats.embeds);
  const start = performance.now();
  let oldestMs = 0;
  while (performance.now() - start < ms) {
    await sleep(sampleMs);
    oldestMs = Math.max(oldestMs, ...callers.map(({ ageMs }) => ageMs));
  }
  const seconds = (performance.now() - start) / 1000;
  return { rates: servers.map(({ stats }, at) => (stats.embeds - before[at]!) / seconds), oldestMs };
}

test(
  `servers that hang for ${hangMs / 1000} s after a restart, seed ${seed}`,
  async () => {
    const servers: TestOllama[] = [];
    for (let index = 0; index < 3; index++) {
      servers.push(
        await ollama({
          models: [{ ...allMiniLm, dimensions: 32 }],
          record: false,
          requestDelayMs: 20,
          textDelayMs: 2,
        }),
      );
    }
    const made = await orchestrator({ ollamaUrl: servers.map(({ url }) => url), cacheMaxMemoryMb: 0 });
    const end = new AbortController();
    const callers = Array.from(
      { length: callerCount },
      (_, index) => new Caller(made, servers[0]!, `seed ${seed} caller ${index}`),
    );
    const work = Promise.all(callers.map((caller) => caller.ask(end.signal)));
    const failed = work.then(() => undefined);
    try {
      for (let turn = 0; turn < servers.length; turn++) {
        const sick = servers[(seed + turn) % servers.length]!;
        const others = servers.filter((server) => server !== sick);
        const well = await watch(others, callers, wellMs);
        await sick.die();
        await sick.revive();
        sick.freeze();
        const hanging = await watch(others, callers, hangMs);
        sick.thaw();
        const shares = hanging.rates.map((rate, at) => rate / well.rates[at]!);
        console.log(
          `The others' requests a second: ${well.rates.map((rate) => rate.toFixed(1)).join(', ')}; while one hangs: ` +
            `${hanging.rates.map((rate) => rate.toFixed(1)).join(', ')} (× ${Math.min(...shares).toFixed(2)} at least); ` +
            `the oldest text waited ${hanging.oldestMs.toFixed(0)} ms (${well.oldestMs.toFixed(0)} before).`,
        );
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(minRate);
        expect(hanging.oldestMs).toBeLessThanOrEqual(maxAgeMs);
        const { embeds } = sick.stats;
        await eventually(() => sick.stats.embeds).toBeGreaterThan(embeds + 20);
      }
    } finally {
      end.abort();
      for (const server of servers) server.thaw();
    }
    await failed;
    console.log(
      `${callers.reduce((sum, { answered }) => sum + answered, 0)} texts answered, each with its own vector; ` +
        `${made.getMetrics().hedged} requests sent twice.`,
    );
  },
  3 * (hangMs + wellMs) + 120_000,
);
