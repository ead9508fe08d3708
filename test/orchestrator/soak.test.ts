// For a while, callers of every kind on three servers with every kind of fault: every text is answered with its
// own vector or reported, nothing is left, and memory stays flat.
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, test, vi } from 'vitest';
import { memoryCache } from '../../src/cache/memory/cache.js';
import { canaryTexts } from '../../src/embedders/guard/canaries.js';
import { RejectedTextsError } from '../../src/errors.js';
import type { TextOutcome } from '../../src/orchestrator/intake.js';
import type { BatchOrchestrator } from '../../src/orchestrator/orchestrator.js';
import type { Priority } from '../../src/types/requests.js';
import { eventually } from '../helpers/eventually.js';
import { allMiniLm, type Fault, faults, type TestOllama } from '../helpers/ollama.js';
import { expectOwn, ollama, orchestrator } from './orchestrators.js';

/** `npm run soak` takes more of both. */
const seconds = Number(process.env.SOAK_SECONDS ?? 5);
const firstSeed = Number(process.env.SOAK_SEED ?? 2026);
const callerCount = 24;
/** Between them everything is quiet, and memory is measured. */
const rounds = 4;
/** What three quarters of the texts are taken from. */
const known = 3000;
/** Bytes of live objects, beyond the first round's. */
const growth = 8 * 1024 ** 2;

afterEach(() => {
  vi.restoreAllMocks();
});

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const isBad = (text: string) => text.startsWith('poison') || text.startsWith('long');
const isCanary = (text: string) => canaryTexts.some((one) => one.text === text);

/** Faults for some of the requests, and a text that fails always. */
function faultsFor(random: () => number): Fault[] {
  const sometimes = (share: number) => ({ when: () => random() < share, times: Number.POSITIVE_INFINITY });
  // Of a canary, other dimensions truly mean another model.
  const withoutCanaries = (batch: readonly string[]) => random() < 0.005 && !batch.some(isCanary);
  return [
    faults.poisoned('poison'),
    { kind: 'hang', ...sometimes(0.003) },
    { kind: 'hang-mid-body', ...sometimes(0.003) },
    { kind: 'reset', ...sometimes(0.01) },
    { kind: 'reset-mid-body', ...sometimes(0.01) },
    faults.busy(sometimes(0.02)),
    faults.tooManyRequests(0, sometimes(0.01)),
    faults.htmlError(sometimes(0.005)),
    faults.nan(400, sometimes(0.005)),
    faults.runnerDied(sometimes(0.01)),
    { kind: 'truncated-json', ...sometimes(0.005) },
    { kind: 'too-few', ...sometimes(0.005) },
    { kind: 'too-many', ...sometimes(0.005) },
    { kind: 'zero-vector', ...sometimes(0.005) },
    { kind: 'value', text: 'null', ...sometimes(0.005) },
    { kind: 'other-dimension', when: withoutCanaries, times: Number.POSITIVE_INFINITY },
    { kind: 'delay', ms: 50, ...sometimes(0.02) },
  ];
}

interface Counts {
  asked: number;
  answered: number;
  reported: number;
  aborted: number;
}

class Caller {
  readonly counts: Counts = { asked: 0, answered: 0, reported: 0, aborted: 0 };
  readonly #made: BatchOrchestrator;
  readonly #server: TestOllama;
  readonly #random: () => number;
  readonly #name: string;
  #fresh = 0;

  constructor(made: BatchOrchestrator, server: TestOllama, name: string, random: () => number) {
    this.#made = made;
    this.#server = server;
    this.#name = name;
    this.#random = random;
  }

  async ask(until: number): Promise<void> {
    while (performance.now() < until) {
      const texts = Array.from({ length: 1 + this.#below(40) }, () => this.#text());
      this.counts.asked += texts.length;
      const way = this.#random();
      if (way < 0.1) await this.#byId(texts);
      else if (way < 0.3) await this.#textByText(texts);
      else await this.#all(texts, way < 0.45);
    }
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #text(): string {
    const kind = this.#random();
    if (kind < 0.003) return `poison ${this.#name} ${this.#fresh++}`;
    if (kind < 0.005) return `long ${this.#name} ${this.#fresh++} ${'word '.repeat(600)}`;
    if (kind < 0.25) return `${this.#name} asks number ${this.#fresh++}`;
    return `known text ${this.#below(known)}`;
  }

  get #options() {
    return {
      priority: this.#below(5) as Priority,
      caller: this.#name,
      ...(this.#random() < 0.1 && { dimensions: 16 }),
    };
  }

  async #byId(texts: readonly string[]): Promise<void> {
    const ids = await Promise.all(texts.map((text) => this.#made.queueEmbeddingRequest(text, this.#options)));
    const results = await Promise.allSettled(
      ids.map((id) => this.#made.getEmbeddingResult(id, { timeoutMs: 60_000 })),
    );
    for (const [index, result] of results.entries()) {
      if (result.status === 'fulfilled') this.#answered([texts[index]!], [result.value]);
      else this.#reported(texts[index]!, result.reason instanceof RejectedTextsError, result.reason);
    }
  }

  async #textByText(texts: readonly string[]): Promise<void> {
    const outcomes = await this.#made.processEmbeddingsBatch(texts, this.#options);
    expect(outcomes).toHaveLength(texts.length);
    this.#take(texts, outcomes);
  }

  #take(texts: readonly string[], outcomes: readonly TextOutcome[]): void {
    for (const [index, outcome] of outcomes.entries()) {
      if ('vector' in outcome) this.#answered([texts[index]!], [outcome.vector]);
      else this.#reported(texts[index]!, 'fault' in outcome, outcome);
    }
  }

  async #all(texts: readonly string[], aborts: boolean): Promise<void> {
    const control = new AbortController();
    const timer = aborts ? setTimeout(() => control.abort(), this.#below(60)) : undefined;
    try {
      const vectors = await this.#made.embed(texts, { ...this.#options, signal: control.signal });
      this.#answered(texts, vectors);
    } catch (error) {
      if (error === control.signal.reason) {
        this.counts.aborted += texts.length;
        return;
      }
      expect(error).toBeInstanceOf(RejectedTextsError);
      const { rejected, vectors } = error as RejectedTextsError;
      const faultAt = new Map(rejected.map(({ index, fault }) => [index, fault]));
      this.#take(
        texts,
        vectors.map((vector, index) => (vector ? { vector, cached: false } : { fault: faultAt.get(index)! })),
      );
    } finally {
      clearTimeout(timer);
    }
  }

  #answered(texts: readonly string[], vectors: readonly Float32Array[]): void {
    expectOwn(this.#server, texts, vectors);
    this.counts.answered += texts.length;
  }

  /** Only what no server takes is given up. */
  #reported(text: string, isFault: boolean, why: unknown): void {
    expect(isFault && isBad(text), `${text.slice(0, 40)}: ${JSON.stringify(why)}`).toBe(true);
    this.counts.reported++;
  }
}

/** Kills one server after the other, for a short time each. */
async function kill(servers: readonly TestOllama[], random: () => number, until: number): Promise<void> {
  while (performance.now() < until) {
    await sleep(500 + random() * 2000);
    const server = servers[Math.floor(random() * servers.length)]!;
    await server.die();
    await sleep(random() * 600);
    await server.revive();
  }
}

/** Bytes of live objects. */
function liveBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

test(
  `${seconds} s of random faults, seed ${firstSeed}`,
  async () => {
    console.log(
      `The seed of this soak is ${firstSeed}: SOAK_SEED=${firstSeed} SOAK_SECONDS=${seconds} repeats it.`,
    );
    const random = randomFrom(firstSeed);
    // Back-offs are a part of what they are in life, so that there are more faults in the time.
    vi.spyOn(Math, 'random').mockImplementation(() => random() * 0.1);
    const model = { ...allMiniLm, dimensions: 32 };
    const servers: TestOllama[] = [];
    for (let index = 0; index < 3; index++) {
      const server = await ollama({ models: [model], record: false, requestDelayMs: 2 });
      servers.push(server);
    }
    const warnings: string[] = [];
    const made = await orchestrator(
      {
        ollamaUrl: servers.map(({ url }) => url),
        batchTimeout: 1000,
        waitForServer: 60_000,
        maxQueueSize: 300,
        cacheMaxMemoryMb: 0,
      },
      // Room for about half of the known texts, so that it is full soon and memory can't grow by it.
      { cache: memoryCache(2 ** 20), events: { warning: (message) => warnings.push(message) } },
    );
    for (const server of servers)
      server.script(...faultsFor(randomFrom(firstSeed + servers.indexOf(server) + 1)));
    const callers = Array.from(
      { length: callerCount },
      (_, index) => new Caller(made, servers[0]!, `caller ${index}`, randomFrom(firstSeed + 100 + index)),
    );

    const live: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const until = performance.now() + (seconds * 1000) / rounds;
      await Promise.all([kill(servers, random, until), ...callers.map((caller) => caller.ask(until))]);
      await eventually(() => made.getMetrics().active_requests).toBe(0);
      expect(made.getMetrics().queue_size).toBe(0);
      live.push(liveBytes());
    }

    const sum = (name: keyof Counts) => callers.reduce((all, { counts }) => all + counts[name], 0);
    const metrics = made.getMetrics();
    console.log(
      `${sum('asked')} texts asked for, ${sum('answered')} answered, ${sum('reported')} reported, ${sum('aborted')} given up by their callers; ` +
        `${metrics.requests} requests, ${metrics.retries_total} retries, ${metrics.fallbacks} bisected; ` +
        `live after each round: ${live.map((bytes) => (bytes / 1e6).toFixed(1)).join(', ')} MB.`,
    );
    expect(sum('answered') + sum('reported') + sum('aborted')).toBe(sum('asked'));
    expect(sum('reported')).toBeGreaterThan(0);
    expect(metrics.retries_total).toBeGreaterThan(0);
    expect(metrics.texts_queued).toBe(metrics.texts + metrics.text_failures_total + metrics.cancelled);
    expect(live.at(-1)! - live[0]!).toBeLessThan(growth);
    expect(warnings).toEqual([]);
    await made.stop();
    for (const { stats } of servers) await eventually(() => stats.inFlight).toBe(0);
  },
  seconds * 1000 + 60_000,
);
