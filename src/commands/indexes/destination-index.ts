// A destination as an open index: asked by its own searches, over a connection of each question.
import type { Settings } from '../../config/settings.js';
import { openDestination } from '../../destinations/open.js';
import { UsageError } from '../../errors.js';
import type { RunEvents } from '../../events.js';
import type { DocumentList, IndexStatus } from '../../indexes/indexes.js';
import { shownDestination } from '../../net/destination-address.js';
import type { Corpus } from '../../search/corpus.js';
import { openDestinationCorpus } from '../../search/destination-corpus.js';
import { spaceFromJson } from '../../vectors/space-json.js';
import type { OpenIndex } from './open-index.js';

export interface DestinationIndexOptions {
  name: string;
  address: string;
  settings: Settings;
  events: RunEvents;
}

export class DestinationIndex implements OpenIndex {
  readonly name: string;
  readonly #options: DestinationIndexOptions;
  readonly #about: Pick<IndexStatus, 'name' | 'where' | 'kind'>;

  constructor(options: DestinationIndexOptions) {
    this.name = options.name;
    this.#options = options;
    this.#about = { name: options.name, where: shownDestination(options.address), kind: 'destination' };
  }

  async use<T>(signal: AbortSignal, work: (corpus: Corpus) => Promise<T>): Promise<T> {
    const { settings, address, events } = this.#options;
    const notice = (message: string) => events.notice(message, 'destination-note');
    const corpus = await openDestinationCorpus(address, { name: this.name, settings, signal, notice });
    try {
      return await work(corpus);
    } finally {
      await corpus.close();
    }
  }

  list(): Promise<DocumentList> {
    return Promise.reject(
      new UsageError(
        `${this.#about.where} is a destination, and list reads outputs: name the output's folder with --in.`,
      ),
    );
  }

  async status(signal: AbortSignal): Promise<IndexStatus> {
    const { settings, address, events } = this.#options;
    const destination = await openDestination({
      ...{ address, index: settings.index, timeoutMs: settings.batchTimeout, signal },
      ...{ isFromFile: false, cwd: process.cwd(), proxies: settings },
      notice: (message) => events.notice(message, 'destination-note'),
    });
    try {
      const { index } = await destination.check();
      if (index === undefined) return this.failed('It holds no index of this name: run `embed sync` first.');
      const space = spaceFromJson(index.space);
      const rows = await destination.count();
      return { ...this.#about, ...(space && { model: space.model, dimensions: space.dimensions }), rows };
    } finally {
      await destination.close();
    }
  }

  failed(problem: string): IndexStatus {
    return { ...this.#about, problem };
  }

  async close(): Promise<void> {}
}
