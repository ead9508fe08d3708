// Reads the tokens of a gateway that have names. What is wrong is told without any of them.
import { UsageError } from '../../errors.js';
import { readForeign } from '../../files/foreign-file.js';
import { isObject } from '../../text/plain-json.js';

const maxFileBytes = 1024 * 1024;
const maxTokens = 1000;
const rightName = /^[\w.@-]{1,64}$/;

/**
 * @param given the path of a JSON file, or the JSON itself: an object with tokens by the names of who has them
 * @throws {UsageError}
 */
export function readTokens(given: string): { [name: string]: string } {
  const isJson = given.trimStart().startsWith('{');
  const origin = isJson ? 'EMBED_SERVE_TOKENS' : given;
  const wrong = (what: string) => new UsageError(`The tokens of ${origin} can't be used: ${what}.`);
  let value: unknown;
  try {
    value = JSON.parse(isJson ? given : readForeign(given, maxFileBytes).toString());
  } catch (error) {
    const { code } = error as { code?: string };
    throw wrong(
      code === undefined ? 'they are no JSON such as {"wiki": "…"}' : `the file can't be read (${code})`,
    );
  }
  if (!isObject(value)) {
    throw wrong('expected an object such as {"wiki": "…"}');
  }
  const all = Object.entries(value);
  if (all.length === 0 || all.length > maxTokens) throw wrong(`expected 1 to ${maxTokens} of them`);
  for (const [name, token] of all) {
    if (!rightName.test(name)) throw wrong('names have 1 to 64 letters, digits, dots, dashes and @');
    if (typeof token !== 'string' || token.trim() === '') throw wrong(`that of "${name}" is no text`);
  }
  if (new Set(all.map(([, token]) => token)).size < all.length) throw wrong('two names have the same one');
  return Object.fromEntries(all) as { [name: string]: string };
}
