// OpenAI-compatible servers as a backend. Ollama's routes are answered here, as for the built-in embedder; all others are
// passed on to the first server that is up.
import type { Settings } from '../../config/settings.js';
import { hexHash } from '../../text/sha256.js';
import { openAiAccess, openAiAddresses } from '../../upstream/open-openai.js';
import type { Backend, BackendState, ListPath, Passing } from './backend.js';
import { firstUp, isAnyUp } from './liveness.js';
import { answerAsOllama, type DescribedModel, tagsOf } from './ollama-answers.js';
import { OpenAiServer } from './openai-server.js';
import { passOn } from './pass-on.js';

/** How long the names of the models are remembered, in ms. */
const trustMs = 5000;

type Named = { id: string; aliases: readonly string[] };

export interface OpenAiBackendOptions {
  settings: Settings;
  /** The `Authorization` of clients is for the gateway, and is not passed on. */
  ownsCredentials: boolean;
}

export class OpenAiBackend implements Backend {
  readonly embedder = 'openai';
  readonly hasServers = true;
  readonly #options: OpenAiBackendOptions;
  readonly #all: readonly OpenAiServer[];
  #listed: { at: number; models: Promise<Named[] | undefined> } | undefined;

  /** @throws {UsageError} when no address is named, or one is invalid */
  constructor(options: OpenAiBackendOptions) {
    const { settings } = options;
    this.#options = options;
    this.#all = openAiAddresses(settings).map((address) => new OpenAiServer(address, openAiAccess(settings)));
  }

  /** Not every one of these servers has a vector for an empty text; they say so themselves. */
  takes(texts: readonly string[]): boolean {
    return !texts.includes('');
  }

  get servers(): number {
    return this.#all.length;
  }

  /** Clients of Ollama may write `:latest` behind a name. */
  async modelOf(name: string | undefined): Promise<string | undefined> {
    const own = this.#options.settings.model;
    const plain = name?.replace(/:latest$/, '');
    if (name === undefined || (own !== undefined && (name === own || plain === own))) {
      return own ?? (await this.#models())?.[0]?.id;
    }
    const models = await this.#models();
    // Without a list, the server is asked under the name of the client, unless there is one in the settings.
    if (!models) return own === undefined ? name : undefined;
    const known = (one: string) => models.find(({ id, aliases }) => id === one || aliases.includes(one));
    return (known(name) ?? known(plain!))?.id;
  }

  async list(path: ListPath): Promise<object> {
    if (path === '/api/tags') return tagsOf(await this.#described());
    return await (await firstUp(this.#all))!.list();
  }

  #models(): Promise<Named[] | undefined> {
    const now = performance.now();
    if (this.#listed && now - this.#listed.at < trustMs) return this.#listed.models;
    const models = firstUp(this.#all).then((server) => server!.models());
    this.#listed = { at: now, models };
    models.catch(() => {
      this.#listed = undefined;
    });
    return models;
  }

  async pass(passing: Passing): Promise<void> {
    const { request, reply, target, body } = passing;
    const path = (target ?? request.url).split('?', 1)[0]!;
    const answer = await answerAsOllama(request.method, path, body ?? request.body, {
      models: () => this.#described(),
      modelOf: (name) => this.modelOf(name),
      what: 'this server',
    });
    if (!answer) return await passOn(passing, this.#all, this.#options.ownsCredentials);
    await reply.code(answer.status).header('content-type', answer.type).send(answer.body);
  }

  async #described(): Promise<DescribedModel[]> {
    const own = this.#options.settings.model;
    const models = (await this.#models()) ?? (own === undefined ? [] : [{ id: own, aliases: [] }]);
    const server = await firstUp(this.#all);
    return await Promise.all(
      models.map(async ({ id }) => {
        const about = models.length > 8 ? undefined : await server!.about(id).catch(() => undefined);
        const weights = about?.weights || id;
        return {
          name: id,
          digest: hexHash('sha256', weights),
          size: 0,
          architecture: 'openai',
          format: '',
          context: about?.maxTokens,
          dimensions: undefined,
        };
      }),
    );
  }

  isUp(): Promise<boolean> {
    return isAnyUp(this.#all);
  }

  async state(): Promise<BackendState> {
    const servers = this.#all.map(async (server) => ({ url: server.url, up: await server.isUp() }));
    return { servers: await Promise.all(servers) };
  }

  async look(model: string): Promise<string | undefined> {
    const all = await Promise.all(this.#all.map((server) => server.look(model)));
    return all.includes(undefined) ? undefined : all.join(' ');
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((server) => server.close()));
  }
}
