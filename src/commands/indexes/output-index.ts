// An output as an open index.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Settings } from '../../config/settings.js';
import type { RunEvents } from '../../events.js';
import type { DocumentList, IndexStatus, ListAsked, ListedDocument } from '../../indexes/indexes.js';
import { manifestName } from '../../output/format/owned-names.js';
import type { Output } from '../../output/read/output.js';
import { wordsFolder } from '../../search/corpora.js';
import type { Corpus } from '../../search/corpus.js';
import { OutputCorpus } from '../../search/output-corpus.js';
import { entriesOf } from '../list.js';
import { status } from '../status.js';
import { HeldOutput } from './held-output.js';
import type { OpenIndex } from './open-index.js';

/** Documents that are looked at before others get their turn. */
const documentsAtOnce = 10_000;

export interface OutputIndexOptions {
  name: string;
  /** The folder. */
  dir: string;
  settings: Settings;
  /** Bytes of vectors in memory. */
  maxBytes: number;
  /** Ends what is made for all questions. */
  end: AbortSignal;
  events: RunEvents;
}

export class OutputIndex implements OpenIndex {
  readonly name: string;
  readonly dir: string;
  readonly #options: OutputIndexOptions;
  readonly #held: HeldOutput;
  readonly #about: Pick<IndexStatus, 'name' | 'where' | 'kind'>;
  /** Those whose index of words is being made, or is there. */
  readonly #withWords = new WeakSet<Output>();

  constructor(options: OutputIndexOptions) {
    const { name, dir, maxBytes, events } = options;
    this.name = name;
    this.dir = dir;
    this.#options = options;
    this.#about = { name, where: dir, kind: 'output' };
    this.#held = new HeldOutput(dir, maxBytes, (error) =>
      events.warning(
        `The new index in ${dir} can't be used, so the one before it goes on. ${messageOf(error)}`,
        'index-before-used',
      ),
    );
  }

  async use<T>(signal: AbortSignal, work: (corpus: Corpus) => Promise<T>): Promise<T> {
    return await this.#held.use(async (output) => {
      await this.#prepareWords(output);
      return await work(this.#corpusOf(output, signal));
    });
  }

  /** Begun for all questions: one that is given up mustn't end what others wait for. */
  async #prepareWords(output: Output): Promise<void> {
    if (this.#withWords.has(output)) return;
    this.#withWords.add(output);
    const corpus = this.#corpusOf(output, this.#options.end);
    if (!(await corpus.isReadyForWords())) return;
    corpus.telling([]).catch(() => this.#withWords.delete(output));
  }

  #corpusOf(output: Output, signal: AbortSignal): OutputCorpus {
    const { settings, events } = this.#options;
    return new OutputCorpus(output, {
      ...{ name: this.name, cacheDir: wordsFolder(settings.cacheDir), signal, stays: true },
      notice: (message) => events.notice(message, 'making-words'),
    });
  }

  async list({ skip, most, ...asked }: ListAsked): Promise<DocumentList> {
    return await this.#held.use(async (output) => {
      const documents: ListedDocument[] = [];
      let total = 0;
      for await (const { document, ...entry } of entriesOf(output, asked)) {
        if (total >= skip && documents.length < most) documents.push({ in: this.name, ...entry });
        if (++total % documentsAtOnce === 0) await setImmediate();
      }
      return { documents, total };
    });
  }

  async status(signal: AbortSignal): Promise<IndexStatus> {
    // So that what a question would meet is told.
    const opened = await this.#held.use(async () => undefined).catch((error: unknown) => error);
    const settings = { ...this.#options.settings, out: this.dir };
    const { index, lastRun, run } = await status({ settings, signal });
    const problem = opened ?? this.#held.problem;
    return {
      ...this.#about,
      ...(index && {
        ...{ model: index.model, dimensions: index.dimensions, documents: index.documents, rows: index.rows },
        ...{ failures: index.failures, roots: index.roots },
      }),
      ...(lastRun && { lastRun }),
      ...(run && { run: { state: run.state, ...(run.share !== undefined && { share: run.share }) } }),
      ...(problem !== undefined && { problem: messageOf(problem) }),
    };
  }

  /** Whether there is an index in the folder now: one may be made there later. */
  get isThere(): boolean {
    return existsSync(join(this.dir, manifestName));
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
