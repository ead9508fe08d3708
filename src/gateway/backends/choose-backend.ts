// Chooses the backend: the queue, or the one asked for by name, else an Ollama on the default address, else the built-in
// embedder.
import type { Settings } from '../../config/settings.js';
import { baseUrlOf } from '../../embedders/openai/address.js';
import { UsageError } from '../../errors.js';
import type { RunEvents } from '../../events.js';
import { whereIs } from '../../text/masked-address.js';
import { openAiAddresses } from '../../upstream/open-openai.js';
import { poolAddresses } from '../../upstream/pool-addresses.js';
import { isLoopback } from '../http/local-host.js';
import type { Backend } from './backend.js';
import { BuiltinBackend } from './builtin.js';
import { OllamaBackend } from './ollama.js';
import { OpenAiBackend } from './openai.js';

export interface BackendOptions {
  settings: Settings;
  ownsCredentials: boolean;
  /** The address on which the gateway will listen. */
  self: { host: string; port: number };
  events: RunEvents;
  onChange(): void;
}

/**
 * @throws {UsageError} when an address is invalid, or is the gateway's own
 * @throws {ServiceError} when the Redis of the queue can't be used
 */
export async function openBackend(options: BackendOptions): Promise<Backend> {
  const { settings, events } = options;
  const { embedder, model, ollamaUrl, queue, queueName } = settings;
  if (queue !== undefined) {
    const { QueueBackend } = await import('./queue.js');
    return await QueueBackend.open(queue, queueName);
  }
  if (embedder === 'builtin') return new BuiltinBackend();
  if (embedder === 'openai') {
    for (const address of openAiAddresses(settings))
      refuseSelf(address.url, baseUrlOf(address), '--url', options.self);
    return new OpenAiBackend(options);
  }
  const isNamed = embedder === 'ollama' || model !== undefined || ollamaUrl !== undefined;
  if (isNamed) {
    for (const { url } of poolAddresses(settings)) {
      refuseSelf(url, whereIs(url), '--ollama-url', options.self);
    }
  }
  const ollama = new OllamaBackend(options);
  if (isNamed || (await ollama.isUp())) return ollama;
  await ollama.close();
  events.notice(
    'No Ollama found: serving the built-in embedder. For Ollama: start it, or name one with --ollama-url.',
    'builtin-used',
  );
  return new BuiltinBackend();
}

/** Users may set OLLAMA_HOST to the gateway's own address for all programs: the gateway would then call itself. */
function refuseSelf(url: URL, address: string, flag: string, self: BackendOptions['self']): void {
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isSame = host === self.host || (isLoopback(host) && (isLoopback(self.host) || isAny(self.host)));
  if (port !== self.port || !isSame) return;
  throw new UsageError(
    `${address} is the gateway's own address: name the server behind it with ${flag}, or use another --port.`,
  );
}

function isAny(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
