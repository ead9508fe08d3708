// Masks the secrets in addresses, and tells which addresses mean this machine. All text that may hold an address passes
// through here before it is printed.
import { withoutQuotes, withoutSlashes } from './trim.js';

const mask = '****';

/** The address to try when the user names none. */
export const defaultOllamaUrl = 'http://127.0.0.1:11434';

/** A server's address without user, password, query, and slash at the end: the name of the server in messages. */
export function whereIs(url: URL): string {
  return url.origin + withoutSlashes(url.pathname);
}

/** A query parameter. A name never reaches into the next one, so that each character is tested once. */
const queryParameter = /([?&]([^=&#?\s"'<>]*)=)[^&#\s"'<>]+/g;

/** Names of query parameters that may carry a secret. */
const secretName = /pass|pwd|key|token|secret|auth|sig|cred/i;

/**
 * The part between the scheme of a URL and its last @, without reaching into the next URL. The pattern begins at the last
 * character of the scheme: otherwise an endless text would be searched again from each of its characters.
 */
const urlCredentials = /([a-z\d+.-]:\/\/)((?:(?!:\/\/)[^\s"'`<>])*)@/gi;

/**
 * Masks a text that is known to be an address, valid or not: a password that wasn't escaped may hold slashes, colons and @.
 */
export function maskAddress(text: string): string {
  const at = text.lastIndexOf('@');
  if (at < 0) return withoutSecretQuery(text);
  const scheme = /^\s*["']?[a-z][a-z\d+.-]*:\/\//i.exec(text)?.[0] ?? '';
  const shown = scheme + maskedUser(text.slice(scheme.length, at)) + text.slice(at);
  return withoutSecretQuery(shown);
}

/** An address, valid or not, without user and password: for a command that people pass on. */
export function withoutCredentials(text: string): string {
  const at = text.lastIndexOf('@');
  if (at < 0) return text;
  return (/^\s*["']?[a-z][a-z\d+.-]*:\/\//i.exec(text)?.[0] ?? '') + text.slice(at + 1);
}

/** Any text, with the addresses in it masked. */
export function maskAddresses(text: string): string {
  if (!text.includes('://')) return text;
  return withoutSecretQuery(
    text.replace(
      urlCredentials,
      (_, scheme: string, credentials: string) => `${scheme}${maskedUser(credentials)}@`,
    ),
  );
}

function withoutSecretQuery(text: string): string {
  return text.replace(queryParameter, (whole, start: string, name: string) =>
    secretName.test(name) ? start + mask : whole,
  );
}

/** A shorter secret may be a part of any word. */
const leastOfSecret = 4;

/**
 * Also masks texts of servers, which may repeat what they were sent. A secret of fewer characters than four is masked in addresses,
 * and where it is quoted or said to be something (`password=a`), not in each word that has its letters.
 */
export function withoutSecrets(text: string, ...secrets: readonly (string | undefined)[]): string {
  let rest = maskAddresses(text);
  for (const secret of secrets) {
    if (secret === undefined || secret === '') continue;
    rest = rest.replaceAll(secret, (found, at: number) =>
      secret.length >= leastOfSecret || isValue(rest, at, at + found.length) ? mask : found,
    );
  }
  return rest;
}

/** Whether this part stands in quotes, or behind a sign that says what it is. */
function isValue(text: string, start: number, end: number): boolean {
  return (
    /["'`=:(]\s?$/.test(text.slice(Math.max(0, start - 2), start)) &&
    !/^[\p{L}\p{N}]/u.test(text.slice(end, end + 2))
  );
}

/** A user helps to recognise an address; one without a password may be a token. */
function maskedUser(credentials: string): string {
  const user = /^[\w.%+-]*(?=:)/.exec(credentials)?.[0];
  return user === undefined ? mask : `${user}:${mask}`;
}

/**
 * Hosts of this machine, for a client: 0.0.0.0 reaches loopback, and 127.1 is 127.0.0.1.
 */
const localHost = String.raw`(?:localhost|127(?:\.\d{1,3}){1,3}|0\.0\.0\.0|\[::1?\])`;
const localCredentials = String.raw`(?:[^@/?#\\\s]*@)?`;

/** Only a URL of Redis may have no host: in others, the path would become the host. */
const localStarts = [
  `${localHost}?`,
  String.raw`https?:\/\/${localCredentials}${localHost}`,
  String.raw`rediss?:\/\/${localCredentials}${localHost}?`,
  // A socket file is here.
  String.raw`unix:\/\/${localCredentials}`,
];
const localAddress = new RegExp(
  String.raw`^(?:${localStarts.join('|')})(?::\d*)?(?:[/?#](?!\/)[^@\\\s]*)?$`,
  'i',
);

/**
 * True when an address means this machine for every parser. False when two parsers might read it in different ways.
 * @param address host, host and port, or URL
 */
export function meansThisMachine(address: string): boolean {
  const text = withoutQuotes(address.trim());
  return text === '::1' || text === '::' || localAddress.test(text);
}
