// How soon V8 compiles a function for speed. By default that is after a millisecond or so of it, which takes longer
// than most of them run in a command: a quarter of a run that finds nothing changed went there, a tenth of a first one.
import { setFlagsFromString } from 'node:v8';

/**
 * By the major version of Node: work of a function in front of its compilation, in V8's own measure, of which it takes
 * 67,584 otherwise. Only where V8 is known to have the flag: one that it doesn't know is told on standard error.
 */
const compileFlags: Readonly<Record<string, string>> = { 20: '--interrupt-budget=500000' };

/** The flag for a version of Node such as `20.11.1`. */
export function patientFlag(version: string): string | undefined {
  return compileFlags[version.split('.', 1)[0]!];
}

/** Has V8 wait longer; for functions that have not run yet. */
export function compilePatiently(): void {
  const flag = patientFlag(process.versions.node);
  if (flag !== undefined) setFlagsFromString(flag);
}
