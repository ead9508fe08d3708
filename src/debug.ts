// Debug output for bug reports: with EMBED_DEBUG=cache,embedder these parts print each of their steps on standard error.
// A part that is off costs nothing: `debug.cache?.(…)` doesn't evaluate its argument.
import { maskAddresses } from './text/masked-address.js';
import { type Printable, printable } from './text/printable.js';

/** The parts that can be named, by the folders of the source. */
export const debugParts = [
  'batching',
  'bench',
  'cache',
  'chunks',
  'config',
  'doctor',
  'documents',
  'embedder',
  'gateway',
  'output',
  'run',
  'search',
  'sync',
] as const;

export type DebugPart = (typeof debugParts)[number];

/** Prints one step. Foreign text is safe in it: the line is made printable, and its addresses are masked. */
type Tell = (words: string) => void;

/** The parts that print; empty until `startDebug`. */
export const debug: Partial<Record<DebugPart, Tell>> = {};

/** Max characters of a line. */
const maxLineLength = 2000;

/**
 * Turns the output of the named parts on, and of all others off.
 * @param names the value of EMBED_DEBUG: parts with commas between, or `*` for all; undefined and empty: none
 * @param print takes the lines, without line breaks
 */
export function startDebug(names: string | undefined, print: (line: Printable) => void): void {
  for (const part of debugParts) delete debug[part];
  const asked = (names ?? '').split(',').map((name) => name.trim().toLowerCase());
  for (const name of asked) {
    if (name === '') continue;
    const parts = name === '*' || name === 'all' ? debugParts : debugParts.filter((part) => part === name);
    for (const part of parts) debug[part] = (words) => print(line(part, words));
    if (parts.length > 0) continue;
    const known = debugParts.join(', ');
    print(printable(`EMBED_DEBUG: there is no part ${JSON.stringify(name)}; name some of ${known}, or *.`));
  }
}

/** True when any part prints: its lines would break a progress bar. */
export function isDebugging(): boolean {
  return Object.keys(debug).length > 0;
}

/** `[   812 ms] cache: …`, counted from the start of the process. */
function line(part: DebugPart, words: string): Printable {
  const ms = Math.round(performance.now()).toString().padStart(6);
  return printable(`[${ms} ms] ${part}: ${maskAddresses(words)}`, maxLineLength);
}

/** An error in short: its class or code, and its message. */
export function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return `${code}: ${error.message}`;
}
