// A scripted agent: a client of the protocol, connected to indexes in this process.
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { onTestFinished } from 'vitest';
import { openIndexes } from '../../src/commands/indexes/open-indexes.js';
import { ingest } from '../../src/commands/ingest.js';
import { loadSettings } from '../../src/config/load.js';
import type { Settings } from '../../src/config/settings.js';
import { loadSdk } from '../../src/mcp/sdk.js';
import { makeServer } from '../../src/mcp/server.js';

/** Settings for a folder of a test; its output is `embeddings` there. */
export async function settingsIn(dir: string, more: Partial<Settings>): Promise<Settings> {
  const { settings } = await loadSettings({ env: {}, cwd: dir });
  return { ...settings, cache: 'none', out: join(dir, 'embeddings'), ...more };
}

export const index = (dir: string, settings: Settings) => ingest({ paths: ['docs'], cwd: dir, settings });

export interface Agent {
  client: Client;
  /** The JSON that a tool answers. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of it.
  ask(tool: string, args?: object): Promise<any>;
  /** The sentence with which a tool fails. */
  failure(tool: string, args?: object): Promise<string>;
  /** What went wrong unexpectedly. */
  failed: unknown[];
}

export async function startAgent(
  settings: Settings,
  options: { in?: string[]; allowIngest?: boolean; maxBytes?: number } = {},
): Promise<Agent> {
  const failed: unknown[] = [];
  const indexes = openIndexes({ maxBytes: 64 * 1024 ** 2, ...options, settings });
  const server = makeServer({ indexes, sdk: await loadSdk(), onFailed: (error) => failed.push(error) });
  const client = new Client({ name: 'agent', version: '1' });
  const [near, far] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(far), client.connect(near)]);
  onTestFinished(async () => {
    await client.close();
    await indexes.close();
  });
  const call = async (name: string, args: object = {}) => {
    const { isError = false, content } = await client.callTool({ name, arguments: { ...args } });
    const [{ text }] = content as [{ text: string }];
    return { isError, text };
  };
  return {
    client,
    failed,
    async ask(name, args) {
      const { isError, text } = await call(name, args);
      if (isError) throw new Error(text);
      return JSON.parse(text);
    },
    async failure(name, args) {
      const { isError, text } = await call(name, args);
      if (!isError) throw new Error(`expected a failure, got ${text}`);
      return text;
    },
  };
}
