// The question that a first run ends with: a heading of the new index, so that the answer is in it.
import type { Output } from '../outputs/output.js';
import { readRow } from './row.js';

/** Rows looked at, spread over the output. */
const SAMPLES = 64;

/** A heading that reads like a question or a topic; undefined when the index has none. */
export async function suggestQuestion(output: Output): Promise<string | undefined> {
  let best: string | undefined;
  const step = Math.max(1, Math.floor(output.rows / SAMPLES));
  for (let row = 0; row < output.rows; row += step) {
    const title = (await readRow(output, row)).metadata.heading.at(-1);
    if (title !== undefined && score(title) > score(best)) best = title;
  }
  return best;
}

/** Questions first, then titles of three to eight plain words. */
function score(title: string | undefined): number {
  if (title === undefined) return 0;
  const words = title.split(/\s+/).length;
  if (words < 3 || words > 12 || !/^[\p{L}\p{N}\p{P}\s]+$/u.test(title) || /[`"$\\]/.test(title)) return 0;
  return title.endsWith('?') ? 20 : 10 - Math.abs(words - 5);
}
