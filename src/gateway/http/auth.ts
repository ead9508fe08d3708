// Decides which clients may use the gateway: those with one of its tokens. Without tokens: those that use an address which
// a web page can't fake.
import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';

/** Who has a token; the one without a name has none. */
export interface Holder {
  name: string | undefined;
}

/** The tokens that clients may have. */
export class Tokens {
  readonly #holders: { digest: Buffer; holder: Holder }[] = [];

  /**
   * @param token one without a name
   * @param named tokens by the names of those who have them
   */
  constructor(token: string | undefined, named: { readonly [name: string]: string } = {}) {
    if (token !== undefined) this.#holders.push({ digest: digestOf(token), holder: { name: undefined } });
    for (const [name, one] of Object.entries(named)) {
      this.#holders.push({ digest: digestOf(one), holder: { name } });
    }
  }

  /** True when everybody is let in. */
  get areNone(): boolean {
    return this.#holders.length === 0;
  }

  /** Whose token is in an `Authorization` header; all are compared, in constant time. */
  holderOf(header: string | undefined): Holder | undefined {
    const given = /^bearer +(.*)$/is.exec(header ?? '')?.[1] ?? '';
    if (given === '') return undefined;
    const digest = digestOf(given);
    let found: Holder | undefined;
    for (const { digest: wanted, holder } of this.#holders) {
      if (timingSafeEqual(digest, wanted)) found = holder;
    }
    return found;
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** True when only this machine can reach a server that listens on this address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/**
 * True when a `Host` header may be answered without a token. A web page at `evil.example` can have that name resolve
 * to 127.0.0.1, and then read the gateway's answers (DNS rebinding). It can't do that with an IP address or
 * `*.localhost`. `*.local` and `*.internal` are not allowed: other machines of the network can give such names.
 */
export function isLocalHost(header: string | undefined): boolean {
  if (header === undefined || header === '') return true;
  const bracketed = /^\[([^\]]*)\](:\d+)?$/.exec(header)?.[1];
  const name = (bracketed ?? header.replace(/:\d+$/, '')).toLowerCase();
  if (isIP(name) !== 0 || name === 'localhost' || name === hostname().toLowerCase()) return true;
  return name.endsWith('.localhost');
}
