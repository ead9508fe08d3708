// The vectors of questions, by embedders that stay open for the next ones.
import type { Settings } from '../config/settings.js';
import type { RunEvents } from '../events.js';
import type { Embedder } from '../types/embedder.js';
import type { Vector } from '../types/vector.js';
import type { Corpus } from './corpus.js';
import { openFor, questionVectors, type Searched, type VectorGiver } from './question.js';

/** Questions of one request. */
const questionsAtOnce = 32;

export interface QueryVectorsOptions extends VectorGiver {
  settings: Settings;
  /** Ends the embedder's opening. */
  signal: AbortSignal;
  events: RunEvents;
}

interface Opened {
  embedder: Embedder;
  /** Texts of one request. */
  most: number;
}

export class QueryVectors {
  readonly #options: QueryVectorsOptions;
  /** The user knows that a question isn't English. */
  #hasTold = false;
  /** By the id of the vector space. */
  readonly #opened = new Map<string, Promise<Opened>>();

  constructor(options: QueryVectorsOptions) {
    this.#options = options;
  }

  /**
   * @returns a vector for each question
   * @throws {VectorSpaceError} when the embedder gives vectors of another space
   * @throws {UsageError} when the model doesn't know a question's script
   */
  async of(corpus: Corpus, questions: readonly string[], signal: AbortSignal): Promise<Vector[]> {
    const searched = searchedOf(corpus);
    const { vectorOf } = this.#options;
    const vectors: Vector[] = [];
    if (vectorOf !== undefined) {
      for (const question of questions) vectors.push(await vectorOf(question, searched, signal));
      return vectors;
    }
    const { embedder, most } = await this.#open(searched, questions.length);
    for (let from = 0; from < questions.length; from += most) {
      const some = questions.slice(from, from + most);
      await this.#tellLanguage(embedder, some);
      vectors.push(...(await questionVectors(embedder, some, searched, signal)));
    }
    return vectors;
  }

  /** The built-in embedder gives a question in another language a vector that means nothing. */
  async #tellLanguage({ identity }: Embedder, questions: readonly string[]): Promise<void> {
    if (identity.embedder !== 'builtin' || this.#hasTold) return;
    const { languageJudge, multilingualModel, ofQuestions } = await import('../embedders/builtin/english.js');
    const judge = await languageJudge();
    if (!questions.some((question) => judge.isForeign(question, ofQuestions))) return;
    this.#hasTold = true;
    this.#options.events.warning(
      `The question seems not to be English, and the built-in embedder knows English alone: what it finds means little. A ` +
        `model of many languages, such as ${multilingualModel}, compares languages, too.`,
    );
  }

  async close(): Promise<void> {
    const opened = [...this.#opened.values()];
    this.#opened.clear();
    await Promise.allSettled(opened.map(async (one) => (await one).embedder.close()));
  }

  async #open(searched: Searched, texts: number): Promise<Opened> {
    const { id } = searched.space;
    const known = this.#opened.get(id);
    if (known !== undefined) return await known;
    const { settings, signal, events } = this.#options;
    const most = Math.min(texts, questionsAtOnce);
    const opening = openFor(searched, settings, events, signal, most).then((embedder) => ({
      embedder,
      most,
    }));
    this.#opened.set(id, opening);
    // What can't be opened now may be there for the next question.
    opening.catch(() => this.#opened.delete(id));
    return await opening;
  }
}

function searchedOf({ space, counter, shown }: Corpus): Searched {
  // Of a destination, the index is named: `"default" in postgres://…`.
  const where = shown.startsWith('"') ? shown : `in ${shown}`;
  return { space, where, ...(counter !== undefined && { counter }) };
}
