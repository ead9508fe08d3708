// Measures the vector space of an embedder by a few fixed texts, and compares two spaces. The digest of a model is not
// enough: two releases of Ollama may give different vectors for the same weights.
import { EmbedderFault } from '../../errors.js';
import type { Embedder, EmbedderIdentity, EmbedOptions, Vector, VectorSpace } from '../../types.js';
import { spaceId } from '../../vectors/vector-space.js';

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
export const CANARY_TEXTS: readonly Canary[] = [
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
  const last = CANARY_TEXTS.length - 1;
  const canaries = CANARY_TEXTS.map((canary, index) =>
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

/** Min cosine of the same text. It allows for float noise (batching and GPUs change a cosine by up to 1e-3), but not for another tokenizer. */
export const leastCosine = 0.999;

export type SpaceComparison = { same: true } | { same: false; reason: string };

/** Tells whether vectors of two spaces may be compared, and if not, what changed from `known` to `measured`. */
export function compareSpaces(known: VectorSpace, measured: VectorSpace): SpaceComparison {
  for (const [name, read] of Object.entries(parts)) {
    const before = read(known);
    const now = read(measured);
    if (before !== now) return { same: false, reason: `${name}: ${short(before)}, now ${short(now)}` };
  }
  let lowest = { cosine: Number.POSITIVE_INFINITY, name: '' };
  for (const [index, canary] of known.canaries.entries()) {
    const likeness = cosine(canary, measured.canaries[index]!);
    if (likeness < lowest.cosine)
      lowest = { cosine: likeness, name: CANARY_TEXTS[index]?.name ?? String(index) };
  }
  if (lowest.cosine >= leastCosine) return { same: true };
  return { same: false, reason: `canary "${lowest.name}": cosine ${lowest.cosine.toFixed(2)}` };
}

/** Canaries in letters that every model knows. Of the other canaries, a model may see only unknown tokens. */
const KNOWN_LETTERS: ReadonlySet<string> = new Set(['plain English', 'naïve café', 'code', 'a long text']);

/** Names two unlike canaries with the same vector; undefined when there are none. */
export function likenessOf({ canaries }: VectorSpace): string | undefined {
  const known = CANARY_TEXTS.map(({ name }, index) => ({ name, vector: canaries[index] })).filter(
    (one) => one.vector !== undefined && KNOWN_LETTERS.has(one.name),
  );
  for (const [index, { name, vector }] of known.entries()) {
    const other = known.slice(index + 1).find((one) => cosine(vector!, one.vector!) >= leastCosine);
    if (other) return `"${name}" and "${other.name}"`;
  }
  return undefined;
}

/** All parts that must be equal, by their names in the message. */
const parts: { [name: string]: (space: VectorSpace) => string } = {
  embedder: (space) => space.embedder,
  engine: (space) => space.variant,
  model: (space) => space.model,
  digest: (space) => space.digest,
  dimensions: (space) => String(space.dimensions),
  options: (space) => sorted(space.options),
  'document prefix': (space) => JSON.stringify(space.prefixes.document),
  'query prefix': (space) => JSON.stringify(space.prefixes.query),
  'number of canaries': (space) => String(space.canaries.length),
};

function sorted(options: EmbedderIdentity['options']): string {
  return JSON.stringify(Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function short(value: string): string {
  return /^[0-9a-f]{32,}$/.test(value) ? value.slice(0, 12) : value || 'none';
}

/** The cosine of two accepted vectors. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
