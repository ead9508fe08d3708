// The Ollama servers behind the gateway, for all that isn't batched: which of them is up, what they say of
// their models, and a way to pass requests on.
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { OllamaClient } from '../../embedders/ollama/client.js';
import { DEFAULT_URL, parseOllamaAddress } from '../../embedders/ollama/host.js';
import { listModels, readDigest, readVersion } from '../../embedders/ollama/model-info.js';
import { canonicalName } from '../../embedders/ollama/model-name.js';
import { withoutSlashes } from '../../text/trim.js';

/** How long an answer to "are you there?" counts, and how long it may take, in ms. */
const TRUST_MS = 2000;
const PING_MS = 2000;
/** How long a server is waited for that said nothing when it was asked last, or while others may be up, in ms. */
const HASTE_MS = 200;
/** A server that doesn't take connections within this time, in ms, is down. */
const CONNECT_MS = 5000;

export class OllamaServer {
  /** Without a slash at its end, without credentials. */
  readonly url: string;
  readonly pool: Pool;
  /** In front of every path. */
  readonly basePath: string;
  /** For what it says of itself. */
  readonly #client: OllamaClient;
  readonly #headers: { [name: string]: string };
  #asked: { at: number; answer: Promise<boolean> } | undefined;
  #wasDown = false;

  constructor(url: URL, apiKey: string | undefined) {
    this.basePath = withoutSlashes(url.pathname);
    this.url = url.origin + this.basePath;
    this.#headers = apiKey ? { authorization: `Bearer ${apiKey}` } : {};
    this.#client = new OllamaClient({ url, apiKey, connectTimeoutMs: CONNECT_MS });
    // Chats and pulls take as long as they take: their clients decide when it is too long.
    this.pool = new Pool(url.origin, { headersTimeout: 0, bodyTimeout: 0, connect: { timeout: CONNECT_MS } });
  }

  /** What it wants from who asks it. */
  get credentials(): { [name: string]: string } {
    return this.#headers;
  }

  /** Whether it answers; asked at most once in two seconds. One that hangs makes nobody wait time after time. */
  isUp(): Promise<boolean> {
    const now = performance.now();
    if (!this.#asked || now - this.#asked.at > TRUST_MS) this.#asked = { at: now, answer: this.#ping() };
    const { answer } = this.#asked;
    return this.#wasDown ? inHaste(answer) : answer;
  }

  async #ping(): Promise<boolean> {
    try {
      await readVersion(this.#client, { timeoutMs: PING_MS });
      this.#wasDown = false;
    } catch {
      this.#wasDown = true; // Whatever it was: it can't be used now.
    }
    return !this.#wasDown;
  }

  /** Its version, and the digest of a model, as one word; undefined when it doesn't answer. */
  async look(model: string): Promise<string | undefined> {
    const options = { timeoutMs: PING_MS };
    try {
      const said = [readVersion(this.#client, options), readDigest(this.#client, model, options)];
      return JSON.stringify(await Promise.all(said));
    } catch {
      return undefined; // Whatever it was: nothing can be told of it now.
    }
  }

  /** Digests of its models by their names. @throws {EmbedderFault} when it doesn't list them */
  async digests(): Promise<Map<string, string>> {
    const models = await listModels(this.#client, { timeoutMs: PING_MS });
    return new Map(models.map(({ name, digest }) => [name, digest]));
  }

  async close(): Promise<void> {
    await Promise.all([this.pool.destroy(), this.#client.close()]);
  }
}

/** What is said soon; else false. */
async function inHaste(answer: Promise<boolean>): Promise<boolean> {
  const over = new AbortController();
  const { signal } = over;
  const late = sleep(HASTE_MS, false, { signal, ref: false }).catch(() => false);
  const said = await Promise.race([answer, late]);
  over.abort();
  return said;
}

export class OllamaServers {
  readonly all: readonly [OllamaServer, ...OllamaServer[]];

  /** @throws {UsageError} when an address can't be read */
  constructor(addresses: readonly string[], apiKey: string | undefined) {
    const [first = DEFAULT_URL, ...others] = addresses;
    const open = (address: string) => new OllamaServer(parseOllamaAddress(address).url, apiKey);
    this.all = [open(first), ...others.map(open)];
  }

  /**
   * The first that is up; the very first when none is, so that its error is told.
   * @param among addresses of those that may be chosen. @default all
   * @returns undefined when none may be chosen
   */
  async firstUp(among?: ReadonlySet<string>): Promise<OllamaServer | undefined> {
    const servers = this.all.filter(({ url }) => among?.has(url) ?? true);
    if (servers.length < 2) return servers[0];
    // All are asked at once: the first of them may hang.
    const answers = servers.map((server) => server.isUp());
    for (const [index, answer] of answers.entries()) if (await inHaste(answer)) return servers[index];
    return servers[await firstTrue(answers)] ?? servers[0];
  }

  /** True as soon as one says so. */
  async isAnyUp(): Promise<boolean> {
    return (await firstTrue(this.all.map((server) => server.isUp()))) >= 0;
  }

  /** Digests of the models by their canonical names, of all servers that list them. @throws when none does */
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

/** Place of the first that turns out to be true; -1 when none does. */
function firstTrue(answers: readonly Promise<boolean>[]): Promise<number> {
  const places = answers.map(async (answer, index) =>
    (await answer) ? index : Promise.reject(new Error('no')),
  );
  return Promise.any(places).catch(() => -1);
}
