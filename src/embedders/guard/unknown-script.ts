// Texts in a script that the model never learned: they aren't sent, since their vectors would all be alike.
import { EmbedderFault } from '../../errors.js';
import type { Embedder } from '../../types.js';

/**
 * Why a text is not sent; undefined where the model knows its script, or nothing is known of its vocabulary.
 * @param text without the model's prefix
 */
export function unknownScript({ counter, identity }: Embedder, text: string): EmbedderFault | undefined {
  if (!counter.knows || counter.knows(text)) return undefined;
  return new EmbedderFault(
    'unknown-script',
    `${identity.model} does not know the script of this text, and would give it the vector of any other such text: ` +
      'use a multilingual model, such as bge-m3.',
  );
}
