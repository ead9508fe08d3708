// One server and model: opened, loaded and warmed up before the measurement, with a first estimate of the cost of a
// request and of a text.
import { setTimeout as sleep } from 'node:timers/promises';
import { Limiter } from '../../batching/limiter/limiter.js';
import type { Settings } from '../../config/settings.js';
import { EmbedderFault, ServiceError } from '../../errors.js';
import type { RunEvents } from '../../events.js';
import { isOfText } from '../../fault-policy.js';
import { BatchMetrics } from '../../metrics/metrics.js';
import { plural } from '../../text/plural.js';
import { hexHash } from '../../text/sha256.js';
import type { Embedder } from '../../types/embedder.js';
import type { RequestLimits } from '../../types/requests.js';
import type { Vector } from '../../types/vector.js';
import { limitsFor } from '../../upstream/limiter-settings.js';
import { openUpstream, type Upstream } from '../../upstream/upstream.js';
import { mean } from '../statistics/statistics.js';
import { ActiveClock } from './active-clock.js';
import type { Candidate } from './candidates.js';
import { isLoaded } from './loaded-model.js';
import type { TrialText } from './trial.js';

/** Time to load the model; it is not part of the measurements. */
export interface Load {
  /** Null where the server doesn't say. */
  wasLoaded: boolean | null;
  /** Time of the first answer minus that of the second; null when the model was loaded before. */
  seconds: number | null;
}

/** Compares a text's vector alone and in a batch. */
export interface Agreement {
  texts: number;
  minimumCosine: number;
}

/** Estimated time of a request: `requestMs + texts × textMs`. */
export interface Cost {
  requestMs: number;
  textMs: number;
}

export interface OpenTargetOptions {
  /** With at most one server and one model. */
  settings: Settings;
  signal: AbortSignal;
  events: RunEvents;
  /** Have the server pull its model when it lacks it. @default false */
  pull?: boolean | undefined;
}

/** Texts of the first look. */
const firstLookTexts = 8;

export class Target {
  readonly embedder: Embedder;
  readonly load: Load;
  readonly canary: string;
  /** The adaptive limiter; it learns over all rounds, as in a long run. */
  readonly limiter: RequestLimits;
  /** What the limiter takes for time: it stands still between measurements. */
  readonly clock = new ActiveClock();
  /** Set by {@link useTexts}. */
  texts: readonly TrialText[] = [];
  agreement: Agreement | undefined;
  cost: Cost = { requestMs: 0, textMs: 0 };

  private constructor({ embedder, canary }: Upstream, load: Load) {
    this.embedder = embedder;
    this.load = load;
    this.canary = canary;
    this.limiter = limitsFor({}, embedder, { isQueue: this.isQueue, now: () => this.clock.now }).of('');
  }

  /** Its workers decide how many requests are in flight, as many as they are. */
  get isQueue(): boolean {
    return this.embedder.slots?.room !== undefined;
  }

  /**
   * Opens the embedder and lets its model load.
   * @throws {ServiceError} when the server can't be reached or lacks the model
   */
  static async open(options: OpenTargetOptions): Promise<Target> {
    const { settings, signal, events, pull } = options;
    const start = performance.now();
    let openingMs = 0;
    let wasLoaded: boolean | null = false;
    let upstream: Upstream | undefined;
    try {
      upstream = await openUpstream({
        // Without retries, as a retried request would count as a slow one; here it counts as failed. Caches are measured apart.
        settings: { ...settings, maxRetries: 0, cache: 'none' },
        metrics: new BatchMetrics(),
        signal,
        events,
        pull,
        beforeFirstText: async (embedder) => {
          if (embedder.identity.embedder === 'builtin') openingMs = performance.now() - start;
          wasLoaded = await isLoaded(embedder, settings, signal);
        },
      });
      if (wasLoaded) return new Target(upstream, { wasLoaded, seconds: null });
      const { embedder, firstAnswerMs } = upstream;
      const again = await timed(() => embedder.embed([upstream!.canary], { signal }));
      const seconds = Math.max(0, openingMs + firstAnswerMs - again.ms) / 1000;
      return new Target(upstream, { wasLoaded, seconds });
    } catch (error) {
      await upstream?.close();
      if (!(error instanceof EmbedderFault)) throw error;
      throw new ServiceError(error.message, { cause: error });
    }
  }

  limiterFor({ kind, batchSize, concurrency }: Candidate): RequestLimits {
    return kind === 'adaptive' ? this.limiter : new Limiter({ batchSize, concurrency });
  }

  /** The server's address, without credentials; undefined for the built-in embedder and for a queue. */
  get url(): string | undefined {
    return this.isQueue ? undefined : this.embedder.endpoints?.()[0]?.url;
  }

  get name(): string {
    const { model } = this.embedder.identity;
    const workers = this.embedder.endpoints?.().length ?? 0;
    if (this.isQueue) return `${model} (${plural(workers, 'worker')} of a queue)`;
    return this.url === undefined ? `${model} (built-in)` : `${model} at ${this.url}`;
  }

  /** Tokens that are sent for a text, including the prefix. */
  tokensOf(text: string): number {
    return this.embedder.counter.count(this.embedder.identity.prefixes.document + text);
  }

  /** True when the embedder accepts the text. */
  fits(text: string): boolean {
    return this.tokensOf(text) + this.embedder.counter.special <= this.embedder.maxTokens;
  }

  /** Measures with these texts from now on. */
  useTexts(texts: readonly string[]): void {
    const prefix = this.embedder.identity.prefixes.document;
    this.texts = texts.map((text, place) => ({
      text: prefix + text,
      tokens: this.tokensOf(text),
      hash: hexHash('sha256', `${place} ${text}`),
    }));
  }

  /** So many texts from an index on; after the last one, it starts again with the first. */
  stretch(from: number, count: number): TrialText[] {
    const { texts } = this;
    return Array.from({ length: count }, (_, index) => {
      const text = texts[(from + index) % texts.length]!;
      const lap = Math.floor((from + index) / texts.length);
      if (lap === 0) return text;
      return { ...text, hash: hexHash('sha256', `${lap} ${text.hash}`) };
    });
  }

  /** Leaves out texts that the server refuses. @throws {ServiceError} when none is left */
  leaveOut(rejected: readonly TrialText[]): void {
    const gone = new Set(rejected.map(({ text }) => text));
    this.texts = this.texts.filter(({ text }) => !gone.has(text));
    if (this.texts.length > 0) return;
    throw new ServiceError(`${this.name} refuses all texts: read the server's log.`);
  }

  /** Opens connections, so that no measurement waits for them. */
  async warmUp(connections: number, signal: AbortSignal): Promise<void> {
    await Promise.all(
      Array.from({ length: connections }, () => this.embedder.embed([this.canary], { signal })),
    );
  }

  /**
   * Sends a few texts one by one and then in one batch: shows the cost of requests, and whether the vectors agree.
   * @param mostMs approximate max time
   */
  async look(mostMs: number, signal: AbortSignal): Promise<void> {
    const singles: { text: TrialText; vector: Vector; ms: number }[] = [];
    const rejected: TrialText[] = [];
    const start = performance.now();
    for (const text of this.texts) {
      const late = performance.now() - start > mostMs / 2;
      if (singles.length >= firstLookTexts || (late && singles.length >= 2)) break;
      try {
        const { value, ms } = await this.#timed([text], signal);
        singles.push({ text, vector: value[0]!, ms });
      } catch (error) {
        if (!(error instanceof EmbedderFault) || !isOfText(error)) throw error;
        rejected.push(text);
      }
    }
    this.leaveOut(rejected);
    const batch = await this.#timed(
      singles.map(({ text }) => text),
      signal,
    );
    const cosines = singles.map(({ vector }, index) => dot(vector, batch.value[index]!));
    this.agreement = { texts: singles.length, minimumCosine: Math.min(...cosines) };
    const singleMs = mean(singles.map(({ ms }) => ms));
    const textMs = singles.length < 2 ? singleMs : Math.max(0, (batch.ms - singleMs) / (singles.length - 1));
    this.cost = { textMs: Math.min(textMs, singleMs), requestMs: Math.max(0, singleMs - textMs) };
  }

  /**
   * After a failure: true when the server still answers. Waits a few moments.
   * @throws the signal's reason
   */
  async recovers(signal: AbortSignal): Promise<boolean> {
    for (let attempt = 0; attempt < 3; attempt++) {
      if (attempt > 0) await pause(250 * 2 ** attempt, signal);
      try {
        this.embedder.resetBreakers?.();
        await this.embedder.embed([this.canary], { signal });
        return true;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof EmbedderFault)) throw error;
      }
    }
    return false;
  }

  async close(): Promise<void> {
    await this.embedder.close();
  }

  /** `ms`: time until the answer came. It is confirmed while the next request is in flight. */
  async #timed(texts: readonly TrialText[], signal: AbortSignal): Promise<{ value: Vector[]; ms: number }> {
    const tokens = texts.reduce((sum, text) => sum + text.tokens, 0);
    const start = performance.now();
    let answered: number | undefined;
    const onAnswer = () => {
      answered = performance.now();
    };
    const all = texts.map(({ text }) => text);
    const value = await this.embedder.embed(all, { signal, tokens, onAnswer });
    return { value, ms: (answered ?? performance.now()) - start };
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const start = performance.now();
  const value = await work();
  return { value, ms: performance.now() - start };
}

/** The cosine of two vectors of length 1. */
function dot(a: Vector, b: Vector): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}
