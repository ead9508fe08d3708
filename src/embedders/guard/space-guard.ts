// Holds a server to one model and one vector space: its digest is asked after every answer, and after a lost
// connection, or an answer of one vector for all, the canaries are measured again before anything is sent or handed on.
import { EmbedderFault } from '../../errors.js';
import { policyOf } from '../../fault-policy.js';
import type { Embedder, EmbedOptions, Vector, VectorSpace } from '../../types.js';
import { orAborted } from '../abort.js';
import type { ConfirmOptions, Member, ServerEmbedder } from '../pool/member.js';
import { wrapped } from '../retry.js';
import { OtherDimensions } from './accept-vectors.js';
import { compareBatch, measureAlone, unlikeSentence, withSingles } from './batch-check.js';
import { canaryTextsOf, compareSpaces, spaceOf } from './canaries.js';
import { Confirmation } from './confirmation.js';
import { LargerBatch } from './larger-batch.js';
import { measureInTime } from './recheck.js';
import { Sameness } from './same-vectors.js';
import { otherModelFault, otherVectorsFault, unconfirmedFault, wrongBatchFault } from './space-faults.js';

/** An embedder that knows whether its server is still what it was. Its answers count once they are confirmed. */
export type SteadyEmbedder = Embedder &
  Required<Pick<Member, 'isUnsure' | 'confirm' | 'mark' | 'reconsider'>>;

export interface SteadyOptions {
  /** Tokens of the largest batch that was compared with single texts; 0: none was. @default 0 */
  batchTokens?: number;
  /** Texts of the largest batch that will be sent; 1: none will. @default 1 */
  batchSize?: number;
  /** What goes on, but not as well as it should. */
  onWarning?(message: string): void;
}

/** The server is another one. */
interface Change {
  fault: EmbedderFault;
  /** What it said of itself then; undefined when it said nothing. */
  mark: string | undefined;
}

/**
 * The embedder, held to the vector space of its first use. The canaries of whoever measures the space first are
 * taken for it; without them they are sent before the first texts. Then no text is sent beside what is asked
 * for, until a connection is lost or a request finds nobody: the next one, or the one that was under way, waits
 * for one check that all share. Who sends the canaries later has asked for such a check.
 * @param requests what is asked: the embedder, maybe with something around it
 * @param measured its space, and how many connections had been lost before that was measured
 * @returns an embedder whose `embed` also throws `changed` when the space is no longer the same
 */
export function withSteadySpace(
  embedder: ServerEmbedder,
  requests: Embedder = embedder,
  measured?: { space: VectorSpace; losses: number },
  options: SteadyOptions = {},
): SteadyEmbedder {
  const server = new SteadyServer(embedder, requests, measured, options);
  return {
    ...wrapped(requests, (texts, options) => server.embed(texts, options)),
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

class SteadyServer {
  readonly #server: ServerEmbedder;
  readonly #options: SteadyOptions;
  #requests: Embedder;
  /** Its release sends wrong vectors in batches, which the one that was opened didn't. */
  #isSingle = false;
  #release: string;
  readonly #confirmation: Confirmation;
  readonly #end = new AbortController();
  #known: VectorSpace | undefined;
  /** The alarms that the last check has answered. */
  #checked: number;
  #unreached = 0;
  readonly #sameness = new Sameness();
  readonly #larger: LargerBatch;
  #inFlight = 0;
  #checking: Promise<void> | undefined;
  #change: Change | undefined;

  constructor(
    server: ServerEmbedder,
    requests: Embedder,
    measured: { space: VectorSpace; losses: number } | undefined,
    options: SteadyOptions,
  ) {
    this.#options = options;
    this.#larger = new LargerBatch(options.batchTokens ?? 0);
    this.#release = server.release;
    this.#server = server;
    this.#requests = requests;
    this.#known = measured?.space;
    this.#checked = measured?.losses ?? -1;
    this.#confirmation = new Confirmation({
      look: (signal) => this.#look(signal),
      isIdle: () => this.#inFlight === 0,
      where: `Ollama at ${server.url}`,
    });
  }

  get #alarms(): number {
    return this.#server.losses + this.#unreached + this.#sameness.suspicions;
  }

  isUnsure(): boolean {
    return this.#checked !== this.#alarms;
  }

  async embed(texts: readonly string[], options: EmbedOptions = {}): Promise<Vector[]> {
    const measures = (this.#known === undefined || this.isUnsure()) && this.#isMeasuring(texts, options);
    const isFirst = measures && this.#known === undefined;
    const answered = this.#alarms;
    if (!isFirst) await this.#settle(options);
    if (measures && this.#known) return this.#known.canaries.map((vector) => vector.slice());
    const wasSingle = this.#isSingle;
    try {
      const vectors = await this.#ask(texts, options);
      if (isFirst && this.#known === undefined) {
        this.#known = spaceOf(
          this.#server,
          vectors.map((vector) => vector.slice()),
        );
        this.#checked = answered;
      }
      this.#sameness.look(texts, vectors);
      // A server that was replaced while this was under way may have answered it.
      await this.#settle(options);
      if (texts.length > 1 && !measures) await this.#tryLarger(texts, vectors, options);
      if (texts.length > 1 && this.#isSingle !== wasSingle) throw wrongBatchFault(this.#server.url);
      return vectors;
    } catch (error) {
      if (error instanceof EmbedderFault && policyOf(error).unmet) this.#unreached++;
      throw error;
    }
  }

  async #tryLarger(
    texts: readonly string[],
    vectors: readonly Vector[],
    options: EmbedOptions,
  ): Promise<void> {
    const { batchSize = 1 } = this.#options;
    if (batchSize < 2 || this.#isSingle) return;
    const { tokens = texts.reduce((sum, text) => sum + this.#server.counter.count(text), 0), ...rest } =
      options;
    const alone = async (text: string) => (await this.#ask([text], rest))[0]!;
    const unlike = await this.#larger.unlike({ texts, vectors, tokens }, alone, options.signal);
    if (unlike !== undefined) this.#sendSingles(unlike);
  }

  async #ask(texts: readonly string[], options: EmbedOptions): Promise<Vector[]> {
    this.#inFlight++;
    try {
      return await this.#requests.embed(texts, options);
    } finally {
      this.#inFlight--;
    }
  }

  async confirm(options: ConfirmOptions): Promise<void> {
    await this.#confirmation.next(options);
  }

  /** @throws {EmbedderFault} `changed`, or `unconfirmed` when the server doesn't say what it has */
  async #look(signal: AbortSignal): Promise<void> {
    if (this.#change) throw this.#change.fault;
    const digest = await this.#said(this.#server.digest(signal));
    if (digest === this.#server.identity.digest) return;
    this.#change = { fault: otherModelFault(this.#server, digest), mark: undefined };
    throw this.#change.fault;
  }

  async #said<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw error instanceof EmbedderFault ? unconfirmedFault(this.#server.url, error) : error;
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
    if (difference === undefined) return this.#sameness.clear();
    const fault = otherVectorsFault(this.#server.url, difference);
    this.#change = { fault, mark: await this.mark(this.#end.signal).catch(() => undefined) };
  }

  /** What is other than before, as a phrase. @throws {EmbedderFault} when it can't be measured */
  async #differenceNow(leastMs: number | undefined): Promise<string | undefined> {
    const { signal } = this.#end;
    try {
      const release = await this.#server.version(signal);
      const isOther = release !== this.#release && this.#known !== undefined;
      const measured = isOther
        ? (await measureAlone(this.#requests, signal, leastMs)).space
        : await measureInTime(this.#requests, leastMs, signal);
      this.#known ??= measured;
      const comparison = compareSpaces(this.#known, measured);
      if (!comparison.same) return comparison.reason;
      if (isOther) await this.#tryBatch(this.#known, signal);
      this.#release = release;
      return undefined;
    } catch (error) {
      if (this.#known === undefined || !hasOtherDimensions(error)) throw error;
      return error.cause.message;
    }
  }

  /** Another release may give other vectors in batches, though those of single texts are the same. */
  async #tryBatch(space: VectorSpace, signal: AbortSignal): Promise<void> {
    const { batchSize = 1 } = this.#options;
    if (batchSize < 2 || this.#isSingle) return;
    const { unlike, tokens } = await compareBatch(this.#requests, space, batchSize, signal);
    this.#larger.reset(tokens);
    if (unlike !== undefined) this.#sendSingles(unlike);
  }

  #sendSingles(unlike: string): void {
    if (this.#isSingle) return;
    this.#requests = withSingles(this.#requests);
    this.#isSingle = true;
    this.#options.onWarning?.(unlikeSentence(`Ollama at ${this.#server.url}`, unlike));
  }

  async mark(signal: AbortSignal): Promise<string> {
    const said = await Promise.all([this.#server.digest(signal), this.#server.version(signal)]);
    return [...said, this.#server.losses].join(' ');
  }

  /** A server that has the old model is only measured again when it is not the one that was refused. */
  async reconsider(signal: AbortSignal): Promise<boolean> {
    if (this.#change === undefined) return true;
    const ending = AbortSignal.any([signal, this.#end.signal]);
    const digest = await this.#server.digest(ending);
    if (digest !== this.#server.identity.digest) {
      this.#change = { fault: otherModelFault(this.#server, digest), mark: undefined };
      return false;
    }
    const mark = await this.mark(ending);
    if (mark === this.#change.mark) return false;
    const answered = this.#alarms;
    const difference = await this.#differenceNow(undefined);
    if (difference !== undefined) {
      this.#change = { fault: otherVectorsFault(this.#server.url, difference), mark };
      return false;
    }
    if ((await this.#server.digest(ending)) !== this.#server.identity.digest) return false;
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
