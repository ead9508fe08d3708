// Scripted servers as endpoints, for the tests of what stands around them.

import { openOllamaEmbedder } from '../../src/embedders/ollama/embedder.js';
import type { Member, ServerEmbedder } from '../../src/embedders/pool/member.js';
import { type OllamaOptions, startOllama, type TestOllama } from '../helpers/ollama.js';

export class Servers {
  readonly all: TestOllama[] = [];
  readonly #closers: (() => Promise<unknown>)[] = [];

  async start(options: OllamaOptions = {}): Promise<TestOllama> {
    const server = await startOllama(options);
    this.all.push(server);
    this.#closers.push(() => server.stop());
    return server;
  }

  async open(
    server: TestOllama,
    options: Partial<Parameters<typeof openOllamaEmbedder>[0]> = {},
  ): Promise<ServerEmbedder> {
    const embedder = await openOllamaEmbedder({
      url: new URL(server.url),
      model: 'all-minilm',
      batchTimeoutMs: 20_000,
      ...options,
    });
    this.#closers.push(() => embedder.close());
    return embedder;
  }

  async member(server: TestOllama, changes: Partial<Member> = {}): Promise<Member> {
    const embedder = await this.open(server);
    const { url, where } = embedder;
    return { url, where, weight: 1, embedder, msPerToken: () => embedder.msPerToken, ...changes };
  }

  async stop(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close();
    this.all.length = 0;
  }
}
