// What became of each document of a run, told one by one. A new document with the bytes of one that goes has moved.
import type { DocumentChange, RunEvents } from '../events.js';
import type { Output } from '../output/read/output.js';

/** Tells of new, changed, moved and removed documents. */
export class DocumentNews {
  readonly #previous: Output | undefined;
  readonly #removed: ReadonlySet<string>;
  readonly #events: RunEvents;
  /** Sources that go, by the hash of their bytes; made for the first new document. */
  #leaving: Map<string, string[]> | undefined;
  readonly #moved = new Set<string>();
  /** Told at the end: a document may have moved to a name that sorts behind its old one. */
  readonly #gone: string[] = [];

  /** @param removed sources of the previous output whose rows go; may grow while the run goes on */
  constructor(previous: Output | undefined, removed: ReadonlySet<string>, events: RunEvents) {
    this.#previous = previous;
    this.#removed = removed;
    this.#events = events;
  }

  /** @param hash of its bytes */
  arrived(change: Exclude<DocumentChange, 'moved' | 'removed'>, source: string, hash: string): void {
    const from = change === 'new' ? this.#takeMoved(hash) : undefined;
    if (from === undefined) this.#events.document(change, source);
    else this.#events.document('moved', source, from);
  }

  removed(source: string): void {
    this.#gone.push(source);
  }

  finish(): void {
    for (const source of this.#gone) if (!this.#moved.has(source)) this.#events.document('removed', source);
  }

  #takeMoved(hash: string): string | undefined {
    if (this.#previous === undefined || this.#removed.size === 0) return undefined;
    this.#leaving ??= leavingBy(this.#previous, this.#removed);
    const from = this.#leaving.get(hash)?.shift();
    if (from !== undefined) this.#moved.add(from);
    return from;
  }
}

function leavingBy(previous: Output, removed: ReadonlySet<string>): Map<string, string[]> {
  const sources = new Map<string, string[]>();
  for (const { source, hash } of previous.documents()) {
    if (!removed.has(source)) continue;
    const same = sources.get(hash);
    if (same) same.push(source);
    else sources.set(hash, [source]);
  }
  return sources;
}
