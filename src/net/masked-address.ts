// Addresses as people may see them, and which of them mean this machine. Whoever prints an address, or
// anything that may hold one, goes through here: what opens a server is never shown.
import { withoutQuotes } from '../text/trim.js';

const MASK = '****';

/** Where an Ollama is looked for when nobody names one. */
export const DEFAULT_OLLAMA_URL = 'http://127.0.0.1:11434';

/** A query parameter. A name never reaches over the begin of the next, so that each sign is looked at once. */
const QUERY = /([?&]([^=&#?\s"'<>]*)=)[^&#\s"'<>]+/g;

/** Names of query parameters that may carry a secret. */
const SECRET_NAME = /pass|pwd|key|token|secret|auth|sig|cred/i;

/**
 * What stands between the scheme of a URL and its last @, without reaching into the next URL. Of the scheme its
 * last sign is enough: a text without end that may be one must not be searched from each of its signs.
 */
const CREDENTIALS = /([a-z\d+.-]:\/\/)((?:(?!:\/\/)[^\s"'`<>])*)@/gi;

/**
 * An address without what opens it, for what is known to be one, whether it can be read or not: passwords
 * hold slashes, colons and @ where nobody escaped them.
 */
export function maskAddress(text: string): string {
  const at = text.lastIndexOf('@');
  if (at < 0) return withoutSecretQuery(text);
  const scheme = /^\s*["']?[a-z][a-z\d+.-]*:\/\//i.exec(text)?.[0] ?? '';
  const shown = scheme + maskedUser(text.slice(scheme.length, at)) + text.slice(at);
  return withoutSecretQuery(shown);
}

/** Any text, with the addresses in it masked. */
export function maskAddresses(text: string): string {
  if (!text.includes('://')) return text;
  return withoutSecretQuery(
    text.replace(
      CREDENTIALS,
      (_, scheme: string, credentials: string) => `${scheme}${maskedUser(credentials)}@`,
    ),
  );
}

function withoutSecretQuery(text: string): string {
  return text.replace(QUERY, (whole, start: string, name: string) =>
    SECRET_NAME.test(name) ? start + MASK : whole,
  );
}

/** Servers may say again what they were sent. */
export function withoutSecrets(text: string, ...secrets: readonly (string | undefined)[]): string {
  return secrets.reduce<string>(
    (rest, secret) => (secret === undefined || secret === '' ? rest : rest.replaceAll(secret, MASK)),
    text,
  );
}

/** A user helps to recognise an address; one without a password may be a token. */
function maskedUser(credentials: string): string {
  const user = /^[\w.%+-]*(?=:)/.exec(credentials)?.[0];
  return user === undefined ? MASK : `${user}:${MASK}`;
}

/**
 * Hosts of this machine, as a client means them: where a server listens everywhere, loopback is what is
 * reached, and 127.1 is 127.0.0.1.
 */
const HERE = String.raw`(?:localhost|127(?:\.\d{1,3}){1,3}|0\.0\.0\.0|\[::1?\])`;
const CREDENTIALS_HERE = String.raw`(?:[^@/?#\\\s]*@)?`;

/** A URL without a host is one of Redis only: elsewhere the path would become the host. */
const STARTS = [
  `${HERE}?`,
  String.raw`https?:\/\/${CREDENTIALS_HERE}${HERE}`,
  String.raw`rediss?:\/\/${CREDENTIALS_HERE}${HERE}?`,
];
const MEANS_HERE = new RegExp(String.raw`^(?:${STARTS.join('|')})(?::\d*)?(?:[/?#](?!\/)[^@\\\s]*)?$`, 'i');

/**
 * Whether an address means this machine, whoever reads it: what two parsers might read unlike doesn't.
 * @param address host, host and port, or URL
 */
export function meansThisMachine(address: string): boolean {
  const text = withoutQuotes(address.trim());
  return text === '::1' || text === '::' || MEANS_HERE.test(text);
}
