// One OpenAI-compatible server of the gateway, for what isn't batched: whether it is up, what models it has, and how
// requests are passed on to it.
import { listOpenAiModels, readAbout, type ServerAbout } from '../../embedders/openai/about.js';
import { baseUrlOf, type OpenAiAddress } from '../../embedders/openai/address.js';
import { OpenAiClient } from '../../embedders/openai/client.js';
import { type Access, credentialsFor } from '../../embedders/server-client.js';
import { EmbedderFault } from '../../errors.js';
import { isDown } from '../../fault-policy.js';
import { ServerConnections } from '../../net/connections.js';
import { withoutSlashes } from '../../text/trim.js';
import type { PassingServer } from '../routes/passthrough.js';
import { Liveness } from './liveness.js';

/** Max time to find out whether a server is up, in ms. */
const pingMs = 2000;
/** A server that doesn't take connections within this time, in ms, is down. */
const connectMs = 5000;
/** How long a connection is kept, in ms: a proxy may close idle ones, and what clients send isn't sent twice. */
const keepAliveMs = 4000;

export class OpenAiServer implements PassingServer {
  readonly url: string;
  readonly where: string;
  readonly connections: ServerConnections;
  readonly credentials: { authorization?: string };
  readonly #address: OpenAiAddress;
  readonly #client: OpenAiClient;
  readonly #liveness: Liveness;

  /** @throws {UsageError} when the address of its proxy can't be used */
  constructor(address: OpenAiAddress, access: Access) {
    this.#address = address;
    this.url = baseUrlOf(address);
    this.where = `The server at ${this.url}`;
    this.credentials = credentialsFor(address.url, access);
    this.#client = new OpenAiClient({ address, ...access, connectTimeoutMs: connectMs });
    this.#liveness = new Liveness(() => this.#ping());
    // Chats have no time-out here: their clients decide when to give up.
    const { proxies } = access;
    const { url } = address;
    this.connections = new ServerConnections({ url, proxies, connectTimeoutMs: connectMs, keepAliveMs });
  }

  isUp(): Promise<boolean> {
    return this.#liveness.isUp();
  }

  /** Any answer shows that it is up; not every server lists its models. */
  async #ping(): Promise<void> {
    try {
      await this.#client.bytes(this.#client.path('/models'), undefined, { timeoutMs: pingMs });
    } catch (error) {
      if (!(error instanceof EmbedderFault) || isDown(error)) throw error;
    }
  }

  /** Clients know `/v1`, wherever the server has it; what isn't below that is beside it. */
  pathOf(target: string): string {
    const { url, version } = this.#address;
    return withoutSlashes(url.pathname) + (version === '' ? target.replace(/^\/v1(?=\/)/, '') : target);
  }

  /** Its models; undefined when it doesn't list them. @throws {ServiceError} when it is down */
  async models(): Promise<{ id: string; aliases: readonly string[] }[] | undefined> {
    const listed = await listOpenAiModels(this.#client, { timeoutMs: pingMs });
    if (listed) return listed;
    try {
      const { model } = await this.about(undefined);
      return [{ id: model, aliases: [] }];
    } catch {
      return undefined; // It says nothing at all of its models.
    }
  }

  /** Its answer to OpenAI's question for its models. @throws {EmbedderFault} when it doesn't list them */
  list(): Promise<object> {
    return this.#client.json(this.#client.path('/models'), undefined, { timeoutMs: pingMs });
  }

  /** @throws {ServiceError} when it is down, or has no such model */
  about(model: string | undefined): Promise<ServerAbout> {
    return readAbout(this.#client, model, { timeoutMs: pingMs });
  }

  /** What it says of its release and of a model's weights, as one string; undefined when it is down. */
  async look(model: string): Promise<string | undefined> {
    try {
      const { release, weights } = await this.about(this.#address.model ?? model);
      return JSON.stringify([release, weights]);
    } catch {
      return undefined; // Any error means that nothing is known of it now.
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.connections.close(), this.#client.close()]);
  }
}
