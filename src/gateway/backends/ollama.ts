// Ollama servers as a backend: requests that aren't batched go to the first server that is up.
import type { Settings } from '../../config/settings.js';
import { listEmbeddingModels } from '../../embedders/ollama/model-info.js';
import { accessOf } from '../../upstream/ollama-settings.js';
import type { Backend, BackendState, ListPath, Passing } from './backend.js';
import { isAnyUp } from './liveness.js';
import { OllamaServers } from './ollama-servers.js';
import { passOn } from './pass-on.js';

/** Paths that change the models of a server. */
const changing = /^\/api\/(pull|create|copy|delete|push|blobs)\b/;

export interface OllamaBackendOptions {
  settings: Settings;
  /** The `Authorization` of clients is for the gateway, and is not passed on. */
  ownsCredentials: boolean;
  /** Called when a client may have changed the models of a server. */
  onChange(): void;
}

export class OllamaBackend implements Backend {
  readonly embedder = 'ollama';
  readonly hasServers = true;
  readonly #options: OllamaBackendOptions;
  readonly #servers: OllamaServers;
  #default: string | undefined;

  /** @throws {UsageError} when an address is invalid */
  constructor(options: OllamaBackendOptions) {
    const { model } = options.settings;
    this.#options = options;
    this.#servers = new OllamaServers(options.settings, accessOf(options.settings));
    this.#default = model;
  }

  async modelOf(name: string | undefined): Promise<string | undefined> {
    if (name !== undefined) return name;
    if (this.#default !== undefined) return this.#default;
    const { address } = (await this.#servers.firstUp())!;
    [this.#default] = await listEmbeddingModels(address, accessOf(this.#options.settings));
    return this.#default;
  }

  async list(path: ListPath): Promise<object> {
    return await (await this.#servers.firstUp())!.list(path);
  }

  takes(): boolean {
    return true;
  }

  get servers(): number {
    return this.#servers.all.length;
  }

  async pass(passing: Passing): Promise<void> {
    const { ownsCredentials, onChange } = this.#options;
    const mayChange = changing.test(passing.request.url);
    await passOn(passing, this.#servers.all, ownsCredentials, () => mayChange && onChange());
  }

  askLegacy(url: string, model: string, text: string, signal: AbortSignal): Promise<unknown> {
    return this.#servers.at(url).legacyVector(model, text, signal);
  }

  isUp(): Promise<boolean> {
    return isAnyUp(this.#servers.all);
  }

  async state(): Promise<BackendState> {
    const servers = this.#servers.all.map(async (server) => ({ url: server.url, up: await server.isUp() }));
    return { servers: await Promise.all(servers) };
  }

  digests(): Promise<Map<string, Set<string>>> {
    return this.#servers.digests();
  }

  async look(model: string): Promise<string | undefined> {
    const all = await Promise.all(this.#servers.all.map((server) => server.look(model)));
    return all.includes(undefined) ? undefined : all.join(' ');
  }

  close(): Promise<void> {
    return this.#servers.close();
  }
}
