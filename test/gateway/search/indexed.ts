// A gateway with an index of a few documents, which end with the test.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openIndexes } from '../../../src/commands/indexes/open-indexes.js';
import { ingest } from '../../../src/commands/ingest.js';
import type { Settings } from '../../../src/config/settings.js';
import type { GatewayOptions } from '../../../src/gateway/options.js';
import { makeWorkspace } from '../../helpers/cli.js';
import type { TestOllama } from '../../helpers/ollama.js';
import { gateway, ollama, settingsWith } from '../gateways.js';

export interface Indexed {
  url: string;
  /** The output. */
  out: string;
  settings: Settings;
  server: TestOllama;
  write(name: string, text: string): void;
  /** Brings the output up to date, as another process would. */
  ingest(): Promise<unknown>;
}

export async function indexed(
  documents: Record<string, string>,
  { maxBytes = 1024 ** 2, ...options }: Omit<GatewayOptions, 'settings'> & { maxBytes?: number } = {},
): Promise<Indexed> {
  const workspace = makeWorkspace();
  onTestFinished(() => workspace.remove());
  const server = await ollama();
  const out = join(workspace.dir, 'embeddings');
  const changes = { ollamaUrl: [server.url], model: 'all-minilm', out };
  const settings = await settingsWith(changes);
  mkdirSync(join(workspace.dir, 'docs'));
  const write = (name: string, text: string) => writeFileSync(join(workspace.dir, 'docs', name), text);
  for (const [name, text] of Object.entries(documents)) write(name, text);
  const update = () => ingest({ paths: ['docs'], cwd: workspace.dir, settings });
  await update();
  const indexes = openIndexes({ in: [`docs=${out}`], settings, maxBytes });
  onTestFinished(() => indexes.close());
  const { url } = await gateway(changes, { ...options, indexes });
  return { url, out, settings, server, write, ingest: update };
}
