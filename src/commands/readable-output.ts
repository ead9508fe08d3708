// An output that is looked at in passing: that it can't be read is told by who needs it.
import { EmbedError } from '../errors.js';
import { type Output, openOutput } from '../output/read/output.js';

/** @param out the output's folder, absolute @returns undefined where there is none, or none that can be read */
export async function openReadable(out: string): Promise<Output | undefined> {
  return await openOutput(out, { sums: false }).catch((error) => {
    if (error instanceof EmbedError) return undefined;
    throw error;
  });
}
