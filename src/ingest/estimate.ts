// How long a run would take: a few of its texts are embedded, as the run would send them, and timed.
import type { Settings } from '../config/settings.js';
import type { RunEvents } from '../events.js';
import { BatchMetrics } from '../metrics/metrics.js';
import type { Output } from '../output/read/output.js';
import { openUpstream } from '../upstream/upstream.js';

/** What a dry run measured. */
export interface TimeEstimate {
  /** Seconds that embedding would take, by the speed of the measured texts. */
  seconds: number;
  /** Texts that were embedded for it. */
  texts: number;
  /** Tokens a second, all requests in flight together. */
  tokensPerSecond: number;
}

/** A text as it would be sent, without the model's prefix. */
export interface SampleText {
  text: string;
  tokens: number;
}

/** Some of the texts that a run would embed, from all over it. */
export class Sample {
  /** Two requests of the size with which a run begins. */
  static readonly most = 64;
  readonly texts: SampleText[] = [];
  #seen = 0;
  /** Of so many, one is taken; it doubles when there are too many. */
  #every = 1;

  offer(text: () => string, tokens: number): void {
    if (this.#seen++ % this.#every !== 0) return;
    this.texts.push({ text: text(), tokens });
    if (this.texts.length <= 2 * Sample.most) return;
    this.#every *= 2;
    const halved = this.texts.filter((_, index) => index % 2 === 0);
    this.texts.splice(0, this.texts.length, ...halved);
  }
}

export interface EstimateOptions {
  settings: Settings;
  previous: Output | undefined;
  signal: AbortSignal;
  events: RunEvents;
  /** Tokens that the run would send. */
  tokens: number;
}

/**
 * Embeds the sample, and keeps nothing of it. The model is loaded before the time is taken.
 * @throws as `openUpstream` does
 */
export async function estimate(sample: Sample, options: EstimateOptions): Promise<TimeEstimate | undefined> {
  const { previous, signal, events, tokens } = options;
  if (sample.texts.length === 0) return undefined;
  // A dry run writes nothing: what is embedded here isn't kept.
  const settings: Settings = { ...options.settings, cache: 'none' };
  const upstream = await openUpstream({
    ...{ settings, signal, events, metrics: new BatchMetrics() },
    previous: previous && { space: previous.space, counter: previous.manifest.chunking.counter },
  });
  try {
    const { embedder, limits, space } = upstream;
    const step = Math.max(1, Math.floor(sample.texts.length / Sample.most));
    const texts = sample.texts.filter((_, index) => index % step === 0).slice(0, Sample.most);
    const perRequest = Math.min(limits.batchSize, Math.ceil(texts.length / limits.concurrency));
    const requests: string[][] = [];
    for (let from = 0; from < texts.length; from += perRequest) {
      requests.push(texts.slice(from, from + perRequest).map(({ text }) => space.prefixes.document + text));
    }
    const started = performance.now();
    const lanes = Array.from({ length: Math.min(limits.concurrency, requests.length) }, async () => {
      for (let next = requests.shift(); next !== undefined; next = requests.shift()) {
        await embedder.embed(next, { signal });
      }
    });
    await Promise.all(lanes);
    const seconds = (performance.now() - started) / 1000;
    const tokensPerSecond = texts.reduce((sum, one) => sum + one.tokens, 0) / Math.max(seconds, 1e-6);
    return {
      seconds: Number((tokens / tokensPerSecond).toFixed(1)),
      texts: texts.length,
      tokensPerSecond: Number(tokensPerSecond.toPrecision(4)),
    };
  } finally {
    await upstream.close();
  }
}
