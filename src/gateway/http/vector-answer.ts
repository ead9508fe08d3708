// Sends an answer with vectors. A short one is held until it is whole, so that an error still has a status of its own. A
// long one begins as soon as it takes much memory or time; then its client decides how fast it goes on, and an error
// breaks the connection: no client takes a part for the whole.
import { once } from 'node:events';
import type { FastifyReply } from 'fastify';
import { maxHeldBytes } from '../models/embed-texts.js';
import type { GatewayLimits } from '../options.js';
import type { AnswerFormat } from '../routes/answers.js';
import { SlowReaderError } from '../routes/error-answers.js';

/** Bytes that a client must take within the time that it has. */
const sliceBytes = 256 * 1024;

export interface VectorAnswerOptions {
  reply: FastifyReply;
  limits: Pick<GatewayLimits, 'holdMs' | 'receiveMs'>;
  /** Aborted when the client leaves, or nothing goes on. */
  signal: AbortSignal;
  /** Called when the client has taken most of what was held; from now on, the answer goes out as it is made. */
  onFlow(): void;
}

export class VectorAnswer {
  readonly #options: VectorAnswerOptions;
  readonly #since = performance.now();
  #held: Buffer[] = [];
  #heldBytes = 0;
  #vectors = 0;
  #hasBegun = false;

  constructor(options: VectorAnswerOptions) {
    this.#options = options;
  }

  /** True when the client has the status and some of the vectors. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /**
   * Sends all of it, or holds it as long as it may.
   * @param pieces the vectors, in order
   * @returns what is left to send, when nothing has been sent yet
   * @throws what `pieces` throws, and the signal's reason; {@link SlowReaderError} when the client doesn't take it
   */
  async send(
    format: AnswerFormat,
    pieces: AsyncIterable<readonly Float32Array[]>,
  ): Promise<Buffer | undefined> {
    // Another try with a model that was opened again; a client that has a part of the first one can't be given both.
    if (this.#hasBegun) throw new Error('The model was replaced in the middle of an answer.');
    const { reply } = this.#options;
    this.#held = [Buffer.from(format.start)];
    this.#heldBytes = this.#vectors = 0;
    reply.header('content-type', format.contentType);
    for await (const vectors of pieces) {
      await this.#write(format.part(vectors, this.#vectors));
      this.#vectors += vectors.length;
    }
    const end = Buffer.from(format.end());
    if (!this.#hasBegun) return Buffer.concat([...this.#held, end]);
    reply.raw.end(end);
    return undefined;
  }

  /** Ends the connection in a way that no client takes for the end of the answer. */
  breakOff(error: unknown): void {
    const { raw } = this.#options.reply;
    raw.socket?.resetAndDestroy();
    raw.destroy(error instanceof Error ? error : undefined);
  }

  async #write(part: Buffer): Promise<void> {
    if (this.#hasBegun) return await this.#push(part);
    this.#held.push(part);
    this.#heldBytes += part.length;
    const isLate = performance.now() - this.#since > this.#options.limits.holdMs;
    if (this.#heldBytes <= maxHeldBytes && !isLate) return;
    this.#begin();
    for (const held of this.#held.splice(0)) await this.#push(held);
    this.#options.onFlow();
  }

  #begin(): void {
    const { reply } = this.#options;
    const { raw } = reply;
    raw.writeHead(200, reply.getHeaders() as Record<string, string>);
    reply.hijack();
    this.#hasBegun = true;
  }

  /** Waits until the client has taken most of what was sent before. */
  async #push(part: Buffer): Promise<void> {
    for (let at = 0; at < part.length; at += sliceBytes)
      await this.#pushSlice(part.subarray(at, at + sliceBytes));
  }

  async #pushSlice(slice: Buffer): Promise<void> {
    const { signal, limits, reply } = this.#options;
    signal.throwIfAborted();
    if (reply.raw.write(slice)) return;
    const late = AbortSignal.timeout(limits.receiveMs);
    try {
      await once(reply.raw, 'drain', { signal: AbortSignal.any([signal, late]) });
    } catch {
      signal.throwIfAborted();
      throw new SlowReaderError();
    }
  }
}
