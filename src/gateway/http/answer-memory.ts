// Memory for answers on their way out: a short request may ask for a hundred megabytes, and its client not take
// them. What all of them hold together has a bound; who finds no room waits.
import type { ServerResponse } from 'node:http';
import type { GatewayLimits } from '../options.js';

/** Smaller answers aren't counted: as many as there may be connections don't fill the memory. */
const SMALL = 256 * 1024;
/** How often those that are being taken are looked at while others wait, in ms. */
const LOOK_MS = 500;
/** How long a client may take nothing of its answer while others wait, in ms. */
const STALLED_MS = 2000;

interface Answer {
  bytes: number;
  /** When it was first seen on its way, and what had gone out by when. */
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
   * Resolves when there is room for an answer of so many bytes, which it has until it is taken or its client is
   * gone. One alone may be of any size.
   * @throws the signal's reason
   */
  async take(raw: ServerResponse, bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (bytes <= SMALL || raw.closed) return;
    if (this.#held.has(raw)) {
      // Asked for anew, by another model of its name.
      this.#hold(raw, bytes);
    } else if (this.#fits(bytes)) {
      this.#hold(raw, bytes);
      raw.once('close', () => this.#release(raw));
    } else {
      await this.#wait(raw, bytes, signal);
      raw.once('close', () => this.#release(raw));
    }
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
      this.#timer ??= setInterval(() => this.#look(), LOOK_MS);
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

  /** In the order of their coming; those that find room needn't wait for larger ones. */
  #admit(): void {
    for (const waiting of this.#waiting) if (this.#fits(waiting.bytes)) waiting.go();
    if (this.#waiting.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Ends those whose clients don't take them, for the sake of others. */
  #look(): void {
    const now = performance.now();
    for (const [raw, answer] of this.#held) {
      if (!raw.headersSent) continue;
      const bytes = raw.socket?.bytesWritten ?? 0;
      answer.since ??= now;
      if (bytes !== answer.moved.bytes) answer.moved = { at: now, bytes };
      if (now - answer.moved.at > STALLED_MS || now - answer.since > this.#limits.receiveMs) raw.destroy();
    }
  }
}
