// The models in use, each with an orchestrator of its own: opened when somebody asks for one, closed when
// others need the room, and opened anew when the server has got another version of it.
import type { Settings } from '../../config/settings.js';
import { orAborted } from '../../embedders/abort.js';
import { canonicalName } from '../../embedders/ollama/model-name.js';
import { NotStartedError, WrongVectorsError } from '../../errors.js';
import { isRenewable } from '../../fault-policy.js';
import { BatchConfig } from '../../orchestrator/config.js';
import { BatchOrchestrator } from '../../orchestrator/orchestrator.js';
import type { VectorCache } from '../../types.js';
import { borrowed } from './gateway-cache.js';
import { type LookAtServers, type RefusedModel, RefusedModels } from './refused-models.js';

export interface ModelsOptions {
  settings: Settings;
  embedder: 'ollama' | 'builtin';
  cache: VectorCache | undefined;
  /** Texts that may wait, for each model. */
  maxQueue: number;
  /** Models that are kept open. */
  most: number;
  /** The digests that the servers have now, by canonical names; absent where models can't change. */
  digests?(): Promise<Map<string, Set<string>>>;
  /** @default servers can't be looked at */
  look?: LookAtServers;
  onNotice(message: string): void;
  /** Told when the vectors of a model are refused; again only for another reason. */
  onRefused?(model: string, error: WrongVectorsError): void;
}

interface Entry {
  key: string;
  orchestrator: BatchOrchestrator;
  opened: Promise<BatchOrchestrator>;
  isOpen: boolean;
  users: number;
  /** No longer given out; closed when the last user has left. */
  isRetired: boolean;
  checkedAt: number;
}

/** How often a model in use is held against the server's list, in ms: it may have been pulled anew. */
const CHECK_MS = 30_000;

export class Models {
  readonly #options: ModelsOptions;
  readonly #config: BatchConfig;
  /** By canonical name, the least recently used first. */
  readonly #entries = new Map<string, Entry>();
  readonly #closing = new Set<Promise<void>>();
  readonly #refused: RefusedModels;
  #checking: Promise<void> | undefined;
  #stopped = false;

  constructor(options: ModelsOptions) {
    const { embedder, maxQueue, cache } = options;
    this.#refused = new RefusedModels(options.look ?? (async () => ''));
    // Which dimensions they want, clients say themselves of each request.
    const { dimensions, ...settings } = options.settings;
    this.#options = options;
    this.#config = BatchConfig.fromSettings(settings, {
      embedder,
      // The memory in front of the cache is shared, too.
      cacheMaxMemoryMb: 0,
      maxQueueSize: maxQueue,
      ...(!cache && { cache: 'none' }),
    });
  }

  /** Those that are open. */
  get open(): BatchOrchestrator[] {
    return [...this.#entries.values()].filter((one) => one.isOpen).map((one) => one.orchestrator);
  }

  /** Those whose vectors are refused. */
  get refused(): RefusedModel[] {
    return this.#refused.list;
  }

  /**
   * Runs `work` with a model, which is opened first where it isn't. Work that finds the server's model replaced
   * is done again with the new one. Whoever answers with vectors asks here first: of servers whose vectors are
   * refused, none goes out.
   * @throws {ServiceError} when the model can't be opened
   * @throws {WrongVectorsError} when its vectors are refused
   * @throws what `work` throws, and the signal's reason
   */
  async use<T>(
    name: string,
    signal: AbortSignal,
    work: (model: BatchOrchestrator, openedMs: number) => Promise<T>,
  ): Promise<T> {
    const key = canonicalName(name);
    for (let again = false; ; again = true) {
      const start = performance.now();
      const refused = this.#refused.get(key);
      if (refused && !(await orAborted(refused.mayBeMended(), signal))) throw refused.error;
      const entry = this.#entryOf(key, name);
      entry.users++;
      try {
        const model = entry.isOpen ? entry.orchestrator : await orAborted(entry.opened, signal);
        this.#checkSoon(entry);
        return await work(model, performance.now() - start);
      } catch (error) {
        if (!isRenewable(error) || again) throw error;
        this.#retire(entry);
      } finally {
        entry.users--;
        this.#closeUnused(entry);
      }
    }
  }

  /** Measures those anew that were refused and may be well again; nobody need ask for them. */
  async tryRefused(signal: AbortSignal): Promise<void> {
    const names = await this.#refused.mended();
    // What is wrong is remembered.
    await Promise.allSettled(names.map((name) => this.use(name, signal, async () => undefined)));
  }

  /** The next use of each model asks the server whether it is still the same: something may have changed it. */
  suspect(): void {
    this.#refused.suspect();
    for (const entry of this.#entries.values()) entry.checkedAt = Number.NEGATIVE_INFINITY;
  }

  /** Answers what is under way and closes all. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const entry of [...this.#entries.values()]) {
      this.#entries.delete(entry.key);
      this.#close(entry);
    }
    await Promise.all([...this.#closing, this.#checking]);
  }

  #entryOf(key: string, name: string): Entry {
    if (this.#stopped) throw new NotStartedError('The gateway is shutting down.');
    const known = this.#entries.get(key);
    const entry = known ?? this.#newEntry(key, name);
    // What was used last stands last.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (!known) this.#makeRoom();
    return entry;
  }

  #newEntry(key: string, name: string): Entry {
    const { cache, embedder, onNotice } = this.#options;
    const config = embedder === 'builtin' ? this.#config : this.#config.with({ model: name });
    const orchestrator = new BatchOrchestrator(config, {
      ...(cache && { cache: borrowed(cache) }),
      onNotice,
      onWarning: onNotice,
    });
    const opened = this.#opened(orchestrator, key, name);
    const entry: Entry = {
      key,
      orchestrator,
      opened,
      isOpen: false,
      users: 0,
      isRetired: false,
      checkedAt: performance.now(),
    };
    opened.then(
      () => {
        entry.isOpen = true;
      },
      () => this.#retire(entry),
    );
    return entry;
  }

  async #opened(orchestrator: BatchOrchestrator, key: string, name: string): Promise<BatchOrchestrator> {
    try {
      await orchestrator.start();
    } catch (error) {
      if (error instanceof WrongVectorsError) this.#refuse(key, name, error);
      throw error;
    }
    const refused = this.#refused.get(key);
    // One that went down meanwhile was not compared.
    const isWhole = orchestrator.getMetrics().endpoints.every(({ breaker }) => breaker === 'closed');
    if (refused && !isWhole) throw refused.error;
    this.#refused.delete(key);
    if (refused)
      this.#options.onNotice(`The servers give vectors of "${name}" that fit now: it is served again.`);
    return orchestrator;
  }

  #refuse(key: string, name: string, error: WrongVectorsError): void {
    const isKnown = this.#refused.get(key)?.error.message === error.message;
    this.#refused.add(key, name, error);
    if (!isKnown) this.#options.onRefused?.(name, error);
  }

  #makeRoom(): void {
    for (const entry of this.#entries.values()) {
      if (this.#entries.size <= this.#options.most) return;
      if (entry.users === 0 && entry.isOpen) this.#retire(entry);
    }
  }

  #retire(entry: Entry): void {
    if (this.#entries.get(entry.key) === entry) this.#entries.delete(entry.key);
    entry.isRetired = true;
    this.#closeUnused(entry);
  }

  #closeUnused(entry: Entry): void {
    if (entry.isRetired && entry.users === 0) this.#close(entry);
  }

  #close({ orchestrator }: Entry): void {
    const closing = orchestrator.stop().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  /** In the background: a request is not held up for what hardly ever happens. */
  #checkSoon(entry: Entry): void {
    const { digests } = this.#options;
    const now = performance.now();
    if (!digests || this.#checking || now - entry.checkedAt < CHECK_MS) return;
    this.#checking = this.#check(digests).finally(() => {
      this.#checking = undefined;
    });
  }

  /** Where one of several servers still has it, that one goes on, and the others are left out. */
  async #check(digests: () => Promise<Map<string, Set<string>>>): Promise<void> {
    let now: Map<string, Set<string>>;
    try {
      now = await digests();
    } catch {
      return; // A server that is down says nothing; requests will find out.
    }
    for (const entry of [...this.#entries.values()].filter((one) => one.isOpen)) {
      entry.checkedAt = performance.now();
      const { model, digest } = entry.orchestrator.space;
      if (now.get(canonicalName(model))?.has(digest)) continue;
      this.#options.onNotice(`The server has another version of "${model}" now: it is opened anew.`);
      this.#retire(entry);
    }
  }
}
