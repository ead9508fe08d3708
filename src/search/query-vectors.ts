// The vectors of questions, in as few requests as their embedder takes.
import type { Embedder } from '../types/embedder.js';
import type { Vector } from '../types/vector.js';
import type { Corpus } from './corpus.js';
import { questionVectors, type Searched } from './question.js';
import type { QuestionEmbedders } from './question-embedders.js';

/** Questions of one request. */
const questionsAtOnce = 32;

export class QueryVectors {
  readonly #embedders: QuestionEmbedders;
  readonly #warn: ((message: string) => void) | undefined;
  /** The user knows that a question isn't English. */
  #hasTold = false;

  /** @param warn told once when the built-in embedder is asked in another language */
  constructor(embedders: QuestionEmbedders, warn: ((message: string) => void) | undefined) {
    this.#embedders = embedders;
    this.#warn = warn;
  }

  /**
   * @returns a vector for each question
   * @throws {VectorSpaceError} when the embedder gives vectors of another space
   * @throws {ServiceError} when the embedder can't be reached, or lacks the model
   * @throws {UsageError} when the model doesn't know a question's script
   * @throws the signal's reason
   */
  async of(corpus: Corpus, questions: readonly string[], signal: AbortSignal): Promise<Vector[]> {
    const searched = searchedOf(corpus);
    const texts = Math.min(questions.length, questionsAtOnce);
    return await this.#embedders.use(searched, texts, signal, async (embedder, mostTexts) => {
      const vectors: Vector[] = [];
      for (let from = 0; from < questions.length; from += mostTexts) {
        const some = questions.slice(from, from + mostTexts);
        await this.#tellLanguage(embedder, some);
        vectors.push(...(await questionVectors(embedder, some, searched, signal)));
      }
      return vectors;
    });
  }

  /** The built-in embedder gives a question in another language a vector that means nothing. */
  async #tellLanguage({ identity }: Embedder, questions: readonly string[]): Promise<void> {
    if (identity.embedder !== 'builtin' || this.#warn === undefined || this.#hasTold) return;
    const { languageJudge, multilingualModel, ofQuestions } = await import('../embedders/builtin/english.js');
    const judge = await languageJudge();
    if (!questions.some((question) => judge.isForeign(question, ofQuestions))) return;
    this.#hasTold = true;
    this.#warn(
      `The question seems not to be English, and the built-in embedder knows English alone: what it finds means little. A ` +
        `model of many languages, such as ${multilingualModel}, compares languages, too.`,
    );
  }
}

function searchedOf({ space, counter, shown }: Corpus): Searched {
  // Of a destination, the index is named: `"default" in postgres://…`.
  const where = shown.startsWith('"') ? shown : `in ${shown}`;
  return { space, where, ...(counter !== undefined && { counter }) };
}
