// How a command ended: what `--json` prints of it, and the exit status.
import { exitCodeOf } from '../../exit-codes.js';

/** Why the exit status isn't 0, as programs read it. */
export interface ToldError {
  /** Stable. */
  code: string;
  message: string;
  /** Exit status. */
  exit: number;
}

export interface Outcome {
  /** What `--json` prints after `schema`; a command that takes the flag always has one. */
  result?: object | undefined;
  /** What makes the exit status another than 0. */
  error?: ToldError | undefined;
  /** Ends the process at once: something may still be under way that is not waited for. */
  endsNow?: true;
}

/** @param message one sentence that says what makes the exit status another than 0 */
export function codedError(code: keyof typeof exitCodeOf, message: string): ToldError {
  return { code, message, exit: exitCodeOf[code] };
}
