// Bounds the memory of all answers that are being sent. A short request may ask for many megabytes, and its client may
// not read them. An answer that finds no room waits.
import type { ServerResponse } from 'node:http';
import type { GatewayLimits } from '../options.js';

/** Smaller answers, in bytes, aren't counted: even one per connection doesn't fill the memory. */
const smallAnswerBytes = 256 * 1024;
/** How often the answers being sent are checked while others wait, in ms. */
const lookMs = 500;
/** Max time without a byte read by the client while other answers wait, in ms. */
const stalledMs = 2000;

interface Answer {
  bytes: number;
  /** When it was first seen complete, and when its client last took some of it. */
  since: number | undefined;
  moved: { at: number; bytes: number };
}

interface Waiting {
  raw: ServerResponse;
  bytes: number;
  go(): void;
}

export class AnswersRoom {
  readonly #limits: Pick<GatewayLimits, 'maxAnswers' | 'receiveMs'>;
  readonly #held = new Map<ServerResponse, Answer>();
  readonly #waiting = new Set<Waiting>();
  #timer: NodeJS.Timeout | undefined;

  constructor(limits: Pick<GatewayLimits, 'maxAnswers' | 'receiveMs'>) {
    this.#limits = limits;
  }

  /**
   * Resolves when there is room for an answer of so many bytes. The room is kept until the client has read the answer
   * or is gone. A single answer may have any size.
   * @throws the signal's reason
   */
  async take(raw: ServerResponse, bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (bytes <= smallAnswerBytes || raw.closed) return;
    if (this.#held.has(raw)) {
      // The same request asks again, after its model was replaced.
      this.#hold(raw, bytes);
    } else if (this.#fits(bytes)) {
      this.#hold(raw, bytes);
      raw.once('close', () => this.#release(raw));
    } else {
      await this.#wait(raw, bytes, signal);
      raw.once('close', () => this.#release(raw));
    }
  }

  /** An answer that goes out as it is made takes no more than so many bytes from now on. */
  shrink(raw: ServerResponse, bytes: number): void {
    const answer = this.#held.get(raw);
    if (!answer || answer.bytes <= bytes) return;
    answer.bytes = bytes;
    this.#admit();
  }

  #wait(raw: ServerResponse, bytes: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#waiting.delete(waiting);
        signal.removeEventListener('abort', onAbort);
      };
      const onAbort = () => {
        end();
        reject(signal.reason as Error);
        this.#admit();
      };
      const waiting = {
        raw,
        bytes,
        go: () => {
          end();
          this.#hold(raw, bytes);
          resolve();
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(waiting);
      this.#timer ??= setInterval(() => this.#look(), lookMs);
    });
  }

  #hold(raw: ServerResponse, bytes: number): void {
    this.#held.set(raw, { bytes, since: undefined, moved: { at: 0, bytes: 0 } });
  }

  #fits(bytes: number): boolean {
    let all = bytes;
    for (const held of this.#held.values()) all += held.bytes;
    return this.#held.size === 0 || all <= this.#limits.maxAnswers;
  }

  #release(raw: ServerResponse): void {
    this.#held.delete(raw);
    this.#admit();
  }

  /** Admits waiting answers in order of arrival; small ones needn't wait for larger ones. */
  #admit(): void {
    for (const waiting of this.#waiting) if (this.#fits(waiting.bytes)) waiting.go();
    if (this.#waiting.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Ends answers that their clients don't read, to make room for others. */
  #look(): void {
    const now = performance.now();
    for (const [raw, answer] of this.#held) {
      if (!raw.headersSent) continue;
      const bytes = raw.socket?.bytesWritten ?? 0;
      const waitsForUs = !raw.writableEnded && !raw.writableNeedDrain;
      // One that is still being made takes as long as its texts do.
      if (raw.writableEnded) answer.since ??= now;
      if (bytes !== answer.moved.bytes || waitsForUs) answer.moved = { at: now, bytes };
      const isLong = answer.since !== undefined && now - answer.since > this.#limits.receiveMs;
      if (now - answer.moved.at > stalledMs || isLong) raw.destroy();
    }
  }
}
