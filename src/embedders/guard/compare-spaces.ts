// Tells two vector spaces apart: what they are made with has to be equal, and their canaries have to be alike.
import type { EmbedderIdentity } from '../../types/embedder.js';
import type { VectorSpace } from '../../types/space.js';
import { canaryTexts } from './canaries.js';

/** Min cosine of the same text. It allows for float noise (batching and GPUs change a cosine by up to 1e-3), but not for another tokenizer. */
export const minCosine = 0.999;

export type SpaceComparison = { same: true } | { same: false; reason: string };

/** Tells whether vectors of two spaces may be compared, and if not, what changed from `known` to `measured`. */
export function compareSpaces(known: VectorSpace, measured: VectorSpace): SpaceComparison {
  return compare(known, measured, Object.entries(parts));
}

/**
 * The same for two servers of one pool. One that is asked by another API has its own name for the model, and no digest:
 * dimensions, prefixes and canaries decide.
 */
export function compareServers(known: VectorSpace, measured: VectorSpace): SpaceComparison {
  if (known.embedder === measured.embedder) return compareSpaces(known, measured);
  const shared = Object.entries(parts).filter(([name]) => !ofOneApi.has(name));
  return compare(known, measured, shared);
}

function compare(
  known: VectorSpace,
  measured: VectorSpace,
  wanted: readonly (readonly [string, (space: VectorSpace) => string])[],
): SpaceComparison {
  for (const [name, read] of wanted) {
    const before = read(known);
    const now = read(measured);
    if (before !== now) return { same: false, reason: `${name}: ${short(before)}, now ${short(now)}` };
  }
  let lowest = { cosine: Number.POSITIVE_INFINITY, name: '' };
  for (const [index, canary] of known.canaries.entries()) {
    const likeness = cosine(canary, measured.canaries[index]!);
    if (likeness < lowest.cosine)
      lowest = { cosine: likeness, name: canaryTexts[index]?.name ?? String(index) };
  }
  if (lowest.cosine >= minCosine) return { same: true };
  return { same: false, reason: `canary "${lowest.name}": cosine ${lowest.cosine.toFixed(2)}` };
}

/** Canaries in letters that every model knows. Of the other canaries, a model may see only unknown tokens. */
const knownLetters: ReadonlySet<string> = new Set(['plain English', 'naïve café', 'code', 'a long text']);

/** Names two unlike canaries with the same vector; undefined when there are none. */
export function likenessOf({ canaries }: VectorSpace): string | undefined {
  const known = canaryTexts
    .map(({ name }, index) => ({ name, vector: canaries[index] }))
    .filter((one) => one.vector !== undefined && knownLetters.has(one.name));
  for (const [index, { name, vector }] of known.entries()) {
    const other = known.slice(index + 1).find((one) => cosine(vector!, one.vector!) >= minCosine);
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

/** What two APIs say in different ways, or not at all. */
const ofOneApi: ReadonlySet<string> = new Set(['embedder', 'engine', 'model', 'digest']);

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
