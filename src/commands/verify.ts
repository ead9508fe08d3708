// `embed verify` without its flags.
import { UsageError } from '../errors.js';
import { verifyOutput } from '../outputs/verify.js';

/**
 * Checks an output offline: files against the manifest, rows against each other.
 * @throws {UsageError} when there is no output in `dir`
 */
export async function verify(dir: string): Promise<{ problems: string[]; rows: number; documents: number }> {
  const result = await verifyOutput(dir);
  if (!result) throw new UsageError(`There is no index in ${dir}: make one with \`embed ingest\`.`);
  return result;
}
