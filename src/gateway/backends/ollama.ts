// Ollama servers as a backend: requests that aren't batched go to the first server that is up.
import type { Settings } from '../../config/settings.js';
import { listEmbeddingModels } from '../../embedders/ollama/model-info.js';
import { EmbedderFault } from '../../errors.js';
import { mostTelling } from '../../fault-policy.js';
import { accessOf } from '../../upstream/ollama-settings.js';
import { RefusedError } from '../routes/error-answers.js';
import { passThrough } from '../routes/passthrough.js';
import type { Backend, BackendState, Passing } from './backend.js';
import { isAnyUp } from './liveness.js';
import { OllamaServers } from './ollama-servers.js';

/** For servers that are up, but were not compared with the others or give other vectors. */
const noneLeft = 'none of the servers whose vectors fit this model answers, please try again';

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
    const { ollamaUrl, model } = options.settings;
    this.#options = options;
    this.#servers = new OllamaServers(ollamaUrl ?? [], accessOf(options.settings));
    this.#default = model;
  }

  async modelOf(name: string | undefined): Promise<string | undefined> {
    if (name !== undefined) return name;
    if (this.#default !== undefined) return this.#default;
    const { address } = (await this.#servers.firstUp())!;
    [this.#default] = await listEmbeddingModels(address, accessOf(this.#options.settings));
    return this.#default;
  }

  takes(): boolean {
    return true;
  }

  get servers(): number {
    return this.#servers.all.length;
  }

  async pass({ request, reply, body, target, signal, vectors = {} }: Passing): Promise<void> {
    const { ownsCredentials, onChange } = this.#options;
    const { from, never, confirm } = vectors;
    const left = from && new Set(from);
    const faults: EmbedderFault[] = [];
    for (;;) {
      const server = await this.#servers.firstUp(left);
      if (!server) throw faults.length > 0 ? mostTelling(faults) : new RefusedError(503, noneLeft, 5);
      try {
        return await passThrough(request, reply, server, {
          ownsCredentials,
          signal,
          ...(body && { body }),
          ...(target !== undefined && { target }),
          ...(never && { never }),
          ...(confirm && { confirm: (ending) => confirm(server.url, ending) }),
        });
      } catch (error) {
        // Nothing was sent to the client yet, so another server can be asked.
        if (!(error instanceof EmbedderFault) || !left?.delete(server.url)) throw error;
        faults.push(error);
      } finally {
        if (changing.test(request.url)) onChange();
      }
    }
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
