// Whether a model's vectors by Ollama's older route are those of its newer one: they need not be normalised. Only then its
// requests are batched and cached. Measured once for each opening of the model, at all of its servers.
import { canariesFor } from '../../embedders/guard/canaries.js';
import type { BatchOrchestrator } from '../../orchestrator/orchestrator.js';
import type { Vector } from '../../types/vector.js';

/** The vector of a text by the older route of one server. @throws when it gives none */
export type AskLegacy = (
  server: string,
  model: string,
  text: string,
  signal: AbortSignal,
) => Promise<unknown>;

const leastCosine = 0.999999;
/** How far a norm may be from 1. */
const normSlack = 1e-6;
/** Max time to find out, in ms. */
const measureMs = 30_000;
/** After a failure, it is tried again after this time, in ms. */
const againMs = 60_000;

interface Measured {
  at: number;
  agrees: Promise<boolean | undefined>;
}

export class LegacyVectors {
  readonly #ask: AskLegacy;
  readonly #known = new WeakMap<BatchOrchestrator, Measured>();

  constructor(ask: AskLegacy) {
    this.#ask = ask;
  }

  /** True when both routes give the same vectors; false when they don't, or that can't be found out. Never throws. */
  async agree(model: BatchOrchestrator): Promise<boolean> {
    let known = this.#known.get(model);
    if (!known || ((await known.agrees) === undefined && performance.now() - known.at > againMs)) {
      known = { at: performance.now(), agrees: this.#measure(model).catch(() => undefined) };
      this.#known.set(model, known);
    }
    return (await known.agrees) ?? false;
  }

  async #measure(model: BatchOrchestrator): Promise<boolean> {
    const signal = AbortSignal.timeout(measureMs);
    const { embedder, space } = model;
    const servers = (embedder.endpoints?.() ?? []).filter(({ breaker }) => breaker !== 'open');
    const texts = canariesFor(embedder).map(({ text }) => text);
    if (servers.length === 0 || texts.length === 0) return false;
    const wanted = await model.embed(texts, { signal, cacheUse: 'bypass', caller: 'canaries' });
    for (const { url } of servers) {
      for (const [index, text] of texts.entries()) {
        const given = await this.#ask(url, space.model, text, signal);
        if (!isSame(given, wanted[index]!)) return false;
      }
    }
    return true;
  }
}

function isSame(given: unknown, wanted: Vector): boolean {
  if (!Array.isArray(given) || given.length !== wanted.length) return false;
  let dot = 0;
  let squares = 0;
  for (const [index, value] of given.entries()) {
    if (typeof value !== 'number') return false;
    dot += value * wanted[index]!;
    squares += value * value;
  }
  const norm = Math.sqrt(squares);
  return Math.abs(norm - 1) <= normSlack && dot / norm >= leastCosine;
}
