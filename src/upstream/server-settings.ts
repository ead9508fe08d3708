// What the settings say of the texts that a server's model gets. What isn't set is as the existing output has it, so that
// a prefix or a limit that was set once needn't be set again.
import type { Settings } from '../config/settings.js';
import type { ProxySettings } from '../net/choose-proxy.js';
import type { HttpClient } from '../net/connections.js';
import type { Prefixes } from '../types/embedder.js';
import type { VectorSpace } from '../types/space.js';

/** The ways to all servers. */
export function waysOf({ httpProxy, httpsProxy, noProxy, httpClient }: Settings): {
  proxies: ProxySettings;
  httpClient: HttpClient;
} {
  return { proxies: { httpProxy, httpsProxy, noProxy }, httpClient };
}

/** @param previous the space of the existing output, if any */
export function limitsOfText(
  { documentPrefix, queryPrefix, maxTokens }: Settings,
  embedder: 'ollama' | 'openai',
  previous: VectorSpace | undefined,
): { prefixes: Partial<Prefixes>; maxTokens: number | undefined } {
  const known = previous?.embedder === embedder ? previous : undefined;
  const pinned = known?.options.maxTokens;
  return {
    prefixes: {
      ...known?.prefixes,
      ...(documentPrefix !== undefined && { document: documentPrefix }),
      ...(queryPrefix !== undefined && { query: queryPrefix }),
    },
    maxTokens: maxTokens ?? (typeof pinned === 'number' ? pinned : undefined),
  };
}
