// The tokens with which clients may use the gateway, and whose token a request has.
import { createHash, timingSafeEqual } from 'node:crypto';

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
