// `embed verify` without its printing.
import { NoIndexError } from '../errors.js';
import { type Verification, type VerifyOptions, verifyOutput } from '../output/read/verify.js';
import { noIndex, runStateOf } from './run-state.js';

export { outputsIn } from '../output/shards/find-shards.js';
export type { Verification, VerifyOptions };

/**
 * Checks an output whole, offline: all bytes against the sums that were taken when they were written.
 * @param dir the output's folder
 * @returns what is wrong with it; damage is no error here
 * @throws {NoIndexError} when the folder holds no output
 * @throws {NewerOutputError} when a newer version made it
 */
export async function verify(dir: string, options: VerifyOptions = {}): Promise<Verification> {
  try {
    return await verifyOutput(dir, options);
  } catch (error) {
    if (error instanceof NoIndexError && (await runStateOf(dir)) !== undefined) throw await noIndex(dir);
    throw error;
  }
}
