// Finds out what a server does with a text that is too long, and which length that is, where it doesn't say: two texts
// that differ at their ends only are sent. The same vector for both means that the ends were cut off.
import { EmbedderFault } from '../../errors.js';
import { isTooLong } from '../../fault-policy.js';
import type { Vector } from '../../types/vector.js';
import { cosine } from '../guard/compare-spaces.js';

/** What was found by trying. */
export interface Tried {
  /** Max tokens of a text that are sure to be embedded. */
  maxTokens: number;
  tooLong: 'refused' | 'cut';
}

/** An answer for two texts. */
export interface PairAnswer {
  vectors: Vector[];
  /** Tokens of both; undefined when the server doesn't say. */
  tokens: number | undefined;
}

/** Sends two texts. @throws {EmbedderFault} as an embedder does */
export type SendPair = (texts: [string, string]) => Promise<PairAnswer>;

/** Windows that models commonly have, in tokens. More than the last isn't looked for: chunks are smaller. */
const windows = [512, 2048, 8192];

/** Max tokens of a text that is sent to try out a server. */
export const mostTried = 32_768;

/** Without a larger one that is known to work. Every model has as many. */
const least = 256;

/** Max cosine of vectors that differ; float noise of the same text is far below. */
const same = 0.999_999;

/** Words that are one token each in every vocabulary. The ends of the two texts share none. */
const head = 'the of and to in is on by it or be at as an we us he so if no'.split(' ');
const ends: readonly [string, string] = ['river water north winter stone', 'music paper court money phone'];

/**
 * Tries windows, the smallest first, until one is too small for its texts.
 * @param isBrief only the smallest one
 * @throws {EmbedderFault} when a request fails for another reason
 */
export async function findWindow(send: SendPair, isBrief = false): Promise<Tried> {
  let maxTokens = least;
  for (const window of isBrief ? windows.slice(0, 1) : windows) {
    const outcome = await tryWindow(send, window);
    if (outcome.kind === 'refused') return { maxTokens: outcome.said ?? maxTokens, tooLong: 'refused' };
    if (outcome.kind === 'cut') return { maxTokens: outcome.kept ?? maxTokens, tooLong: 'cut' };
    maxTokens = window;
  }
  // What happens beyond is not known, so that the longest texts are looked at one by one.
  return { maxTokens, tooLong: 'cut' };
}

/**
 * Tells what becomes of texts of more tokens than a server is said to take, and whether it takes as many.
 * @param said max tokens of a text; of more than {@link mostTried}, so many are tried and taken for all
 * @throws {EmbedderFault} when a request fails for another reason
 */
export async function checkWindow(send: SendPair, said: number): Promise<Tried> {
  if (said > mostTried) return await checkWindow(send, mostTried);
  const outcome = await tryWindow(send, said);
  if (outcome.kind === 'refused')
    return { maxTokens: Math.min(said, outcome.said ?? said), tooLong: 'refused' };
  if (outcome.kind === 'taken') return { maxTokens: said, tooLong: 'cut' };
  if (outcome.kept !== undefined) return { maxTokens: Math.min(said, outcome.kept), tooLong: 'cut' };
  // It doesn't say how many it has kept: they are enough when texts that just fit differ at their ends.
  const fitting = await tryWindow(send, said - roomFor(said));
  if (fitting.kind === 'taken') return { maxTokens: said, tooLong: 'cut' };
  const { maxTokens } = await findWindow(send);
  return { maxTokens: Math.min(said, maxTokens), tooLong: 'cut' };
}

type Outcome =
  | { kind: 'refused'; said?: number | undefined }
  | { kind: 'cut'; kept?: number | undefined }
  | { kind: 'taken' };

/** Sends texts of a few tokens more than the window. */
async function tryWindow(send: SendPair, window: number): Promise<Outcome> {
  const [a, b] = ends.map((words) => textOf(window, words)) as [string, string];
  try {
    const { vectors, tokens } = await send([a, b]);
    if (cosine(vectors[0]!, vectors[1]!) < same) return { kind: 'taken' };
    // Both were cut to the same number of tokens. A server may count what it has cut off, too.
    const kept = tokens !== undefined && tokens % 2 === 0 && tokens / 2 <= window ? tokens / 2 : undefined;
    return { kind: 'cut', kept };
  } catch (error) {
    if (!(error instanceof EmbedderFault) || !isTooLong(error)) throw error;
    return { kind: 'refused', said: limitIn(error.message, window) };
  }
}

function textOf(window: number, words: string): string {
  const start = Array.from({ length: window }, (_, index) => head[index % head.length]!);
  const end = Array.from({ length: endsIn(window) }, () => words);
  return [...start, ...end].join(' ');
}

/** How often the words of an end are repeated: so often that it shows in a vector which is a mean of all tokens. */
function endsIn(window: number): number {
  return Math.max(8, window >> 5);
}

/** Tokens of an end, and special ones. */
function roomFor(window: number): number {
  return endsIn(window) * 5 + 8;
}

const limits = [
  /batch size: (\d{1,7})\)/i,
  /context (?:length|size) (?:is |of |\()?(\d{1,7})/i,
  /less than (\d{1,7}) tokens/i,
  /model length (?:is |of )?(\d{1,7})/i,
];

/** The window that a refusal names: `(current batch size: 512)`, `maximum context length is 8192 tokens`. */
function limitIn(message: string, window: number): number | undefined {
  const said = limits.map((one) => one.exec(message)?.[1]).find((text) => text !== undefined);
  const limit = said === undefined ? 0 : Number(said);
  return limit > 0 && limit <= window * 2 ? limit : undefined;
}
