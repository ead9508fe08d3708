// Opens what `--in` names, for many questions: the indexes of `embed mcp` and of `embed serve --in`.
import { basename, resolve } from 'node:path';
import type { Settings } from '../../config/settings.js';
import { EmbedError, UsageError } from '../../errors.js';
import { eventsFor, type RunEvents } from '../../events.js';
import type {
  DocumentList,
  FoundPassage,
  Indexes,
  IndexStatus,
  ListAsked,
  SearchAsked,
  TextAsked,
  Updated,
  UpdateProgress,
} from '../../indexes/indexes.js';
import { Turns } from '../../indexes/turns.js';
import { parseIndexAddress } from '../../net/index-address.js';
import { openOutput } from '../../output/read/output.js';
import { namedCorpora } from '../../search/corpora.js';
import type { Corpus } from '../../search/corpus.js';
import type { RerankOptions, SearchResult } from '../../search/options.js';
import { QuestionEmbedders } from '../../search/question-embedders.js';
import { Searcher } from '../../search/searcher.js';
import { printable } from '../../text/printable.js';
import { DestinationIndex } from './destination-index.js';
import type { OpenIndex } from './open-index.js';
import { OutputIndex } from './output-index.js';
import { passageAt } from './passage.js';
import { updateOutput } from './update.js';

/** Questions that are worked on at once: most of the time, they wait for their vector. */
const mostAtOnce = 16;
const mostWaiting = 1000;
/** Characters of a path in a message. */
const maxPathLength = 500;

export interface IndexesOptions {
  /** As `--in` names them. @default the output of the settings */
  in?: readonly string[] | undefined;
  settings: Settings;
  /** Bytes of vectors of each output in memory; those of a larger one are read for each search. */
  maxBytes: number;
  /** Orders the results of every search anew. @default they stay in their order */
  rerank?: RerankOptions | undefined;
  /** Whether outputs may be updated. @default false */
  allowIngest?: boolean | undefined;
  /** Listener, called when something happens: at once where a folder has no index yet. @default no listener */
  events?: Partial<RunEvents> | undefined;
}

/** @throws {UsageError} when two of them have one name */
export function openIndexes(options: IndexesOptions): OpenIndexes {
  const { settings, maxBytes, allowIngest = false } = options;
  const events = eventsFor(options.events);
  const end = new AbortController();
  const indexes = namedCorpora(options).map(({ name: given, address, isFolder }) => {
    const name = given ?? parseIndexAddress(address)?.name ?? basename(address);
    if (!isFolder) return new DestinationIndex({ name, address, settings, events });
    return new OutputIndex({ name, dir: resolve(address), settings, maxBytes, end: end.signal, events });
  });
  for (const index of indexes) {
    if (!(index instanceof OutputIndex)) continue;
    if (index.isThere) {
      void tellDamage(index.dir, events, end.signal);
      continue;
    }
    events.warning(
      `There is no index in ${printable(index.dir, maxPathLength)} yet: what asks it fails until \`embed ingest\` has made one there.`,
      'no-index-yet',
    );
  }
  return new OpenIndexes(indexes, { ...options, events, allowIngest, end });
}

/** Opens an output and lets it go, so that who starts this hears what every question would: it may be repaired meanwhile. */
async function tellDamage(dir: string, events: RunEvents, signal: AbortSignal): Promise<void> {
  try {
    const output = await openOutput(dir, { sums: false, signal });
    await output?.close();
  } catch (error) {
    if (!(error instanceof EmbedError)) return;
    events.warning(`What asks ${printable(dir, maxPathLength)} fails. ${error.message}`, 'index-not-usable');
  }
}

interface Work extends Omit<IndexesOptions, 'events'> {
  events: RunEvents;
  allowIngest: boolean;
  /** Aborted when they are closed. */
  end: AbortController;
}

export class OpenIndexes implements Indexes {
  readonly names: readonly string[];
  readonly update: Indexes['update'];
  readonly #indexes: ReadonlyMap<string, OpenIndex>;
  readonly #work: Work;
  readonly #embedders: QuestionEmbedders;
  readonly #turns = new Turns(mostAtOnce, mostWaiting);
  readonly #calls = new Set<Promise<unknown>>();
  readonly #listeners = new Set<() => void>();

  constructor(indexes: readonly OpenIndex[], work: Work) {
    this.names = indexes.map(({ name }) => name);
    this.#indexes = new Map(indexes.map((index) => [index.name, index]));
    this.#work = work;
    this.#embedders = new QuestionEmbedders(work.settings, work.events);
    this.update = work.allowIngest
      ? (name, signal, progress) => this.#counted(this.#update(name, signal, progress))
      : undefined;
  }

  async #update(
    name: string | undefined,
    signal: AbortSignal,
    progress: (now: UpdateProgress) => void,
  ): Promise<Updated> {
    const index = this.#one(name);
    if (!(index instanceof OutputIndex)) {
      throw new UsageError('A destination is brought up to date with its output by `embed sync`.');
    }
    const { settings, events } = this.#work;
    const [roots, { dir }] = [await index.roots(), index];
    return await updateOutput({ name: index.name, dir, roots, settings, signal, events, progress });
  }

  async search(asked: SearchAsked, signal: AbortSignal): Promise<SearchResult[]> {
    const { question, in: names, results: k, ...options } = asked;
    const { settings, events, rerank } = this.#work;
    return await this.#ask(signal, () =>
      using(this.#chosen(names), signal, async (corpora) => {
        const searcher = new Searcher(corpora, { settings, events, signal }, this.#embedders);
        // The corpora are closed by those who opened them.
        return await searcher.search(question, { ...options, k, rerank });
      }),
    );
  }

  async get(asked: TextAsked, signal: AbortSignal): Promise<FoundPassage | undefined> {
    return await this.#ask(signal, () =>
      this.#one(asked.in).use(signal, (corpus) => passageAt(corpus, asked)),
    );
  }

  async list(asked: ListAsked, signal: AbortSignal): Promise<DocumentList> {
    return await this.#ask(signal, async () => {
      const all: DocumentList = { documents: [], total: 0 };
      for (const index of this.#chosen(asked.in)) {
        const skip = Math.max(0, asked.skip - all.total);
        const most = asked.most - all.documents.length;
        const { documents, total } = await index.list({ ...asked, skip, most });
        all.documents.push(...documents);
        all.total += total;
      }
      return all;
    });
  }

  /** One that can't be asked says why; the others are told all the same. */
  async status(signal: AbortSignal): Promise<IndexStatus[]> {
    const told = async (index: OpenIndex) => {
      try {
        return await index.status(signal);
      } catch (error) {
        if (!(error instanceof EmbedError)) throw error;
        return index.failed(error.message);
      }
    };
    return await this.#ask(signal, () => Promise.all([...this.#indexes.values()].map(told)));
  }

  /** @throws {UsageError} when there is none of this name, or several and no name */
  #one(name: string | undefined): OpenIndex {
    if (name !== undefined) return this.#named(name);
    const [first, ...more] = this.#indexes.values();
    if (first === undefined || more.length > 0) {
      throw new UsageError(`Say which index by "in": ${this.#allNames()}.`);
    }
    return first;
  }

  #chosen(names: readonly string[] | undefined): OpenIndex[] {
    if (names === undefined) return [...this.#indexes.values()];
    return [...new Set(names)].map((name) => this.#named(name));
  }

  #named(name: string): OpenIndex {
    const index = this.#indexes.get(name);
    if (index !== undefined) return index;
    throw new UsageError(
      `There is no index ${JSON.stringify(printable(name, 60))}: there is ${this.#allNames()}.`,
    );
  }

  #allNames(): string {
    return this.names.map((name) => JSON.stringify(name)).join(', ');
  }

  async #ask<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return await this.#counted(this.#turns.take(signal, work));
  }

  async #counted<T>(call: Promise<T>): Promise<T> {
    this.#calls.add(call);
    try {
      return await call;
    } finally {
      this.#calls.delete(call);
      for (const tell of this.#listeners) tell();
    }
  }

  onEnded(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends when all that is under way has been answered. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#calls);
    this.#work.end.abort(new Error('the indexes were closed'));
    for (const index of this.#indexes.values()) await index.close();
    await this.#embedders.close();
  }
}

/** Runs `work` with what a search asks of all of these. */
async function using<T>(
  indexes: readonly OpenIndex[],
  signal: AbortSignal,
  work: (corpora: readonly Corpus[]) => Promise<T>,
  corpora: readonly Corpus[] = [],
): Promise<T> {
  const [next, ...rest] = indexes;
  if (next === undefined) return await work(corpora);
  return await next.use(signal, (corpus) => using(rest, signal, work, [...corpora, corpus]));
}
