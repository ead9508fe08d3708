// Servers that no proxy is used for, as NO_PROXY lists them. Read as Go's programs read it, so that Ollama and this
// program go the same way: domains with their subdomains, addresses, ranges of addresses, each with a port where it has
// one, and `*` for all.
import { BlockList, isIP } from 'node:net';
import { domainToASCII } from 'node:url';

/** True when an entry covers the server. */
type Matcher = (host: string, port: string) => boolean;

/** What a list says of servers. Entries that mean nothing are left out, as elsewhere. */
export function noProxyMatcher(list: readonly string[]): Matcher {
  const entries = list.flatMap((text) => text.toLowerCase().split(/[\s,]+/)).filter((entry) => entry !== '');
  if (entries.includes('*')) return () => true;
  const matchers = entries.map(matcherOf).filter((matcher) => matcher !== undefined);
  return (host, port) => matchers.some((matches) => matches(host, port));
}

/** True for this machine itself: what listens there is never reached by a proxy. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || inRange(loopback, host);
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

function matcherOf(entry: string): Matcher | undefined {
  const [, network = '', prefix] = /^([^/]*)\/(\d{1,3})$/.exec(entry) ?? [];
  if (prefix !== undefined) return rangeMatcher(withoutBrackets(network), Number(prefix));
  const { host, port } = splitPort(entry);
  const onPort = (matches: (host: string) => boolean): Matcher => {
    return (asked, askedPort) => (port === '' || port === askedPort) && matches(asked);
  };
  const version = isIP(host);
  if (version !== 0) {
    const address = new BlockList();
    address.addAddress(host, version === 4 ? 'ipv4' : 'ipv6');
    return onPort((asked) => inRange(address, asked));
  }
  // `*.example.org` and `.example.org` are its subdomains only, `example.org` is itself as well.
  const name = host.replace(/^\*(?=\.)/, '').replace(/(?<=[^.])\.$/, '');
  const isWhole = !name.startsWith('.');
  const domain = domainToASCII(name.replace(/^\./, ''));
  if (domain === '') return undefined;
  return onPort((asked) => (isWhole && asked === domain) || asked.endsWith(`.${domain}`));
}

function rangeMatcher(network: string, prefix: number): Matcher | undefined {
  const version = isIP(network);
  if (version === 0 || prefix > (version === 4 ? 32 : 128)) return undefined;
  const range = new BlockList();
  range.addSubnet(network, prefix, version === 4 ? 'ipv4' : 'ipv6');
  return (asked) => inRange(range, asked);
}

function inRange(range: BlockList, host: string): boolean {
  const version = isIP(host);
  return version !== 0 && range.check(host, version === 4 ? 'ipv4' : 'ipv6');
}

/** `host`, `host:port`, `[v6]`, `[v6]:port` or `v6`. */
function splitPort(entry: string): { host: string; port: string } {
  if (isIP(entry) !== 0) return { host: entry, port: '' };
  const [, host = entry, port = ''] = /^(.*):(\d*)$/.exec(entry) ?? [];
  return { host: withoutBrackets(host), port };
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}
