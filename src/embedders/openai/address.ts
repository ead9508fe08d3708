// Reads the address of an OpenAI-compatible server: the base URL that its documentation names, mostly with /v1.
import { UsageError } from '../../errors.js';
import { maskAddress } from '../../text/masked-address.js';
import { withoutQuotes, withoutSlashes } from '../../text/trim.js';
import type { ServerAddress } from '../pool/member.js';

/** A server, its weight, and its own name for the model. */
export interface OpenAiAddress extends ServerAddress {
  /** The base URL without `/v1`: there are the routes that OpenAI doesn't have. May hold a user and a password. */
  url: URL;
  /** `/v1`, or nothing where the base URL has none. */
  version: string;
  /** The name under which this server has the model, where it isn't the one of the settings. */
  model?: string | undefined;
}

const example = 'http://127.0.0.1:8080/v1';

/** A client can't connect to the address on which a server listens for everybody. */
const loopback = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['[::]', '[::1]'],
]);

/**
 * Reads a base URL that may end in `#weight=4`, `#model=NAME` or `#weight=4&model=NAME`.
 * @throws {UsageError} when it is no such address
 */
export function parseOpenAiAddress(value: string): OpenAiAddress {
  const given = withoutQuotes(value.trim()).trim();
  const hash = given.indexOf('#');
  const base = hash < 0 ? given : given.slice(0, hash);
  // A # or a / that isn't escaped would end the password, and show the rest of it.
  const isCut = given.includes('@') && !/#(weight|model)=/.test(given.slice(0, given.indexOf('@')));
  if (isCut && !(URL.canParse(base) && new URL(base).password !== '')) {
    throw new UsageError(
      "The password in an OpenAI-compatible server's address can't be read: write # as %23 and / as %2F in it, or set OPENAI_API_KEY instead.",
    );
  }
  const url = baseOf(base);
  const { weight, model } = hash < 0 ? { weight: 1, model: undefined } : wishesOf(given.slice(hash + 1));
  const path = withoutSlashes(url.pathname);
  const version = /\/v1$/.exec(path)?.[0] ?? '';
  url.pathname = path.slice(0, path.length - version.length);
  return { url, version, weight, model };
}

/** The base URL as a user names it, without a slash at its end and without credentials. */
export function baseUrlOf({ url, version }: Pick<OpenAiAddress, 'url' | 'version'>): string {
  return url.origin + withoutSlashes(url.pathname) + version;
}

function baseOf(text: string): URL {
  const wrong = (why: string) =>
    new UsageError(
      `"${maskAddress(text)}" is no base URL of an OpenAI-compatible server (${why}): write ${example}.`,
    );
  if (!/^https?:\/\//i.test(text)) throw wrong('it must start with http:// or https://');
  if (!URL.canParse(text)) throw wrong('it is not a URL');
  const url = new URL(text);
  if (url.search !== '') throw wrong('it must not hold a question mark');
  if (/\/embeddings\/*$/.test(url.pathname)) throw wrong('/embeddings is added to it: leave that out');
  url.hostname = loopback.get(url.hostname) ?? url.hostname;
  return url;
}

function wishesOf(fragment: string): { weight: number; model: string | undefined } {
  const wishes = { weight: 1, model: undefined as string | undefined };
  for (const part of fragment.split('&')) {
    const [, name, text] = /^(weight|model)=(.+)$/.exec(part) ?? [];
    const weight = name === 'weight' && /^\d+(\.\d+)?$/.test(text!) ? Number(text) : 0;
    if (weight > 0) wishes.weight = weight;
    else if (name === 'model') wishes.model = text;
    else {
      throw new UsageError(
        `Expected weight=N (a number above 0) or model=NAME after the # of an address, got "${part}": write ${example}#weight=4.`,
      );
    }
  }
  return wishes;
}
