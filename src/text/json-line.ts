// JSON for a file of lines.
import { asciiJson } from './json-kernel/kernel.js';

/** Line ends for Python's `splitlines` and some other readers, which JSON lets stand as they are. */
const lineEnds = /[\u0085\u2028\u2029]/g;

/** Texts from this length on are made by the kernel: a shorter one costs no less there. */
const minKernelLength = 64;

/** A value as JSON without any character that a reader may take for the end of a line; without a newline at the end. */
export function jsonLine(value: unknown): string {
  const json = typeof value === 'string' && value.length >= minKernelLength ? asciiJson(value) : undefined;
  return json ?? JSON.stringify(value).replace(lineEnds, escaped);
}

function escaped(one: string): string {
  return `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
