// Measures the vector space of an embedder by a few fixed texts. The digest of a model is not
// enough: two releases of Ollama may give different vectors for the same weights.
import { EmbedderFault } from '../../errors.js';
import type { Embedder, EmbedOptions } from '../../types/embedder.js';
import type { VectorSpace } from '../../types/space.js';
import type { Vector } from '../../types/vector.js';
import { spaceId } from '../../vectors/space-json.js';

export interface Canary {
  /** For messages. */
  name: string;
  text: string;
}

const sentence =
  'The archive keeps every letter that the harbour master wrote between the two great storms, sorted by ' +
  'year and by ship, with notes about cargo, weather and the people who came ashore. ';

/** A text that fills much of a window: 100 words, or 50 for a small window. */
function long(words: number): string {
  const all = sentence.repeat(4).split(' ');
  return all.slice(0, words).join(' ');
}

/**
 * Never change these: the spaces of all outputs and caches were measured with them. They cover cases in which servers
 * were seen to differ (accents, other alphabets), and cases in which they might (white space, length).
 */
export const canaryTexts: readonly Canary[] = [
  { name: 'plain English', text: 'The quick brown fox jumps over the lazy dog.' },
  {
    name: 'naïve café',
    text: 'A naïve résumé from the café in Zürich, at the corner of Straße and Ångström.',
  },
  { name: 'Ελληνικά', text: 'Ελληνικά και русский текст' },
  { name: '日本語', text: '日本語のテキストと中文文本，还有한국어。' },
  { name: 'code', text: 'for (let i = 0; i < n; i++) {\n\tsum += a[i] ** 2;\n}\n' },
  { name: 'a long text', text: long(100) },
];

/** With a window of fewer tokens, the long text is shorter. */
const smallWindow = 256;

/**
 * The canaries that fit an embedder: all before the first that doesn't. Only its window decides, so that it always gets
 * the same ones.
 */
export function canariesFor(embedder: Embedder): Canary[] {
  const { counter, maxTokens, identity } = embedder;
  const room = maxTokens - counter.special - counter.count(identity.prefixes.document);
  const last = canaryTexts.length - 1;
  const canaries = canaryTexts.map((canary, index) =>
    index === last && maxTokens < smallWindow ? { ...canary, text: long(50) } : canary,
  );
  const tooLong = canaries.findIndex((canary) => counter.count(canary.text) > room);
  return tooLong < 0 ? canaries : canaries.slice(0, tooLong);
}

/**
 * Measures the space of an embedder with one request.
 * @throws {EmbedderFault} when the request fails
 */
export async function measureSpace(embedder: Embedder, options: EmbedOptions = {}): Promise<VectorSpace> {
  return spaceOf(embedder, await embedder.embed(canaryTextsOf(embedder), options));
}

/**
 * The texts to send for measuring the space of an embedder.
 * @throws {EmbedderFault} `refused` when no canary fits it
 */
export function canaryTextsOf(embedder: Embedder): string[] {
  const { identity, maxTokens } = embedder;
  const canaries = canariesFor(embedder);
  if (canaries.length === 0) {
    throw new EmbedderFault('refused', `${identity.model} takes ${maxTokens} tokens, too few to use.`);
  }
  return canaries.map((canary) => identity.prefixes.document + canary.text);
}

/** The space of an embedder, from the vectors of its canary texts. */
export function spaceOf(embedder: Embedder, canaries: Vector[]): VectorSpace {
  const space = { ...embedder.identity, canaries };
  return { ...space, id: spaceId(space) };
}
