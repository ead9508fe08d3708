// The embedders of questions, which stay open from one question to the next: opening one takes longer than most searches.
// One that nobody asks for a while is closed, as it may hold hundreds of megabytes.
import type { Settings } from '../config/settings.js';
import type { RunEvents } from '../events.js';
import { isRenewable } from '../fault-policy.js';
import { orAborted } from '../net/or-aborted.js';
import type { Embedder } from '../types/embedder.js';
import { openFor, type Searched } from './question.js';

/** How long one stays open without a question, in ms. */
const idleMs = 10 * 60_000;

interface Entry {
  opened: Promise<Embedder>;
  /** Max texts of a request. */
  mostTexts: number;
  users: number;
  isRetired: boolean;
  idle?: NodeJS.Timeout;
}

export class QuestionEmbedders {
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
   * Asks the embedder of what is searched.
   * @param texts max texts of a request, for one that isn't open yet
   * @param ask is called again with a new embedder when the server has another version of its model now
   * @throws {VectorSpaceError} when the embedder gives vectors of another space than the index's
   * @throws {ServiceError} when the embedder can't be reached, or lacks the model
   * @throws what `ask` throws, and the signal's reason
   */
  async use<T>(
    searched: Searched,
    texts: number,
    signal: AbortSignal,
    ask: (embedder: Embedder, mostTexts: number) => Promise<T>,
  ): Promise<T> {
    const { id } = searched.space;
    for (let again = false; ; again = true) {
      const entry = this.#open.get(id) ?? this.#start(searched, texts);
      clearTimeout(entry.idle);
      entry.users++;
      try {
        // Others may wait for it, too, so it goes on without this one.
        return await ask(await orAborted(entry.opened, signal), entry.mostTexts);
      } catch (error) {
        // Measured again, it fits or is told.
        if (!isRenewable(error) || again) throw error;
        this.#retire(id, entry);
      } finally {
        entry.users--;
        this.#release(id, entry);
      }
    }
  }

  #start(searched: Searched, mostTexts: number): Entry {
    const { id } = searched.space;
    const opened = openFor(searched, this.#settings, this.#events, this.#end.signal, mostTexts);
    const entry: Entry = { opened, mostTexts, users: 0, isRetired: false };
    this.#open.set(id, entry);
    // What can't be opened now may be there for the next question.
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
