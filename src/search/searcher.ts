// Asks corpora that are open: embeds the questions, gets a list by vectors, by words, or both from each corpus, joins them
// (join.ts), and reads the texts of the best. Lists grow until there are as many texts as were asked for.
import { UsageError } from '../errors.js';
import { eventsFor, type RunEvents } from '../events.js';
import { namesOf } from '../text/words.js';
import type { Vector } from '../types/vector.js';
import { closeCorpora, openCorpora } from './corpora.js';
import type { Corpus, QuestionWords } from './corpus.js';
import { type Filter, filterOf } from './filter.js';
import { type FoundText, findTexts, type GetOptions } from './get.js';
import { type CorpusHit, type Joined, joinCorpora, joinLists } from './join.js';
import { wordsFoundIn } from './matched-words.js';
import type { QuestionOptions, SearchBy, SearcherOptions, SearchResult } from './options.js';
import { addPassage } from './passage.js';
import { QueryVectors } from './query-vectors.js';
import { refuseBlank } from './question.js';
import { QuestionEmbedders } from './question-embedders.js';
import { questionWords } from './question-words.js';
import { defaultReranked, rerank } from './rerank.js';
import { addSources, type FoundResult } from './result-sources.js';

/** Rows of each list that a hybrid search joins, at least. */
const leastJoined = 300;
/** One text may have any number of contexts, but hardly ever more than this for each result. */
const maxContexts = 64;

/** What one question is asked with, beside its filter. */
interface Asked {
  words: QuestionWords;
  /** By vector space; empty for a search by words alone. */
  vectors: ReadonlyMap<Corpus, Vector>;
}

/**
 * Opens what is searched. It stays open for any number of questions, and sees what was there when it was opened.
 * @param noOutput the error for a folder without an output
 * @throws {UsageError} when there is no such output, or no such index in a destination
 * @throws {DestinationError} when a destination can't be reached, or refuses
 * @throws {VectorSpaceError} when the vector space of an index in a destination can't be read
 * @throws {DamagedOutputError} when an output's files contradict each other
 * @throws {NewerOutputError} when a newer version made an output
 */
export async function openSearcher(
  options: SearcherOptions,
  noOutput: (dir: string) => Promise<Error>,
): Promise<Searcher> {
  return new Searcher(await openCorpora(options, noOutput), options);
}

export class Searcher {
  /** What is searched, in the order in which it was named. */
  readonly corpora: readonly Corpus[];
  readonly #signal: AbortSignal;
  readonly #events: RunEvents;
  readonly #settings: SearcherOptions['settings'];
  readonly #vectors: QueryVectors;
  /** Its own, which it closes; undefined when it was given some. */
  readonly #ownEmbedders?: QuestionEmbedders;

  /**
   * @param corpora open ones, which it closes
   * @param embedders for the questions, which stay open. @default its own, which it closes
   */
  constructor(
    corpora: readonly Corpus[],
    { settings, signal, events }: SearcherOptions,
    embedders?: QuestionEmbedders,
  ) {
    this.corpora = corpora;
    this.#settings = settings;
    this.#signal = signal ?? new AbortController().signal;
    this.#events = eventsFor(events);
    if (embedders === undefined) {
      this.#ownEmbedders = new QuestionEmbedders(settings, this.#events);
      this.#vectors = new QueryVectors(this.#ownEmbedders, (message) =>
        this.#events.warning(message, 'other-language'),
      );
    } else {
      // A server's log would have a line for each question that isn't English.
      this.#vectors = new QueryVectors(embedders, undefined);
    }
  }

  /**
   * @returns at most `k` results, best first
   * @throws {UsageError} when there is no question, the model doesn't know its script, or a corpus has no search by words
   * @throws {VectorSpaceError} when the embedder gives vectors of another space
   * @throws {ServiceError} when the embedder can't be reached, or lacks the model
   * @throws {WrongVectorsError} when servers give vectors that can't be right
   * @throws {EmbedderFault} when the embedder fails on the question
   * @throws {DestinationError} when a destination fails
   * @throws {DamagedOutputError} when a row isn't as it was written
   * @throws the signal's reason
   */
  async search(question: string, options: QuestionOptions, signal = this.#signal): Promise<SearchResult[]> {
    const [results] = await this.searchAll([question], options, signal);
    return results!;
  }

  /** The same for many questions, in one pass over the vectors of each output. @returns a list for each question */
  async searchAll(
    questions: readonly string[],
    options: QuestionOptions,
    signal = this.#signal,
  ): Promise<SearchResult[][]> {
    refuseBlank(questions);
    const filters = new Map(this.corpora.map((corpus) => [corpus, filterOf(options, corpus.named)]));
    const by = options.by ?? (await this.#defaultBy());
    if (by === 'words' && options.minScore !== undefined) {
      throw new UsageError('--min-score is about vectors: leave it out, or search by vectors, too.');
    }
    const asked = await this.#ask(questions, by, signal);
    const most =
      options.rerank === undefined ? options.k : Math.max(options.k, options.rerank.most ?? defaultReranked);
    const filter = filterOf({ ...options, source: undefined });
    const found = await this.#resultsOf(asked, { by, filter, filters, most, options, signal });
    for (const [place, results] of found.entries()) {
      if (options.rerank === undefined) continue;
      const better = await rerank(questions[place]!, results, {
        ...options.rerank,
        ...{
          settings: this.#settings,
          signal,
          warn: (message) => this.#events.warning(message, 'rerank-failed'),
        },
      });
      found[place] = better.slice(0, options.k);
    }
    for (const result of found.flat()) await addPassage(this.corpora, result, options);
    return found;
  }

  /**
   * Finds texts by where they stand.
   * @throws {UsageError} when no corpus has it
   */
  async get(what: string, options: GetOptions = {}): Promise<FoundText[]> {
    return await findTexts(this.corpora, what, options);
  }

  /**
   * As they were typed, the names of a question (versions, error codes, options, identifiers) that no row holds: what was found has parts of
   * them at most. Empty where that isn't known.
   */
  async absentNames(question: string, by?: SearchBy): Promise<string[]> {
    if ((by ?? (await this.#defaultBy())) === 'vectors') return [];
    const absent: string[] = [];
    for (const { word, typed } of namesOf(question)) {
      const held = await Promise.all(this.corpora.map((corpus) => corpus.holds?.(word) ?? true));
      if (!held.includes(true)) absent.push(typed);
    }
    return absent;
  }

  async close(): Promise<void> {
    await this.#ownEmbedders?.close();
    await closeCorpora(this.corpora);
  }

  async #defaultBy(): Promise<SearchBy> {
    for (const corpus of this.corpora) if (!(await corpus.isReadyForWords())) return 'vectors';
    return 'hybrid';
  }

  async #ask(questions: readonly string[], by: SearchBy, signal: AbortSignal): Promise<Asked[]> {
    const bySpace = new Map<string, Vector[]>();
    for (const corpus of by === 'words' ? [] : this.corpora) {
      const { id } = corpus.space;
      if (!bySpace.has(id)) bySpace.set(id, await this.#vectors.of(corpus, questions, signal));
    }
    return questions.map((question, place) => ({
      words: by === 'vectors' ? { compared: [], names: [], typed: [] } : questionWords(question),
      vectors: new Map(
        by === 'words' ? [] : this.corpora.map((corpus) => [corpus, bySpace.get(corpus.space.id)![place]!]),
      ),
    }));
  }

  /** Lists that grow until each question has its results. */
  async #resultsOf(asked: readonly Asked[], work: Work): Promise<SearchResult[][]> {
    const { by, most, filter } = work;
    const found: FoundResult[][] = asked.map(() => []);
    let open = asked.map((_, place) => place);
    for (let length = by === 'hybrid' ? Math.max(most, leastJoined) : most; open.length > 0; length *= 2) {
      const some = open.map((place) => asked[place]!);
      const vectors = by === 'words' ? undefined : await this.#lists(some, length, work, 'vectors');
      const words = by === 'vectors' ? undefined : await this.#lists(some, length, work, 'words');
      const short: number[] = [];
      for (const [at, place] of open.entries()) {
        const joined = joinLists(vectors?.lists[at], words?.lists[at]);
        found[place] = await this.#read(joined, asked[place]!, work);
        const mayGrow = vectors?.mayGrow[at] || words?.mayGrow[at];
        const isEnough =
          length > most * maxContexts && !filter.asksMetadata && work.options.group === undefined;
        if (found[place].length < most && mayGrow && !isEnough) short.push(place);
      }
      open = short;
    }
    // Once for all questions: it looks at all documents.
    await addSources(found.flat());
    return found.map((all) => all.map(({ result }) => result));
  }

  /** For each question the list of all corpora, and whether there are more rows than these. */
  async #lists(asked: readonly Asked[], length: number, { filters }: Work, by: 'vectors' | 'words') {
    const ofCorpora: CorpusHit[][][] = [];
    for (const corpus of this.corpora) {
      const filter = filters.get(corpus)!;
      const lists =
        by === 'words'
          ? await corpus.matching(
              asked.map(({ words }) => words),
              length,
              filter,
            )
          : await corpus.nearest(
              asked.map(({ vectors }) => vectors.get(corpus)!),
              length,
              filter,
            );
      ofCorpora.push(lists.map((list) => list.map((hit) => ({ ...hit, corpus }))));
    }
    const spaces = new Set(this.corpora.map(({ space }) => space.id));
    const lists = asked.map((_, at) =>
      joinCorpora(
        ofCorpora.map((all) => all[at]!),
        spaces.size === 1,
      ),
    );
    return { lists, mayGrow: asked.map((_, at) => ofCorpora.some((all) => all[at]!.length >= length)) };
  }

  /** The texts of the best hits, each once, without their sources. */
  async #read(
    joined: readonly Joined[],
    asked: Asked,
    { by, most, filter, options }: Work,
  ): Promise<FoundResult[]> {
    const results = new Map<string, FoundResult>();
    for (const [place, one] of joined.entries()) {
      // Reading goes on for a while for the other documents of a text.
      if (results.size === most && place >= most * rowsPerResult) break;
      const { corpus } = one.hit;
      const row = await corpus.read(one.hit);
      const key = options.group === 'document' ? `${corpus.shown}\n${row.metadata.source}` : row.text;
      const known = results.get(key);
      if (known !== undefined) {
        if (options.group === undefined) known.hits.push(one.hit);
        continue;
      }
      if (results.size === most) continue;
      const score = by === 'words' ? one.matched! : (one.cosine ?? (await this.#cosine(one.hit, asked)));
      if (by !== 'words' && !filter.takesScore(score)) continue;
      const result: SearchResult = {
        ...{ score, ...row, sources: [] },
        ...(corpus.name !== undefined && { in: corpus.name }),
        ...(by === 'hybrid' && { ranks: one.ranks }),
        words:
          asked.words.compared.length === 0
            ? []
            : wordsFoundIn(row.text, await corpus.telling(asked.words.compared)),
      };
      results.set(key, { result, hits: [one.hit] });
    }
    return [...results.values()];
  }

  async #cosine(hit: CorpusHit, { vectors }: Asked): Promise<number> {
    const [cosine] = await hit.corpus.cosines([hit], vectors.get(hit.corpus)!);
    return cosine!;
  }
}

/** Rows that are looked at for each result that is wanted. */
const rowsPerResult = 2;

interface Work {
  by: SearchBy;
  /** Without sources, which each corpus names in its own way. */
  filter: Filter;
  filters: ReadonlyMap<Corpus, Filter>;
  /** Results of a question at most. */
  most: number;
  options: QuestionOptions;
  signal: AbortSignal;
}
