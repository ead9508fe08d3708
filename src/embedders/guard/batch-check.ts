// Measures what a server gives: the vector space by single texts, and whether a batch gives each of its texts that
// same vector. Real ones didn't: from the 8th text on, the last only, above 16 texts, in another order.
import { EmbedderFault, WrongVectorsError } from '../../errors.js';
import { isOfText } from '../../fault-policy.js';
import type { Embedder, Vector, VectorSpace } from '../../types.js';
import { wrapped } from '../retry.js';
import { canaryTextsOf, cosine, leastCosine, likenessOf, spaceOf } from './canaries.js';

/** What stands between the canaries: short, since every token costs a slow server its time, and unlike. One for two places. */
const FILLERS = (
  'river lamp butter engine violin winter copper garden needle thunder market pepper anchor silver window puppet ' +
  'desert candle tiger bridge cotton doctor island marble rocket saddle temple velvet walnut yellow zebra basket'
).split(' ');

export interface MeasureOptions {
  /** The embedder in messages: `Ollama at http://…`. */
  where: string;
  /** Texts of the largest batch that will be sent; 1: none will. */
  batchSize: number;
  signal: AbortSignal;
}

/** What a server gives. */
export interface Measured {
  /** By single texts: what no batch can spoil. */
  space: VectorSpace;
  /** How a batch differs from single texts, as a phrase; undefined when it doesn't. */
  unlike?: string | undefined;
  /** Tokens of the batch that was compared; absent where none was. */
  batchTokens?: number;
  /** How long the first answer took, in ms; the model may have been loaded for it. */
  firstAnswerMs: number;
}

/**
 * Sends each canary alone, and one batch with the canaries among other texts.
 * @throws {EmbedderFault} when a request fails
 * @throws {WrongVectorsError} when unlike texts get one vector
 */
export async function measureServer(embedder: Embedder, options: MeasureOptions): Promise<Measured> {
  const { where, batchSize, signal } = options;
  const alone = await measureAlone(embedder, signal);
  refuseOneVector(alone.space, where);
  if (batchSize < 2) return alone;
  const { unlike, tokens } = await compareBatch(embedder, alone.space, batchSize, signal);
  return { ...alone, unlike, batchTokens: tokens };
}

/**
 * The space of an embedder, by a request for each canary.
 * @throws {EmbedderFault} when a request fails
 */
export async function measureAlone(
  embedder: Embedder,
  signal: AbortSignal,
  leastMs?: number,
): Promise<Pick<Measured, 'space' | 'firstAnswerMs'>> {
  const canaries: Vector[] = [];
  const start = performance.now();
  let firstAnswerMs = 0;
  for (const text of canaryTextsOf(embedder)) {
    const [vector] = await embedder.embed([text], { signal, leastMs });
    if (!vector) throw new EmbedderFault('bad-answer', 'The embedder gives no vector for a single text.');
    canaries.push(vector.slice());
    if (canaries.length === 1) firstAnswerMs = performance.now() - start;
  }
  return { space: spaceOf(embedder, canaries), firstAnswerMs };
}

/** @throws {WrongVectorsError} when unlike canaries have one vector */
export function refuseOneVector(space: VectorSpace, where: string): void {
  const alike = likenessOf(space);
  if (alike === undefined) return;
  throw new WrongVectorsError(
    `${where} gives unlike texts one and the same vector (${alike}) with "${space.model}": such an index finds nothing; ` +
      'pull the model again, or use another model or another release.',
  );
}

/** An embedder that sends every text alone. Answers come in the order of the texts. */
export function withSingles(embedder: Embedder): Embedder {
  return wrapped(embedder, async (texts, { tokens: _, ...options } = {}) => {
    const vectors: Vector[] = [];
    for (const text of texts) vectors.push((await embedder.embed([text], options))[0]!);
    return vectors;
  });
}

/** What is said once of a server whose batches differ. @param unlike of {@link Measured} */
export function unlikeSentence(where: string, unlike: string): string {
  return (
    `${where} gives a text another vector in a batch than alone (${unlike}): each text is sent alone from now on, ` +
    'which takes longer; use another release, and make what was made with its batches anew by --rebuild.'
  );
}

/** How the vectors of a batch differ from those of its texts alone. */
export interface BatchComparison {
  /** As a phrase; undefined when they don't. */
  unlike: string | undefined;
  /** Of the vectors that were compared; 0 where the batch failed. */
  lowestCosine: number;
  /** Of the batch. */
  tokens: number;
}

/** What stands at a place of the batch, and what its vector is compared with. */
interface Place {
  text: string;
  /** The vector of the text alone, where that is known. */
  alone?: Vector | undefined;
  /** Another place with the same text, which comes before it. */
  twin?: number;
}

/** By how much the second half of the fillers is turned: a fault with a period shall not meet both of a pair. */
const TURN = 5;

/**
 * A batch in which every place can be held to something: canaries at its front, at its end and evenly between, for
 * what is wrong in many places, and each filler at two places far apart, for what is wrong in few.
 */
function batchOf(texts: readonly string[], { canaries, prefixes }: VectorSpace, size: number): Place[] {
  const places = new Array<Place | undefined>(size).fill(undefined);
  const canary = (index: number): Place => ({ text: texts[index]!, alone: canaries[index] });
  const step = (size - 1) / Math.max(1, texts.length - 1);
  const placeOf = (index: number) => Math.round(index * step);
  for (const index of texts.keys()) places[placeOf(index)] = canary(index);
  const free = [...places.keys()].filter((at) => places[at] === undefined);
  const half = Math.ceil(free.length / 2);
  for (const index of Array(half).keys()) {
    const at = free[index]!;
    const twin = free[half + ((index + TURN) % half)];
    if (twin === undefined) {
      // One is left over: a canary again, away from its like.
      places[at] = canary([...texts.keys()].find((one) => Math.abs(placeOf(one) - at) > 1) ?? 0);
      continue;
    }
    const text = prefixes.document + FILLERS[index]!;
    places[at] = { text };
    places[twin] = { text, twin: at };
  }
  return places as Place[];
}

/**
 * Sends one batch, and compares each of its vectors with that of the same text alone, or at another place.
 * @param space as {@link measureAlone} gives it
 * @param batchSize from 2 to 64
 * @throws {EmbedderFault} when a request fails for a reason that lies not with the batch
 */
export async function compareBatch(
  embedder: Embedder,
  space: VectorSpace,
  batchSize: number,
  signal: AbortSignal,
): Promise<BatchComparison> {
  const places = batchOf(canaryTextsOf(embedder).slice(0, batchSize), space, batchSize);
  const tokens = places.reduce((sum, { text }) => sum + embedder.counter.count(text), 0);
  let vectors: Vector[];
  try {
    const answer = await embedder.embed(
      places.map(({ text }) => text),
      { signal },
    );
    vectors = answer.map((vector) => vector.slice());
  } catch (error) {
    // Canaries are answered alone, and so is a plain word: what fails is the batch.
    if (!(error instanceof EmbedderFault) || !isOfText(error)) throw error;
    return { unlike: `a batch of ${batchSize}: ${error.message}`, lowestCosine: 0, tokens };
  }
  let lowest = { cosine: Number.POSITIVE_INFINITY, place: 0 };
  const compare = (place: number, right: Vector) => {
    const likeness = cosine(right, vectors[place]!);
    if (likeness < lowest.cosine) lowest = { cosine: likeness, place };
  };
  let unlikeTwins: [number, number] | undefined;
  for (const [place, { alone, twin }] of places.entries()) {
    if (alone) compare(place, alone);
    if (twin === undefined || cosine(vectors[twin]!, vectors[place]!) >= leastCosine) continue;
    unlikeTwins ??= [twin, place];
  }
  if (unlikeTwins && lowest.cosine >= leastCosine) {
    // Which of the two is wrong, the text alone tells.
    const [alone] = await embedder.embed([places[unlikeTwins[0]]!.text], { signal });
    if (alone) for (const place of unlikeTwins) compare(place, alone);
  }
  const unlike =
    lowest.cosine >= leastCosine
      ? undefined
      : `text ${lowest.place + 1} of ${batchSize}: cosine ${lowest.cosine.toFixed(2)}`;
  return { unlike, lowestCosine: lowest.cosine, tokens };
}
