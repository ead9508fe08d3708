// Opens what `--in` names, for many questions: the indexes of `embed mcp` and of `embed serve --in`.
import { resolve } from 'node:path';
import type { Settings } from '../../config/settings.js';
import { EmbedError, UsageError } from '../../errors.js';
import { eventsFor, type RunEvents } from '../../events.js';
import type {
  DocumentList,
  FoundPassage,
  FoundText,
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
import { printable } from '../../text/printable.js';
import { DestinationIndex } from './destination-index.js';
import type { OpenIndex } from './open-index.js';
import { OutputIndex } from './output-index.js';
import { Questions } from './questions.js';
import { updateOutput } from './update.js';

/** Questions that are worked on at once: most of the time, they wait for their vector. */
const mostAtOnce = 16;
const mostWaiting = 1000;

export interface IndexesOptions {
  /** As `--in` names them. @default the output of the settings */
  in?: readonly string[] | undefined;
  settings: Settings;
  /** Bytes of vectors of each output in memory; those of a larger one are read for each search. */
  maxBytes: number;
  /** Whether outputs may be updated. @default false */
  allowIngest?: boolean | undefined;
  /** Listener, called when something happens. @default no listener */
  events?: Partial<RunEvents> | undefined;
}

/** @throws {UsageError} when two of them have one name */
export function openIndexes({ in: named, settings, maxBytes, ...options }: IndexesOptions): OpenIndexes {
  const events = eventsFor(options.events);
  const questions = new Questions(settings, events);
  const found = (named ?? [settings.out]).map((written) => {
    const parts = parseIndexAddress(written);
    if (parts === undefined)
      throw new UsageError(`${printable(written, 200)} is neither a folder nor a destination.`);
    return parts;
  });
  for (const [place, { name }] of found.entries()) {
    if (found.findIndex((one) => one.name === name) === place) continue;
    throw new UsageError(
      `Two indexes are called ${printable(name)}: give each a name, as in --in notes=./notes-index.`,
    );
  }
  const shared = { settings, questions, events };
  const indexes = found.map(({ name, address, isFolder }) =>
    isFolder
      ? new OutputIndex({ ...shared, name, dir: resolve(address), maxBytes })
      : new DestinationIndex({ ...shared, name, address }),
  );
  const update = (output: OutputIndex, signal: AbortSignal, progress: (now: UpdateProgress) => void) =>
    output
      .roots()
      .then((roots) =>
        updateOutput({ index: output.name, dir: output.dir, roots, settings, signal, events, progress }),
      );
  return new OpenIndexes(indexes, questions, options.allowIngest ? update : undefined);
}

type UpdateOne = (
  output: OutputIndex,
  signal: AbortSignal,
  progress: (now: UpdateProgress) => void,
) => Promise<Updated>;

export class OpenIndexes implements Indexes {
  readonly names: readonly string[];
  readonly #indexes: ReadonlyMap<string, OpenIndex>;
  readonly #questions: Questions;
  readonly #turns = new Turns(mostAtOnce, mostWaiting);
  readonly #calls = new Set<Promise<unknown>>();

  readonly update: Indexes['update'];

  constructor(indexes: readonly OpenIndex[], questions: Questions, update: UpdateOne | undefined) {
    this.names = indexes.map(({ name }) => name);
    this.#indexes = new Map(indexes.map((index) => [index.name, index]));
    this.#questions = questions;
    this.update = update && ((name, signal, progress) => this.#update(update, name, signal, progress));
  }

  async #update(
    update: UpdateOne,
    name: string | undefined,
    signal: AbortSignal,
    progress: (now: UpdateProgress) => void,
  ): Promise<Updated> {
    const index = this.one(name);
    if (index instanceof OutputIndex) return await this.#counted(update(index, signal, progress));
    throw new UsageError('A destination is brought up to date with its output by `embed sync`.');
  }

  async search(asked: SearchAsked, signal: AbortSignal): Promise<FoundText[]> {
    const found = await this.#ask(signal, () =>
      Promise.all(this.#chosen(asked.index).map((index) => index.search(asked, signal))),
    );
    return merged(found).slice(0, asked.results);
  }

  async get(asked: TextAsked, signal: AbortSignal): Promise<FoundPassage | undefined> {
    return await this.#ask(signal, () => this.one(asked.index).get(asked, signal));
  }

  async list(asked: ListAsked, signal: AbortSignal): Promise<DocumentList> {
    return await this.#ask(signal, async () => {
      const all: DocumentList = { documents: [], total: 0 };
      for (const index of this.#chosen(asked.index)) {
        const skip = Math.max(0, asked.skip - all.total);
        const most = asked.most - all.documents.length;
        const { documents, total } = await index.list({ ...asked, skip, most }, signal);
        all.documents.push(...documents);
        all.total += total;
      }
      return all;
    });
  }

  /** One that can't be asked says why; the others are told all the same. */
  async status(signal: AbortSignal): Promise<IndexStatus[]> {
    return await this.#ask(signal, () =>
      Promise.all(
        [...this.#indexes.values()].map((index) =>
          index.status(signal).catch((error: unknown) => {
            if (!(error instanceof EmbedError)) throw error;
            return index.failed(error.message);
          }),
        ),
      ),
    );
  }

  /** @throws {UsageError} when there is none of this name, or several and no name */
  one(name: string | undefined): OpenIndex {
    if (name !== undefined) return this.#named(name);
    const [first, ...more] = this.#indexes.values();
    if (first === undefined || more.length > 0) throw new UsageError(`Say which index: ${this.#allNames()}.`);
    return first;
  }

  #chosen(names: readonly string[] | undefined): OpenIndex[] {
    if (names === undefined) return [...this.#indexes.values()];
    return [...new Set(names)].map((name) => this.#named(name));
  }

  #named(name: string): OpenIndex {
    const index = this.#indexes.get(name);
    if (index === undefined) {
      throw new UsageError(
        `There is no index ${JSON.stringify(printable(name, 60))}: there is ${this.#allNames()}.`,
      );
    }
    return index;
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
    }
  }

  /** Ends when all that is under way has been answered. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#calls);
    for (const index of this.#indexes.values()) await index.close();
    await this.#questions.close();
  }
}

/** By score where all are of one vector space, else by rank: the first of each index, then the second of each … */
function merged(found: readonly { space: string; texts: FoundText[] }[]): FoundText[] {
  const all = found.flatMap(({ texts }) => texts.map((text, rank) => ({ text, rank })));
  const isOne = new Set(found.map(({ space }) => space)).size <= 1;
  // The sort is stable: what is equal stays in the order of the indexes.
  all.sort((a, b) => (isOne ? b.text.score - a.text.score : a.rank - b.rank));
  return all.map(({ text }) => text);
}
