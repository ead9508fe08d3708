// A destination as an open index: asked by its own search, over a connection of each question.
import type { Settings } from '../../config/settings.js';
import { openDestination } from '../../destinations/open.js';
import { UsageError } from '../../errors.js';
import type { RunEvents } from '../../events.js';
import type {
  DocumentList,
  FoundPassage,
  FoundText,
  IndexStatus,
  SearchAsked,
} from '../../indexes/indexes.js';
import { shownDestination } from '../../net/destination-address.js';
import { spaceFromJson } from '../../vectors/space-json.js';
import { searchWith } from '../search.js';
import type { OpenIndex } from './open-index.js';
import type { Questions } from './questions.js';

export interface DestinationIndexOptions {
  name: string;
  address: string;
  settings: Settings;
  questions: Questions;
  events: RunEvents;
}

export class DestinationIndex implements OpenIndex {
  readonly name: string;
  readonly #options: DestinationIndexOptions;
  readonly #shown: string;
  readonly #about: Pick<IndexStatus, 'index' | 'where' | 'kind'>;

  constructor(options: DestinationIndexOptions) {
    this.name = options.name;
    this.#options = options;
    this.#shown = shownDestination(options.address);
    this.#about = { index: options.name, where: this.#shown, kind: 'destination' };
  }

  async search(asked: SearchAsked, signal: AbortSignal): Promise<{ space: string; texts: FoundText[] }> {
    const { question, results: k, source, where, minScore } = asked;
    const { settings, questions, address, events } = this.#options;
    let space = '';
    const options = { question, settings, k, in: address, source, where, minScore, signal, events };
    const texts = await searchWith(options, {
      vectorOf: (text, searched, stop) => {
        space = searched.space.id;
        return questions.vector(text, searched, stop);
      },
    });
    return { space, texts: texts.map((text) => ({ index: this.name, ...text })) };
  }

  get(): Promise<FoundPassage | undefined> {
    return Promise.reject(this.#onlyOutputs('get'));
  }

  list(): Promise<DocumentList> {
    return Promise.reject(this.#onlyOutputs('list'));
  }

  async status(signal: AbortSignal): Promise<IndexStatus> {
    const { settings, address, events } = this.#options;
    const destination = await openDestination({
      ...{ address, index: settings.index, timeoutMs: settings.batchTimeout, signal },
      ...{ isFromFile: false, cwd: process.cwd(), proxies: settings },
      notice: (message) => events.notice(message),
    });
    try {
      const { index } = await destination.check();
      if (index === undefined) return this.failed('It holds no index of this name: run `embed sync` first.');
      const space = spaceFromJson(index.space);
      return {
        ...this.#about,
        ...(space && { model: space.model, dimensions: space.dimensions }),
        rows: await destination.count(),
      };
    } finally {
      await destination.close();
    }
  }

  failed(problem: string): IndexStatus {
    return { ...this.#about, problem };
  }

  async close(): Promise<void> {}

  #onlyOutputs(what: string): UsageError {
    return new UsageError(
      `${this.#shown} is a destination, and ${what} reads outputs: search it, or name the output's folder with --in.`,
    );
  }
}
