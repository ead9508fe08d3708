// Sends the rows without a vector to the embedder, and yields all steps in their old order. Only a bounded window of
// rows waits for vectors.
import { Dispatcher } from '../../batching/dispatcher.js';
import { halve } from '../../chunks/halve.js';
import type { EmbedderFault } from '../../errors.js';
import { isTooLong, isUnknownScript } from '../../fault-policy.js';
import type { FailureCode } from '../../types/failure.js';
import { batchBounds } from '../../upstream/limiter-settings.js';
import type { RunCounts } from '../run-counts.js';
import type { Session } from '../session.js';
import type { TimeWindow } from '../time-window.js';
import { rowOf } from './chunk.js';
import type { RowStep, Step } from './document-steps.js';

/** Max full batches that wait for a slot: enough that a free slot never waits for the disk. */
const batchesAhead = 4;

/**
 * @param window when its time is over, nothing else is sent, and rows without a vector are passed on as they are
 */
export async function* embed(
  groups: AsyncIterable<Step[]>,
  session: () => Promise<Session>,
  counts: RunCounts,
  signal: AbortSignal,
  window: TimeWindow,
): AsyncGenerator<Step[]> {
  let sender: Sender | undefined;
  let release: (() => void) | undefined;
  try {
    for await (const group of groups) {
      if (window.isOver) {
        if (sender) yield await sender.giveUp();
        yield group;
        continue;
      }
      if (!sender) {
        if (!group.some(isUnknownRow)) {
          yield group;
          continue;
        }
        const opened = new Sender(await session(), counts, signal, window);
        release = window.onOver(() => void opened.stop());
        sender = opened;
      }
      sender.take(group);
      yield sender.ready();
      while (sender.isFull && !window.isOver) {
        await sender.settled();
        yield sender.ready();
      }
    }
    if (!sender) return;
    if (!window.isOver) sender.end();
    while (sender.pending > 0 && !window.isOver) {
      yield sender.ready();
      if (sender.pending > 0) await sender.settled();
    }
    if (window.isOver) yield await sender.giveUp();
    else await sender.finish();
  } finally {
    release?.();
    await sender?.stop();
  }
}

function isUnknownRow(step: Step): step is RowStep {
  return step.kind === 'row' && !step.vector;
}

/** The window: steps in order, some of which wait for the dispatcher. */
class Sender {
  readonly #session: Session;
  readonly #counts: RunCounts;
  readonly #dispatcher: Dispatcher;
  readonly #window: TimeWindow;
  #steps: Step[] = [];

  constructor(session: Session, counts: RunCounts, signal: AbortSignal, window: TimeWindow) {
    this.#window = window;
    const { embedder, limits, canary, comeback } = session.upstream;
    const { metrics } = session;
    this.#session = session;
    this.#counts = counts;
    this.#dispatcher = new Dispatcher(embedder, {
      bounds: batchBounds,
      limits,
      metrics,
      signal,
      canary,
      ...(comeback && { comeback }),
      outage: 'end',
      onAnswer: (tickets) => session.remember(tickets),
    });
  }

  /** Max texts that wait for a request. */
  get #most(): number {
    const { batchSize, concurrency } = this.#session.upstream.limits;
    return batchSize * (concurrency + batchesAhead);
  }

  get pending(): number {
    return this.#steps.length;
  }

  /** True when the window is full. Rows that wait for an earlier, slow answer count, too. */
  get isFull(): boolean {
    return this.#dispatcher.waiting > this.#most || this.#steps.length > 16 * this.#most;
  }

  take(group: Step[]): void {
    for (const step of group) if (isUnknownRow(step)) this.#request(step);
    for (const step of group) this.#steps.push(step);
    this.#dispatcher.send();
  }

  end(): void {
    this.#dispatcher.end();
  }

  async settled(): Promise<void> {
    try {
      await this.#dispatcher.settled();
    } catch (error) {
      // It was stopped.
      if (!this.#window.isOver) throw error;
    }
  }

  finish(): Promise<void> {
    return this.#dispatcher.finish();
  }

  stop(): Promise<void> {
    return this.#dispatcher.stop();
  }

  /** Waits for no other answer. @returns all steps that are left, in their order; rows may lack their vectors */
  async giveUp(): Promise<Step[]> {
    if (this.#steps.length === 0) return [];
    await this.stop();
    const done = this.ready();
    return [...done, ...this.#steps.splice(0)];
  }

  /** Removes and returns the finished steps at the front. */
  ready(): Step[] {
    const done: Step[] = [];
    let at = 0;
    for (; at < this.#steps.length; at++) {
      const step = this.#steps[at]!;
      if (isUnknownRow(step) && step.ticket) {
        const { vector, fault } = step.ticket;
        if (!vector && !fault) break;
        if (vector) {
          step.vector = vector;
        } else if (isTooLong(fault) && this.#halve(at, step)) {
          at--;
          continue;
        } else {
          done.push(this.#failure(step, codeOf(fault)));
          continue;
        }
      }
      done.push(step);
    }
    this.#steps.splice(0, at);
    return done;
  }

  #request(row: RowStep): void {
    const { chunk } = row;
    // The vector may have arrived while the cache was asked.
    const known = this.#session.journal.get(chunk.key);
    if (known) {
      row.vector = known;
      this.#counts.chunksReused++;
      return;
    }
    const { waiting } = this.#dispatcher;
    const { key, tokens } = chunk;
    row.ticket = this.#dispatcher.add({ hash: key, text: this.#session.embeddedText(chunk), tokens });
    // The same text is in flight already: one request serves both rows.
    if (this.#dispatcher.waiting === waiting) this.#counts.chunksReused++;
  }

  /** The server counts more tokens than we do: replaces the chunk by its two halves. */
  #halve(at: number, row: RowStep): boolean {
    const { counter } = this.#session.embedder;
    const halves = halve(row.chunk, counter);
    if (!halves) return false;
    const rows = halves.map((chunk) => rowOf(chunk, counter, this.#counts));
    for (const half of rows) if (half.kind === 'row') this.#request(half);
    this.#steps.splice(at, 1, ...rows);
    this.#dispatcher.send();
    return true;
  }

  #failure(row: RowStep, code: FailureCode): Step {
    this.#counts.chunksFailed++;
    return { kind: 'failure', failure: { source: row.chunk.source, code, chunk: row.chunk.index } };
  }
}

function codeOf(fault: EmbedderFault | undefined): FailureCode {
  if (isTooLong(fault)) return 'too-long';
  return isUnknownScript(fault) ? 'unknown-script' : 'rejected';
}
