// Tells how a server is asked: directly or by a proxy, and with which credentials.
import type { Access } from '../../embedders/server-client.js';
import { wayTo } from '../../net/choose-proxy.js';
import { command } from '../../text/plural.js';
import type { Finding } from '../check.js';

/**
 * Undefined where it is as everybody expects: directly, and without credentials.
 * @param keyName the variable of the key
 * @throws {UsageError} when the proxy's address can't be used
 */
export function wayFinding(
  url: URL,
  { apiKey, proxies }: Access,
  keyName: 'OLLAMA_API_KEY' | 'OPENAI_API_KEY',
): Finding | undefined {
  const way = wayTo(url, proxies);
  const isLogin = url.username !== '' || url.password !== '';
  const variable = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const ways = {
    unset: 'directly',
    loopback: 'directly: what is on this machine never goes by a proxy',
    listed: `directly: NO_PROXY names it, so ${variable} doesn't count`,
  };
  const credentials = isLogin
    ? ', with the user and the password of its address'
    : apiKey
      ? `, with ${keyName}`
      : '';
  if (way === 'unset' && credentials === '') return undefined;
  const how = typeof way === 'string' ? ways[way] : `by the proxy ${way.shown} (${way.variable})`;
  return { status: 'ok', seen: how + credentials };
}

/** The command that shows what a proxy says. */
export function proxyCommand(address: string, variable: 'HTTP_PROXY' | 'HTTPS_PROXY'): string {
  return `curl -v -m 5 -x "$${variable}" ${command`${`${address}/api/version`}`}`;
}
