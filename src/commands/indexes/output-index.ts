// An output as an open index.
import type { Settings } from '../../config/settings.js';
import type { RunEvents } from '../../events.js';
import type {
  DocumentList,
  FoundPassage,
  FoundText,
  IndexStatus,
  ListAsked,
  SearchAsked,
  TextAsked,
} from '../../indexes/indexes.js';
import { filterOf } from '../../search/filter.js';
import { searchWith } from '../search.js';
import { HeldOutput } from './held-output.js';
import type { OpenIndex } from './open-index.js';
import { passageOf } from './passage.js';
import type { Questions } from './questions.js';

export interface OutputIndexOptions {
  name: string;
  /** The folder. */
  dir: string;
  settings: Settings;
  questions: Questions;
  /** Bytes of vectors in memory. */
  maxBytes: number;
  events: RunEvents;
}

export class OutputIndex implements OpenIndex {
  readonly name: string;
  readonly dir: string;
  readonly #settings: Settings;
  readonly #questions: Questions;
  readonly #held: HeldOutput;
  readonly #about: Pick<IndexStatus, 'index' | 'where' | 'kind'>;

  constructor({ name, dir, settings, questions, maxBytes, events }: OutputIndexOptions) {
    this.name = name;
    this.dir = dir;
    this.#about = { index: name, where: dir, kind: 'output' };
    this.#settings = { ...settings, out: dir };
    this.#questions = questions;
    this.#held = new HeldOutput(dir, maxBytes, (error) =>
      events.warning(
        `The new index in ${dir} can't be used, so the one before it goes on. ${messageOf(error)}`,
      ),
    );
  }

  async search(asked: SearchAsked, signal: AbortSignal): Promise<{ space: string; texts: FoundText[] }> {
    const { question, results: k, source, where, minScore } = asked;
    return await this.#held.use(async (output) => {
      const options = { question, settings: this.#settings, k, source, where, minScore, signal };
      const texts = await searchWith(options, {
        output,
        vectorOf: (text, searched, stop) => this.#questions.vector(text, searched, stop),
      });
      return { space: output.space.id, texts: texts.map((text) => ({ index: this.name, ...text })) };
    });
  }

  async get(asked: TextAsked): Promise<FoundPassage | undefined> {
    return await this.#held.use((output) => passageOf(output, this.name, asked));
  }

  async list({ source, skip, most }: ListAsked): Promise<DocumentList> {
    const filter = filterOf({ source });
    return await this.#held.use(async (output) => {
      const all = output.documents().filter((document) => filter.takesSource(document.source));
      const shown = all.slice(skip, skip + most);
      return {
        documents: shown.map((document) => ({
          index: this.name,
          source: document.source,
          rows: document.rows,
        })),
        total: all.length,
      };
    });
  }

  async status(): Promise<IndexStatus> {
    return await this.#held.use(async ({ manifest, rows }) => ({
      ...this.#about,
      model: manifest.space.model,
      dimensions: manifest.space.dimensions,
      documents: manifest.documents.length,
      rows,
      roots: manifest.roots,
      ...(this.#held.problem !== undefined && { problem: messageOf(this.#held.problem) }),
    }));
  }

  failed(problem: string): IndexStatus {
    return { ...this.#about, problem };
  }

  /** The paths that its documents were found under. */
  async roots(): Promise<readonly string[]> {
    return await this.#held.use(async ({ manifest }) => manifest.roots);
  }

  async close(): Promise<void> {
    await this.#held.close();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
