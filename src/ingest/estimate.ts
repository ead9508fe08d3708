// How long a run would take: a few of its texts are embedded, as the run would send them, and timed.
import type { Settings } from '../config/settings.js';
import type { RunEvents } from '../events.js';
import { BatchMetrics } from '../metrics/metrics.js';
import type { Output } from '../output/read/output.js';
import type { VectorSpace } from '../types/space.js';
import { openUpstream, type Upstream } from '../upstream/upstream.js';

/** What a dry run measured. */
export interface TimeEstimate {
  /** Seconds that the run would take: its start, and embedding by the speed of the measured texts, or reading where that is longer. */
  seconds: number;
  /** Texts that were embedded for it. */
  texts: number;
  /** Tokens a second, all requests in flight together, once the embedder is warm. */
  tokensPerSecond: number;
}

/** A text as it would be sent, without the model's prefix. */
export interface SampleText {
  text: string;
  tokens: number;
}

/** Some of the texts that a run would embed, from all over it. */
export class Sample {
  /** Eight requests of the size with which a run begins. */
  static readonly most = 256;
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

/** An embedder that is opened when the first document is cut: where nothing changed, none is asked. */
export class LateUpstream {
  /** That the opening took. */
  seconds = 0;
  readonly #options: LateUpstreamOptions;
  #opened: Promise<Upstream> | undefined;

  constructor(options: LateUpstreamOptions) {
    this.#options = options;
  }

  /** @throws as `openUpstream` does */
  open(): Promise<Upstream> {
    this.#opened ??= this.#open();
    return this.#opened;
  }

  async #open(): Promise<Upstream> {
    const { settings, previous, remade, signal, events } = this.#options;
    const started = performance.now();
    const upstream = await openUpstream({
      // A dry run writes nothing: what is embedded here isn't kept.
      settings: { ...settings, cache: 'none' },
      ...{ signal, events, remade, metrics: new BatchMetrics() },
      previous: previous && { space: previous.space, counter: previous.manifest.chunking.counter },
    });
    this.seconds = (performance.now() - started) / 1000;
    return upstream;
  }

  async close(): Promise<void> {
    const upstream = await this.#opened?.catch(() => undefined);
    await upstream?.close();
  }
}

interface LateUpstreamOptions {
  settings: Settings;
  previous: Output | undefined;
  /** Vector space of the output that would be made again. */
  remade: VectorSpace | undefined;
  signal: AbortSignal;
  events: RunEvents;
}

export interface EstimateOptions {
  signal: AbortSignal;
  /** Tokens that the run would send. */
  tokens: number;
  /** Texts that the run would send. */
  texts: number;
  /** Seconds that reading and splitting took. */
  readSeconds: number;
  /** When the dry run began, by `performance.now()`: what it did until the embedder was there, a run does, too. */
  begun: number;
}

/** No request is begun later than this after the first answers, in ms: 64 texts are enough of a slow server. */
const patienceMs = 6000;

/**
 * Embeds the sample, and keeps nothing of it. The first request of each lane isn't counted where there are more: processes of
 * the built-in embedder start, a server loads its model, code is compiled.
 * @throws as `openUpstream` does
 */
export async function estimate(
  sample: Sample,
  late: LateUpstream,
  options: EstimateOptions,
): Promise<TimeEstimate | undefined> {
  const { signal, tokens, readSeconds, begun } = options;
  if (sample.texts.length === 0) return undefined;
  const upstream = await late.open();
  const startSeconds = (performance.now() - begun) / 1000 - readSeconds;
  const { embedder, limits, space } = upstream;
  const step = Math.max(1, Math.floor(sample.texts.length / Sample.most));
  const texts = sample.texts.filter((_, index) => index % step === 0).slice(0, Sample.most);
  const perRequest = Math.min(limits.batchSize, Math.ceil(options.texts / limits.concurrency));
  const requests: SampleText[][] = [];
  for (let from = 0; from < texts.length; from += perRequest)
    requests.push(texts.slice(from, from + perRequest));
  const lanes = Math.min(limits.concurrency, requests.length);
  const embed = async (request: readonly SampleText[]): Promise<Lane> => {
    const started = performance.now();
    await embedder.embed(
      request.map(({ text }) => space.prefixes.document + text),
      { signal },
    );
    const seconds = (performance.now() - started) / 1000;
    return { seconds, tokens: request.reduce((sum, one) => sum + one.tokens, 0), texts: request.length };
  };
  const cold = await Promise.all(requests.splice(0, lanes).map(embed));
  // All begin and end at about the same time, so that the speed is that of all of them in flight.
  const until = performance.now() + patienceMs;
  const warm: Lane[] = [];
  while (requests.length >= lanes && (warm.length === 0 || performance.now() < until)) {
    const started = performance.now();
    const round = await Promise.all(requests.splice(0, lanes).map(embed));
    warm.push({ ...sum(round), seconds: (performance.now() - started) / 1000 });
  }
  const first = { ...sum(cold), seconds: Math.max(...cold.map(({ seconds }) => seconds)) };
  const measured = warm.length === 0 ? first : sum(warm);
  const tokensPerSecond = measured.tokens / Math.max(measured.seconds, 1e-6);
  // What the first requests took longer is a part of the start.
  const warmUp = warm.length === 0 ? 0 : Math.max(0, first.seconds - first.tokens / tokensPerSecond);
  const embedSeconds = tokens / tokensPerSecond;
  // The built-in embedder needs the processors that read.
  const workSeconds =
    embedder.identity.embedder === 'builtin'
      ? embedSeconds + readSeconds
      : Math.max(embedSeconds, readSeconds);
  return {
    seconds: Number((startSeconds + warmUp + workSeconds).toFixed(1)),
    texts: first.texts + sum(warm).texts,
    tokensPerSecond: Number(tokensPerSecond.toPrecision(4)),
  };
}

/** Requests, and what they took. */
interface Lane {
  seconds: number;
  tokens: number;
  texts: number;
}

function sum(lanes: readonly Lane[]): Lane {
  const all = { seconds: 0, tokens: 0, texts: 0 };
  for (const { seconds, tokens, texts } of lanes) {
    all.seconds += seconds;
    all.tokens += tokens;
    all.texts += texts;
  }
  return all;
}
