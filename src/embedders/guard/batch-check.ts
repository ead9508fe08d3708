// Measures a server: its vector space, by single texts, and whether a text has the same vector in a batch. Real
// servers had wrong vectors from the 8th text on, only for the last text, with more than 16 texts, or in wrong order.
import { EmbedderFault, WrongVectorsError } from '../../errors.js';
import { isOfText } from '../../fault-policy.js';
import type { Embedder } from '../../types/embedder.js';
import type { VectorSpace } from '../../types/space.js';
import type { Vector } from '../../types/vector.js';
import { wrapEmbedder } from '../wrap-embedder.js';
import { canaryTextsOf, spaceOf } from './canaries.js';
import { cosine, likenessOf, minCosine } from './compare-spaces.js';

/** The texts between the canaries: short, since each token takes time on a slow server, and unlike each other. Each is used at two places. */
const fillers = (
  'river lamp butter engine violin winter copper garden needle thunder market pepper anchor silver window puppet ' +
  'desert candle tiger bridge cotton doctor island marble rocket saddle temple velvet walnut yellow zebra basket'
).split(' ');

export interface MeasureOptions {
  /** The embedder in messages: `Ollama at http://…`. */
  where: string;
  /** Max texts of later batches; 1: no batches will be sent. */
  batchSize: number;
  signal: AbortSignal;
}

/** The result of measuring a server. */
export interface Measured {
  /** Measured by single texts, so a fault in batches doesn't matter. */
  space: VectorSpace;
  /** How a batch differs from single texts, in words; undefined when it doesn't. */
  unlike?: string | undefined;
  /** Tokens of the compared batch; absent when there was none. */
  batchTokens?: number;
  /** Time of the first answer, in ms; it may include loading the model. */
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
 * Measures the space of an embedder with one request for each canary.
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

/** @throws {WrongVectorsError} when unlike canaries have the same vector */
export function refuseOneVector(space: VectorSpace, where: string): void {
  const alike = likenessOf(space);
  if (alike === undefined) return;
  throw new WrongVectorsError(
    `${where} gives unlike texts one and the same vector (${alike}) with "${space.model}", so a search would find nothing: ` +
      'pull the model again, or use another model or another release.',
  );
}

/** The embedder, but each text is sent alone. Vectors come in the order of the texts. */
export function withSingles(embedder: Embedder): Embedder {
  return wrapEmbedder(embedder, async (texts, { tokens: _, ...options } = {}) => {
    const vectors: Vector[] = [];
    for (const text of texts) vectors.push((await embedder.embed([text], options))[0]!);
    return vectors;
  });
}

/** The warning about a server whose batches differ. @param unlike as in {@link Measured} */
export function unlikeSentence(where: string, unlike: string): string {
  return (
    `${where} gives a text another vector in a batch than alone (${unlike}): each text is sent alone from now on, ` +
    'which takes longer. Use another release, and --rebuild for outputs made with its batches.'
  );
}

/** How the vectors of a batch differ from those of single texts. */
export interface BatchComparison {
  /** In words; undefined when they don't. */
  unlike: string | undefined;
  /** The lowest cosine of the compared vectors; 0 when the batch failed. */
  lowestCosine: number;
  /** Tokens of the batch. */
  tokens: number;
}

/** One text of the batch, and what its vector is compared with. */
interface Place {
  text: string;
  /** The vector of the text alone, if it is known. */
  alone?: Vector | undefined;
  /** Index of an earlier place with the same text. */
  twin?: number;
}

/** Rotation of the second half of the fillers, so that a periodic fault (say, every 8th text) doesn't hit both of a pair. */
const turnedBy = 5;

/**
 * A batch in which every place can be checked. Canaries at the start, at the end and evenly between them show faults in
 * many places. Each filler is at two places far apart, which shows faults in few places.
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
    const twin = free[half + ((index + turnedBy) % half)];
    if (twin === undefined) {
      // One place is left: use a canary again, but not beside itself.
      places[at] = canary([...texts.keys()].find((one) => Math.abs(placeOf(one) - at) > 1) ?? 0);
      continue;
    }
    const text = prefixes.document + fillers[index]!;
    places[at] = { text };
    places[twin] = { text, twin: at };
  }
  return places as Place[];
}

/**
 * Sends one batch, and compares each of its vectors with that of the same text alone, or at another place.
 * @param space from {@link measureAlone}
 * @param batchSize from 2 to 64
 * @throws {EmbedderFault} when a request fails, and the batch isn't the cause
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
    // Canaries and plain words are answered alone, so the batch itself fails.
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
    if (twin === undefined || cosine(vectors[twin]!, vectors[place]!) >= minCosine) continue;
    unlikeTwins ??= [twin, place];
  }
  if (unlikeTwins && lowest.cosine >= minCosine) {
    // The text alone tells which of the two is wrong.
    const [alone] = await embedder.embed([places[unlikeTwins[0]]!.text], { signal });
    if (alone) for (const place of unlikeTwins) compare(place, alone);
  }
  const unlike =
    lowest.cosine >= minCosine
      ? undefined
      : `text ${lowest.place + 1} of ${batchSize}: cosine ${lowest.cosine.toFixed(2)}`;
  return { unlike, lowestCosine: lowest.cosine, tokens };
}
