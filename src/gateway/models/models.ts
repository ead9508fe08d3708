// src/gateway/models: the models in use, each with its own orchestrator.
//
// In: a model's name and work to do with it. Out: the result of that work. A model is opened at its first request,
// closed when others need the room, and opened again when the server has another version of it.
// What must hold: work on a model ends on the orchestrator it began with; a model whose servers give wrong vectors is
// refused (refused-models.ts), also for requests that are passed through (passed-vectors.ts).
import type { Settings } from '../../config/settings.js';
import { canonicalName } from '../../embedders/ollama/model-name.js';
import { NotStartedError, WrongVectorsError } from '../../errors.js';
import type { RunEvents } from '../../events.js';
import { isRenewable } from '../../fault-policy.js';
import { orAborted } from '../../net/or-aborted.js';
import { isOfOpenAi } from '../../net/server-api.js';
import { BatchConfig } from '../../orchestrator/config.js';
import { BatchOrchestrator } from '../../orchestrator/orchestrator.js';
import type { VectorCache } from '../../types/cache.js';
import type { Backend } from '../backends/backend.js';
import { borrowed } from './gateway-cache.js';
import { type LookAtServers, type RefusedModel, RefusedModels } from './refused-models.js';

export interface ModelsOptions {
  settings: Settings;
  embedder: Backend['embedder'];
  cache: VectorCache | undefined;
  /** Max waiting texts of each model. */
  maxQueue: number;
  /** Max open models. */
  most: number;
  /** The present digests of the servers' models, by canonical name; absent when models can't change. */
  digests?(): Promise<Map<string, Set<string>>>;
  /** @default servers can't be checked from outside */
  look?: LookAtServers;
  events: RunEvents;
  /** Called when the vectors of a model are refused; again only for another reason. */
  onRefused?(model: string, error: WrongVectorsError): void;
}

interface Entry {
  key: string;
  orchestrator: BatchOrchestrator;
  opened: Promise<BatchOrchestrator>;
  isOpen: boolean;
  users: number;
  /** Not used for new requests; closed after the last request. */
  isRetired: boolean;
  checkedAt: number;
}

/** How often the digest of a model in use is checked, in ms: the model may have been pulled again. */
const checkMs = 30_000;

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
    // Clients set the dimensions in each request.
    const { dimensions, ...settings } = options.settings;
    this.#options = options;
    this.#config = BatchConfig.fromSettings(settings, {
      // The workers of a queue decide.
      ...(embedder !== 'queue' && { embedder }),
      // The memory before the cache is shared, too.
      cacheMaxMemoryMb: 0,
      maxQueueSize: maxQueue,
      ...(!cache && { cache: 'none' }),
    });
  }

  /** The open models. */
  get open(): BatchOrchestrator[] {
    return [...this.#entries.values()].filter((one) => one.isOpen).map((one) => one.orchestrator);
  }

  /** The models whose vectors are refused. */
  get refused(): RefusedModel[] {
    return this.#refused.list;
  }

  /**
   * Runs `work` with a model, and opens it first if needed. If the server's model was replaced meanwhile, the work is
   * done again with the new one. All answers with vectors go through here, so that refused vectors never go out.
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

  /** Measures refused models again when their servers have changed, without a request of a client. */
  async tryRefused(signal: AbortSignal): Promise<void> {
    const names = await this.#refused.mended();
    // Failures are recorded by `use`.
    await Promise.allSettled(names.map((name) => this.use(name, signal, async () => undefined)));
  }

  /** Checks each model's digest at its next use: a request may have changed the model. */
  suspect(): void {
    this.#refused.suspect();
    for (const entry of this.#entries.values()) entry.checkedAt = Number.NEGATIVE_INFINITY;
  }

  /** Finishes all work in flight, then closes all models. */
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
    // The map keeps the order of use: the last used is last.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (!known) this.#makeRoom();
    return entry;
  }

  #newEntry(key: string, name: string): Entry {
    const { cache, embedder, events } = this.#options;
    const isOnly = embedder === 'builtin' || embedder === 'queue';
    const config = isOnly ? this.#config : this.#config.with({ model: name, ...this.#serversFor(key) });
    const orchestrator = new BatchOrchestrator(config, {
      ...(cache && { cache: borrowed(cache) }),
      events,
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

  /** Beside Ollamas, servers of another API work for the model that the settings name alone: they may have no other. */
  #serversFor(key: string): Partial<Pick<Settings, 'ollamaUrl'>> {
    const { model, ollamaUrl = [] } = this.#options.settings;
    if (model === undefined || canonicalName(model) === key || !ollamaUrl.some(isOfOpenAi)) return {};
    return { ollamaUrl: ollamaUrl.filter((address) => !isOfOpenAi(address)) };
  }

  async #opened(orchestrator: BatchOrchestrator, key: string, name: string): Promise<BatchOrchestrator> {
    try {
      await orchestrator.start();
    } catch (error) {
      if (error instanceof WrongVectorsError) this.#refuse(key, name, error);
      throw error;
    }
    const refused = this.#refused.get(key);
    // A server that went down meanwhile was not compared.
    const isWhole = orchestrator.getMetrics().endpoints.every(({ breaker }) => breaker === 'closed');
    if (refused && !isWhole) throw refused.error;
    this.#refused.delete(key);
    if (refused)
      this.#options.events.notice(
        `The servers give matching vectors for "${name}" now: it is served again.`,
        'model-back',
      );
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

  /** Checks in the background: a change is rare, so requests don't wait for the check. */
  #checkSoon(entry: Entry): void {
    const { digests } = this.#options;
    const now = performance.now();
    if (!digests || this.#checking || now - entry.checkedAt < checkMs) return;
    this.#checking = this.#check(digests).finally(() => {
      this.#checking = undefined;
    });
  }

  /** Checks the digest. When one of several servers still has the old one, that server goes on without the others. */
  async #check(digests: () => Promise<Map<string, Set<string>>>): Promise<void> {
    let now: Map<string, Set<string>>;
    try {
      now = await digests();
    } catch {
      return; // The server is down: requests will notice.
    }
    for (const entry of [...this.#entries.values()].filter((one) => one.isOpen)) {
      entry.checkedAt = performance.now();
      const { model, digest } = entry.orchestrator.space;
      if (now.get(canonicalName(model))?.has(digest)) continue;
      this.#options.events.notice(
        `The server has another version of "${model}" now: opening it again.`,
        'model-changed',
      );
      this.#retire(entry);
    }
  }
}
