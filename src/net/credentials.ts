// User and password in an address, which are sent as Basic.
import { UsageError } from '../errors.js';

/**
 * The value of an `Authorization` header for the user and the password of a URL.
 * @param what names the address, at the start of a sentence
 * @returns undefined when it has none
 * @throws {UsageError} when they are escaped in a wrong way; nothing of them is told
 */
export function basicOf(url: URL, what: string): string | undefined {
  if (url.username === '' && url.password === '') return undefined;
  const [user, password] = [url.username, url.password].map((part) => unescaped(part, what));
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** All forms in which a server may repeat them. */
export function secretsOf(url: URL, what: string): string[] {
  const basic = basicOf(url, what);
  if (basic === undefined) return [];
  return [basic.slice('Basic '.length), url.password, unescaped(url.password, what)].filter(
    (one) => one !== '',
  );
}

/**
 * A text that isn't escaped is read in another way than it was meant: of `redis://u:1#2@host`, the host would be `u`.
 * @param address with or without its scheme
 * @returns true when an @ stands behind what a parser takes for the end of the host
 */
export function isCutShort(address: string): boolean {
  const rest = address.replace(/^\s*[a-z][a-z\d+.-]*:\/\//i, '');
  const end = rest.search(/[/?#\\]/);
  return end >= 0 && rest.includes('@', end);
}

/** What to do about it, for the end of a sentence. */
export const escapes =
  'in a user name or password, write / as %2F, # as %23, ? as %3F, @ as %40 and % as %25';

/** @throws {UsageError} when a % is no escape */
export function unescaped(part: string, what: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // The cause would quote it.
    throw new UsageError(`${what} has a % that is no escape: ${escapes}.`);
  }
}
