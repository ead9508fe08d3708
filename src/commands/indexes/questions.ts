// Vectors of questions, by embedders that stay open from one question to the next: opening one takes longer than most
// searches. One that nobody asks for a while is closed, as it may hold hundreds of megabytes.
import type { Settings } from '../../config/settings.js';
import { orAborted } from '../../embedders/abort.js';
import type { RunEvents } from '../../events.js';
import { isRenewable } from '../../fault-policy.js';
import { openFor, questionVector, type Searched } from '../../search/question.js';
import type { Embedder } from '../../types/embedder.js';
import type { Vector } from '../../types/vector.js';

/** How long one stays open without a question, ms. */
const idleMs = 10 * 60_000;

interface Entry {
  opened: Promise<Embedder>;
  users: number;
  isRetired: boolean;
  idle?: NodeJS.Timeout;
}

export class Questions {
  readonly #settings: Settings;
  readonly #events: RunEvents;
  /** By the id of the vector space. */
  readonly #open = new Map<string, Entry>();
  readonly #end = new AbortController();

  constructor(settings: Settings, events: RunEvents) {
    this.#settings = settings;
    this.#events = events;
  }

  /**
   * @throws {VectorSpaceError} when the embedder gives vectors of another space than the index's
   * @throws {ServiceError} when the embedder can't be reached, or lacks the model
   * @throws {UsageError} when the model doesn't know the question's script
   * @throws the signal's reason
   */
  async vector(question: string, searched: Searched, signal: AbortSignal): Promise<Vector> {
    for (let again = false; ; again = true) {
      const { id } = searched.space;
      const entry = this.#open.get(id) ?? this.#start(searched);
      clearTimeout(entry.idle);
      entry.users++;
      try {
        // Others may wait for it, too, so it goes on without this one.
        const embedder = await orAborted(entry.opened, signal);
        return await questionVector(embedder, question, searched, signal);
      } catch (error) {
        // The server has another version of the model now: measured again, it fits or is told.
        if (!isRenewable(error) || again) throw error;
        this.#retire(id, entry);
      } finally {
        entry.users--;
        this.#release(id, entry);
      }
    }
  }

  #start(searched: Searched): Entry {
    const { id } = searched.space;
    const opened = openFor(searched, this.#settings, this.#events, this.#end.signal);
    const entry: Entry = { opened, users: 0, isRetired: false };
    this.#open.set(id, entry);
    // It is tried again for the next question.
    opened.catch(() => this.#retire(id, entry));
    return entry;
  }

  #retire(id: string, entry: Entry): void {
    entry.isRetired = true;
    if (this.#open.get(id) === entry) this.#open.delete(id);
  }

  #release(id: string, entry: Entry): void {
    if (entry.users > 0) return;
    if (entry.isRetired) return void closeQuietly(entry);
    entry.idle = setTimeout(() => {
      this.#retire(id, entry);
      void closeQuietly(entry);
    }, idleMs).unref();
  }

  /** Call when no question is under way. */
  async close(): Promise<void> {
    this.#end.abort(new Error('the indexes were closed'));
    const entries = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(entries.map(closeQuietly));
  }
}

async function closeQuietly({ opened, idle }: Entry): Promise<void> {
  clearTimeout(idle);
  const embedder = await opened.catch(() => undefined);
  await embedder?.close();
}
