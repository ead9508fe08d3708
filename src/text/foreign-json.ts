// Checks JSON of servers and caches before it is parsed. A parser takes a hundred bytes for each bracket, so an answer
// within its limit of bytes could still take gigabytes.
import { jsonShape } from './json-shape.js';

/** Shorter texts aren't checked: they take some ten megabytes at most. */
const harmless = 128 * 1024;

const maxLevels = 64;
/** Max parts: a model lists each token of its vocabulary three times, and the largest have about 260,000. */
const maxParts = 3_000_000;
const maxKeys = 500_000;

/**
 * The value of a JSON text.
 * @throws {SyntaxError} when it is not JSON, nests too deep, or has too many keys or values
 */
export function parseForeign(text: Uint8Array | string): unknown {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  if (bytes.length > harmless) {
    const { levels, parts, keys } = jsonShape(bytes);
    if (levels > maxLevels || parts > maxParts || keys > maxKeys) {
      throw new SyntaxError(`JSON of ${levels} levels, ${keys} keys and ${parts} values`);
    }
  }
  return JSON.parse(typeof text === 'string' ? text : Buffer.from(bytes).toString());
}
