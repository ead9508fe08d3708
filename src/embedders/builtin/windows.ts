// Texts longer than the model's window: cut between words, embedded window by window, averaged.
import { EmbedderFault } from '../../errors.js';
import type { Engine } from './engines/engine.js';
import { collapseWhiteSpace, type UnigramTokenizer } from './tokenizer.js';

/**
 * The vector of a text of any length. Each window has the weight of its tokens, as the model itself averages tokens:
 * a short last window counts less than a full one.
 * @param truncate use only the first window
 * @throws {EmbedderFault} `bad-input` when the text is blank, `bad-answer` when the average is zero
 */
export async function embedText(
  engine: Engine,
  tokenizer: UnigramTokenizer,
  text: string,
  windowTokens: number,
  truncate = false,
): Promise<Float32Array> {
  const ids = tokenizer.encode(collapseWhiteSpace(text));
  if (ids.length === 0) throw new EmbedderFault('bad-input', 'A blank text has no vector; leave it out.');
  const windows = cutWindows(ids, windowTokens, (id) => tokenizer.opensWord(id));
  const vector = await engine.embed(windows[0]!);
  if (windows.length > 1 && !truncate) {
    scale(vector, windows[0]!.length);
    for (const window of windows.slice(1)) addScaled(vector, await engine.embed(window), window.length);
  }
  return normalize(vector);
}

/**
 * Windows of at most `size` ids that begin with a word. A word longer than a window is cut anywhere. Joined, the
 * windows are `ids`.
 */
export function cutWindows(ids: Int32Array, size: number, opensWord: (id: number) => boolean): Int32Array[] {
  const windows: Int32Array[] = [];
  let start = 0;
  while (ids.length - start > size) {
    let end = start + size;
    while (end > start && !opensWord(ids[end]!)) end--;
    if (end === start) end = start + size;
    windows.push(ids.subarray(start, end));
    start = end;
  }
  windows.push(ids.subarray(start));
  return windows;
}

function scale(vector: Float32Array, factor: number): void {
  for (let i = 0; i < vector.length; i++) vector[i]! *= factor;
}

function addScaled(sum: Float32Array, vector: Float32Array, factor: number): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += vector[i]! * factor;
}

function normalize(vector: Float32Array): Float32Array {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += vector[i]! * vector[i]!;
  if (!Number.isFinite(squares) || squares === 0) {
    throw new EmbedderFault('bad-answer', 'The built-in model gave a vector of zeros.');
  }
  scale(vector, 1 / Math.sqrt(squares));
  return vector;
}
