// src/embedders/guard: makes sure that all vectors are right, and of one model and one vector space.
//
// In: an embedder for one server. Out: the same embedder; its `embed` throws `changed` when the server has another
// model or other vectors. For every answer the digest is asked (confirmation.ts). After a lost connection, or the same
// vector for all texts (collapsed-vectors.ts), the canaries are measured again (canaries.ts, recheck.ts) and compared with
// the first ones (compare-spaces.ts) before any text is sent or any answer is passed on. accept-vectors.ts checks each vector, batch-guard.ts compares batches and singles.
// What must hold: no answer is passed on before a check that began after the server had chosen the model for it has found
// the server unchanged.
import { EmbedderFault } from '../../errors.js';
import type { RunEvents } from '../../events.js';
import { policyOf } from '../../fault-policy.js';
import { orAborted } from '../../net/or-aborted.js';
import type { Embedder, EmbedOptions } from '../../types/embedder.js';
import type { VectorSpace } from '../../types/space.js';
import type { Vector } from '../../types/vector.js';
import { AnswerTimes, type TimedEmbedOptions } from '../answer-times.js';
import type { ConfirmOptions, Member, ServerEmbedder } from '../pool/member.js';
import { wrapEmbedder } from '../wrap-embedder.js';
import { OtherDimensions } from './accept-vectors.js';
import { measureAlone } from './batch-check.js';
import { BatchGuard } from './batch-guard.js';
import { canaryTextsOf, spaceOf } from './canaries.js';
import { Sameness } from './collapsed-vectors.js';
import { compareSpaces } from './compare-spaces.js';
import { Confirmation } from './confirmation.js';
import { measureInTime } from './recheck.js';
import { otherModelFault, otherVectorsFault, unconfirmedFault, wrongBatchFault } from './space-faults.js';

/** An embedder that notices when its server changes. Its answers count only when they are confirmed. */
export type SteadyEmbedder = Embedder & {
  embed(texts: readonly string[], options?: TimedEmbedOptions): Promise<Vector[]>;
} & Required<Pick<Member, 'isUnsure' | 'confirm' | 'mark' | 'reconsider'>>;

export interface SpaceGuardOptions {
  /** Tokens of the largest batch that was compared with single texts; 0: none. @default 0 */
  batchTokens?: number;
  /** Max texts of later batches; 1: no batches will be sent. @default 1 */
  batchSize?: number;
  /** Called when batches turn out to be wrong. @default no listener */
  events?: RunEvents | undefined;
}

/**
 * A server whose connections break unseen, as behind a proxy that makes its own, is measured again before it is used when
 * this time, in ms, has passed: its release is asked after every answer, but another machine may have the same.
 */
const unwatchedMs = 30_000;

/** The server has changed. */
interface Change {
  fault: EmbedderFault;
  /** Its release and digest at that time; undefined when it didn't say. */
  mark: string | undefined;
}

/**
 * Guards an embedder: its vector space must stay that of its first use. If the caller measures the space first, those
 * canaries count; otherwise they are sent before the first texts. After that, no canaries are sent until a connection
 * is lost or refused. Then all requests, also those in flight, wait for one shared check. A caller that sends the
 * canaries again starts such a check.
 * @param requests where texts are sent: the embedder, maybe wrapped
 * @param measured its space, and the number of lost connections before it was measured
 * @returns an embedder whose `embed` also throws `changed` when the space is no longer the same
 */
export function withSpaceGuard(
  embedder: ServerEmbedder,
  requests: Embedder = embedder,
  measured?: { space: VectorSpace; losses: number },
  options: SpaceGuardOptions = {},
): SteadyEmbedder {
  const server = new GuardedServer(embedder, requests, measured, options);
  return {
    ...wrapEmbedder(requests, (texts, options) => server.embed(texts, options)),
    isUnsure: () => server.isUnsure(),
    confirm: (options) => server.confirm(options),
    mark: (signal) => server.mark(signal),
    reconsider: (signal) => server.reconsider(signal),
    close: async () => {
      server.close();
      await requests.close();
    },
  };
}

class GuardedServer {
  readonly #server: ServerEmbedder;
  readonly #requests: BatchGuard;
  #release: string;
  readonly #confirmation: Confirmation;
  readonly #end = new AbortController();
  #known: VectorSpace | undefined;
  /** Number of alarms that the last check has covered. */
  #checked: number;
  #unreached = 0;
  /** When the vectors were compared last. */
  #checkedAt = performance.now();
  readonly #sameness = new Sameness();
  #checking: Promise<void> | undefined;
  #change: Change | undefined;

  constructor(
    server: ServerEmbedder,
    requests: Embedder,
    measured: { space: VectorSpace; losses: number } | undefined,
    options: SpaceGuardOptions,
  ) {
    this.#release = server.release;
    this.#server = server;
    this.#requests = new BatchGuard(requests, { ...options, where: server.where });
    this.#known = measured?.space;
    this.#checked = measured?.losses ?? -1;
    this.#confirmation = new Confirmation({
      look: (signal) => this.#look(signal),
      inFlight: () => this.#requests.inFlight,
      where: server.where,
    });
  }

  get #alarms(): number {
    return this.#server.losses + this.#unreached + this.#sameness.suspicions;
  }

  isUnsure(): boolean {
    return this.#checked !== this.#alarms;
  }

  async embed(texts: readonly string[], options: TimedEmbedOptions = {}): Promise<Vector[]> {
    if (this.#server.isWatched === false && performance.now() - this.#checkedAt > unwatchedMs) this.#doubt();
    const measures = (this.#known === undefined || this.isUnsure()) && this.#isMeasuring(texts, options);
    const isFirst = measures && this.#known === undefined;
    const answered = this.#alarms;
    if (!isFirst) await this.#settle(options);
    if (measures && this.#known) return this.#known.canaries.map((vector) => vector.slice());
    const wasSingle = this.#requests.isSingle;
    const { times = new AnswerTimes() } = options;
    const ended = this.#confirmation.sent();
    try {
      const vectors = await this.#requests.embed(texts, { ...options, times });
      ended(times.chosenBy);
      if (isFirst && this.#known === undefined) {
        this.#known = spaceOf(
          this.#server,
          vectors.map((vector) => vector.slice()),
        );
        this.#checked = answered;
      }
      this.#sameness.look(texts, vectors);
      // The server may have been replaced while this request was in flight.
      await this.#settle(options);
      if (texts.length > 1 && !measures) await this.#requests.compareLarger(texts, vectors, options);
      if (texts.length > 1 && this.#requests.isSingle !== wasSingle)
        throw wrongBatchFault(this.#server.where);
      return vectors;
    } catch (error) {
      if (error instanceof EmbedderFault && policyOf(error).unmet) this.#unreached++;
      throw error;
    } finally {
      ended();
    }
  }

  async confirm(options: ConfirmOptions): Promise<void> {
    // What is behind a proxy of its own may be another machine at each question: there, only what comes after counts.
    const isStrict = this.#server.isWatched === false;
    await this.#confirmation.next(isStrict ? { ...options, chosenBy: undefined } : options);
  }

  /** @throws {EmbedderFault} `changed`, or `unconfirmed` when the server doesn't answer the question */
  async #look(signal: AbortSignal): Promise<void> {
    if (this.#change) throw this.#change.fault;
    const [digest, release] = await this.#said(
      Promise.all([
        this.#server.digest(signal),
        // Another release shows by a broken connection, where these are seen.
        this.#server.isWatched === false ? this.#server.version(signal) : this.#release,
      ]),
    );
    if (digest !== this.#server.weights) {
      this.#change = { fault: otherModelFault(this.#server, digest), mark: undefined };
      throw this.#change.fault;
    }
    if (release === this.#release) return;
    this.#doubt();
    await this.#settle({ signal });
  }

  /** The vectors must be compared before more of them are used. */
  #doubt(): void {
    this.#unreached++;
    this.#checkedAt = performance.now();
  }

  async #said<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw error instanceof EmbedderFault ? unconfirmedFault(this.#server.where, error) : error;
    }
  }

  #isMeasuring(texts: readonly string[], options: EmbedOptions): boolean {
    return options.dimensions === undefined && isSame(texts, canaryTextsOf(this.#server));
  }

  async #settle({ signal, leastMs }: EmbedOptions): Promise<void> {
    if (this.#change) throw this.#change.fault;
    if (!this.isUnsure()) return;
    this.#checking ??= this.#check(leastMs).finally(() => {
      this.#checking = undefined;
    });
    await orAborted(this.#checking, signal);
    if (this.#change) throw (this.#change as Change).fault;
  }

  async #check(leastMs: number | undefined): Promise<void> {
    const answered = this.#alarms;
    const difference = await this.#differenceNow(leastMs);
    this.#checked = answered;
    this.#checkedAt = performance.now();
    if (difference === undefined) return this.#sameness.clear();
    const fault = otherVectorsFault(this.#server.where, difference);
    const change: Change = { fault, mark: undefined };
    // Before anything is waited for: it counts as checked now, and other requests would go on.
    this.#change = change;
    change.mark = await this.mark(this.#end.signal).catch(() => undefined);
  }

  /** What differs from before, in words. @throws {EmbedderFault} when it can't be measured */
  async #differenceNow(leastMs: number | undefined): Promise<string | undefined> {
    const { signal } = this.#end;
    try {
      const release = await this.#server.version(signal);
      const isOther = release !== this.#release && this.#known !== undefined;
      const measured = isOther
        ? (await measureAlone(this.#requests.embedder, signal, leastMs)).space
        : await measureInTime(this.#requests.embedder, leastMs, signal);
      this.#known ??= measured;
      const comparison = compareSpaces(this.#known, measured);
      if (!comparison.same) return comparison.reason;
      if (isOther) await this.#requests.compare(this.#known, signal);
      this.#release = release;
      return undefined;
    } catch (error) {
      if (this.#known === undefined || !hasOtherDimensions(error)) throw error;
      return error.cause.message;
    }
  }

  async mark(signal: AbortSignal): Promise<string> {
    const said = await Promise.all([this.#server.digest(signal), this.#server.version(signal)]);
    return [...said, this.#server.losses].join(' ');
  }

  /** Measures a refused server again, but only if its release or digest has changed since. */
  async reconsider(signal: AbortSignal): Promise<boolean> {
    if (this.#change === undefined) return true;
    const ending = AbortSignal.any([signal, this.#end.signal]);
    const digest = await this.#server.digest(ending);
    if (digest !== this.#server.weights) {
      this.#change = { fault: otherModelFault(this.#server, digest), mark: undefined };
      return false;
    }
    const mark = await this.mark(ending);
    if (mark === this.#change.mark) return false;
    const answered = this.#alarms;
    const difference = await this.#differenceNow(undefined);
    if (difference !== undefined) {
      this.#change = { fault: otherVectorsFault(this.#server.where, difference), mark };
      return false;
    }
    if ((await this.#server.digest(ending)) !== this.#server.weights) return false;
    this.#checked = answered;
    this.#change = undefined;
    return true;
  }

  close(): void {
    this.#confirmation.close();
    this.#end.abort(new Error('The embedder was closed.'));
  }
}

function hasOtherDimensions(error: unknown): error is EmbedderFault & { cause: OtherDimensions } {
  return error instanceof EmbedderFault && error.cause instanceof OtherDimensions;
}

function isSame(texts: readonly string[], others: readonly string[]): boolean {
  return texts.length === others.length && texts.every((text, index) => text === others[index]);
}
