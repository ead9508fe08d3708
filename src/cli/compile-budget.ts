// How soon V8 optimizes a function. By default it does so when the function has run for about a millisecond. That takes
// longer than most functions run in a command: it was a quarter of a run without changes, and a tenth of a first run.
import { setFlagsFromString } from 'node:v8';

/**
 * By the major version of Node: how much a function works before it is compiled, in V8's own unit; its default is
 * 67,584. Only versions whose V8 is known to have the flag: V8 prints an error for an unknown one.
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
