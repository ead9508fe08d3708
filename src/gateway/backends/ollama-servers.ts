// The Ollama servers of the gateway, for requests that aren't batched: which of them are up, what models they
// have, and how to pass requests on.
import type { Settings } from '../../config/settings.js';
import { OllamaClient } from '../../embedders/ollama/client.js';
import { listModels, readDigest, readVersion } from '../../embedders/ollama/model-info.js';
import { canonicalName } from '../../embedders/ollama/model-name.js';
import type { ServerAddress } from '../../embedders/pool/member.js';
import { type Access, credentialsFor } from '../../embedders/server-client.js';
import { ServerConnections } from '../../net/connections.js';
import { withoutSlashes } from '../../text/trim.js';
import { ollamaAddresses } from '../../upstream/pool-addresses.js';
import type { PassingServer } from '../routes/passthrough.js';
import type { ListPath } from './backend.js';
import { firstUp, Liveness } from './liveness.js';

/** Max time to find out whether a server is up, in ms. */
const pingMs = 2000;
/** A server that doesn't take connections within this time, in ms, is down. */
const connectMs = 5000;
/** Max time for one vector by the older route, in ms, and max bytes of it. */
const legacyMs = 30_000;
const maxVectorBytes = 4 * 1024 * 1024;
/** How long a connection is kept, in ms: a proxy may close idle ones, and what clients send isn't sent twice. */
const keepAliveMs = 4000;

export class OllamaServer implements PassingServer {
  /** Without a slash at its end, without credentials. */
  readonly url: string;
  /** With what it has of a user and a password. */
  readonly address: URL;
  readonly connections: ServerConnections;
  /** The server, as messages begin with it. */
  readonly where: string;
  /** Put before every path. */
  readonly #basePath: string;
  /** For questions about the server itself. */
  readonly #client: OllamaClient;
  readonly #headers: { authorization?: string };
  readonly #liveness: Liveness;

  /** @throws {UsageError} when the address of its proxy can't be used */
  constructor(url: URL, access: Access) {
    this.address = url;
    this.#basePath = withoutSlashes(url.pathname);
    this.url = url.origin + this.#basePath;
    this.where = `Ollama at ${this.url}`;
    this.#headers = credentialsFor(url, access);
    this.#client = new OllamaClient({ url, ...access, connectTimeoutMs: connectMs });
    this.#liveness = new Liveness(() => readVersion(this.#client, { timeoutMs: pingMs }));
    // Chats and pulls have no time-out here: their clients decide when to give up.
    const { proxies } = access;
    this.connections = new ServerConnections({ url, proxies, connectTimeoutMs: connectMs, keepAliveMs });
  }

  /** The headers that the server needs. */
  get credentials(): { authorization?: string } {
    return this.#headers;
  }

  isUp(): Promise<boolean> {
    return this.#liveness.isUp();
  }

  /** The address of a client's path. */
  pathOf(target: string): string {
    return this.#basePath + target;
  }

  /** Its version and the digest of a model, as one string; undefined when it doesn't answer. */
  async look(model: string): Promise<string | undefined> {
    const options = { timeoutMs: pingMs };
    try {
      const said = [readVersion(this.#client, options), readDigest(this.#client, model, options)];
      return JSON.stringify(await Promise.all(said));
    } catch {
      return undefined; // Any error means that nothing is known of it now.
    }
  }

  /** The vector of a text by the older route. @throws {EmbedderFault} when it gives none */
  async legacyVector(model: string, text: string, signal: AbortSignal): Promise<unknown> {
    const options = { timeoutMs: legacyMs, signal, maxBytes: maxVectorBytes };
    const answer = await this.#client.json('/api/embeddings', { model, prompt: text }, options);
    return (answer as { embedding?: unknown }).embedding;
  }

  /** The digests of its models, by name. @throws {EmbedderFault} when it doesn't list them */
  async digests(): Promise<Map<string, string>> {
    const models = await listModels(this.#client, { timeoutMs: pingMs });
    return new Map(models.map(({ name, digest }) => [name, digest]));
  }

  /** Its answer on that path. @throws {EmbedderFault} when it doesn't list its models */
  list(path: ListPath): Promise<object> {
    return this.#client.json(path, undefined, { timeoutMs: pingMs });
  }

  async close(): Promise<void> {
    await Promise.all([this.connections.close(), this.#client.close()]);
  }
}

export class OllamaServers {
  readonly all: readonly [OllamaServer, ...OllamaServer[]];

  /** @throws {UsageError} when an address is invalid */
  constructor(settings: Pick<Settings, 'ollamaUrl'>, access: Access) {
    const [first, ...others] = ollamaAddresses(settings);
    const open = ({ url }: ServerAddress) => new OllamaServer(url, access);
    this.all = [open(first!), ...others.map(open)];
  }

  /** @throws when there is none at this address */
  at(url: string): OllamaServer {
    const found = this.all.find((server) => server.url === url);
    if (!found) throw new Error('no such server');
    return found;
  }

  /** As `firstUp` of liveness.ts. */
  firstUp(among?: ReadonlySet<string>): Promise<OllamaServer | undefined> {
    return firstUp(this.all, among);
  }

  /** The digests of all servers' models, by canonical name. @throws when no server lists its models */
  async digests(): Promise<Map<string, Set<string>>> {
    const lists = await Promise.allSettled(this.all.map((server) => server.digests()));
    const said = lists.filter((list) => list.status === 'fulfilled');
    if (said.length === 0) throw new Error('No server lists its models.');
    const all = new Map<string, Set<string>>();
    for (const [name, digest] of said.flatMap(({ value }) => [...value])) {
      const model = canonicalName(name);
      all.set(model, (all.get(model) ?? new Set()).add(digest));
    }
    return all;
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((server) => server.close()));
  }
}
