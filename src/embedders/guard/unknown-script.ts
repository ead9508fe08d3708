// Finds texts in a script that the model never learned. They aren't sent, since all would get nearly the same vector.
import { EmbedderFault } from '../../errors.js';
import type { Embedder } from '../../types/embedder.js';
import { canaryTexts } from './canaries.js';

/** Asked by who wants to know which model this is, such as a run that has a gateway for its server: they say it in any script. */
const canaries: ReadonlySet<string> = new Set(canaryTexts.map(({ text }) => text));

/**
 * The reason not to send a text; undefined when the model knows its script, or its vocabulary is unknown.
 * @param text without the model's prefix
 */
export function unknownScript({ counter, identity }: Embedder, text: string): EmbedderFault | undefined {
  if (!counter.knows || counter.knows(text) || canaries.has(text)) return undefined;
  return new EmbedderFault(
    'unknown-script',
    `${identity.model} does not know the script of this text, and would give it the same vector as any other such text: ` +
      'use a multilingual model, such as bge-m3.',
  );
}
