// Sees when another server, or another model, answers behind the same address: after a lost connection the
// canaries are measured again before anything is sent or handed on.
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbedderFault } from '../errors.js';
import { policyOf } from '../faults.js';
import type { Embedder, EmbedOptions, Vector, VectorSpace } from '../types.js';
import { orAborted } from './abort.js';
import { OtherDimensions } from './accept.js';
import type { ServerEmbedder } from './endpoint.js';
import { Race } from './race.js';
import { wrapped } from './retry.js';
import { canaryTextsOf, compareSpaces, measureSpace, spaceOf } from './space.js';

/** An embedder that knows whether its server has to be checked before its vectors can be used. */
export interface SteadyEmbedder extends Embedder {
  isUnsure(): boolean;
}

/**
 * The canaries are sent once more after this, in ms, and again after twice as long: what a restart swallowed is
 * never answered, though the server is well since.
 */
const againMs = 10_000;
const mostChecks = 3;

/**
 * The embedder, held to the vector space of its first use. The canaries of whoever measures the space first are
 * taken for it; without them they are sent before the first texts. Then nothing is sent beside what is asked
 * for, until a connection is lost or a request finds nobody: the next one, or the one that was under way, waits
 * for one check that all share. Who sends the canaries later has asked for such a check.
 * @param requests what is asked: the embedder, maybe with something around it
 * @param measured its space, and how many connections had been lost before that was measured
 * @returns an embedder whose `embed` also throws `changed`, for good, when the space is no longer the same
 */
export function withSteadySpace(
  embedder: ServerEmbedder,
  requests: Embedder = embedder,
  measured?: { space: VectorSpace; losses: number },
): SteadyEmbedder {
  let known = measured?.space;
  /** The alarms that the last check has answered. */
  let checked = measured?.losses ?? -1;
  let unreached = 0;
  let checking: Promise<void> | undefined;
  let changed: EmbedderFault | undefined;
  const alarms = () => embedder.losses + unreached;
  const isUnsure = () => checked !== alarms();

  async function check(leastMs: number | undefined): Promise<void> {
    const answered = alarms();
    let difference: string | undefined;
    try {
      const measured = await measureInTime(requests, leastMs);
      known ??= measured;
      const comparison = compareSpaces(known, measured);
      if (!comparison.same) difference = comparison.reason;
    } catch (error) {
      if (known === undefined || !hasOtherDimensions(error)) throw error;
      difference = error.cause.message;
    }
    checked = answered;
    if (difference !== undefined) changed = changedFault(embedder.url, difference);
  }

  function isMeasuring(texts: readonly string[], options: EmbedOptions): boolean {
    return options.dimensions === undefined && isSame(texts, canaryTextsOf(embedder));
  }

  async function settle({ signal, leastMs }: EmbedOptions): Promise<void> {
    if (isUnsure()) {
      checking ??= check(leastMs).finally(() => {
        checking = undefined;
      });
      await orAborted(checking, signal);
    }
    if (changed !== undefined) throw changed;
  }

  async function embed(texts: readonly string[], options: EmbedOptions = {}): Promise<Vector[]> {
    const measures = (known === undefined || isUnsure()) && isMeasuring(texts, options);
    const isFirst = measures && known === undefined;
    const answered = alarms();
    if (!isFirst) await settle(options);
    if (measures && known) return known.canaries.map((vector) => vector.slice());
    try {
      const vectors = await requests.embed(texts, options);
      if (isFirst && known === undefined) {
        known = spaceOf(
          embedder,
          vectors.map((vector) => vector.slice()),
        );
        checked = answered;
      }
      // A server that was replaced while this was under way may have answered it.
      await settle(options);
      return vectors;
    } catch (error) {
      if (error instanceof EmbedderFault && policyOf(error).unmet) unreached++;
      throw error;
    }
  }

  return { ...wrapped(requests, embed), isUnsure };
}

/** The space, by the first of several requests that is answered. */
async function measureInTime(embedder: Embedder, leastMs: number | undefined): Promise<VectorSpace> {
  // Whatever the server says to one of them, it is there and has said it.
  const race = new Race<VectorSpace>(undefined, () => false);
  const enter = () => race.enter((signal) => measureSpace(embedder, { leastMs, signal }));
  const again = async () => {
    for (let checks = 1, pauseMs = againMs; checks < mostChecks; checks++, pauseMs *= 2) {
      await sleep(pauseMs, undefined, { signal: race.ending, ref: false });
      void enter();
    }
  };
  void enter();
  again().catch(() => {});
  return await race.result;
}

function hasOtherDimensions(error: unknown): error is EmbedderFault & { cause: OtherDimensions } {
  return error instanceof EmbedderFault && error.cause instanceof OtherDimensions;
}

function isSame(texts: readonly string[], others: readonly string[]): boolean {
  return texts.length === others.length && texts.every((text, index) => text === others[index]);
}

function changedFault(url: string, difference: string): EmbedderFault {
  return new EmbedderFault(
    'changed',
    `Ollama at ${url} gives other vectors than it gave before (${difference}): its release or its model was replaced; ` +
      'put back what was there, or start again (an output needs --rebuild then).',
  );
}
