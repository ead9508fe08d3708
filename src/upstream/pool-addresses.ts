// The servers of a pool: those of `ollamaUrl`, of which some may be asked by OpenAI's API (`openai+http://host:8080/v1`).
import type { Settings } from '../config/settings.js';
import { defaultUrl, parseOllamaAddress } from '../embedders/ollama/host.js';
import { type OpenAiAddress, parseOpenAiAddress } from '../embedders/openai/address.js';
import type { ServerAddress } from '../embedders/pool/member.js';
import { UsageError } from '../errors.js';
import { isOfOpenAi, withoutApi } from '../net/server-api.js';

/** A server of a pool that an Ollama leads. */
export type PoolAddress = (ServerAddress & { api: 'ollama' }) | (OpenAiAddress & { api: 'openai' });

/**
 * The servers in their order; the one on the default address where none is named.
 * @throws {UsageError} when an address is invalid, or the first is no Ollama
 */
export function poolAddresses({ ollamaUrl = [defaultUrl] }: Pick<Settings, 'ollamaUrl'>): PoolAddress[] {
  return ollamaUrl.map(parsePoolAddress);
}

/**
 * @param place in the list
 * @throws {UsageError} when the address is invalid, or the first and that of no Ollama
 */
export function parsePoolAddress(address: string, place: number): PoolAddress {
  if (!isOfOpenAi(address)) return { api: 'ollama', ...parseOllamaAddress(address) };
  if (place > 0) return { api: 'openai', ...parseOpenAiAddress(withoutApi(address)) };
  throw new UsageError(
    'The first address gives the vector space, so it must be that of an Ollama: name one before openai+…, or use --embedder openai --url.',
  );
}

/** Those that are asked by Ollama's API. @throws {UsageError} as {@link poolAddresses} */
export function ollamaAddresses(settings: Pick<Settings, 'ollamaUrl'>): ServerAddress[] {
  return poolAddresses(settings).filter(({ api }) => api === 'ollama');
}
