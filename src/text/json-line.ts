// JSON for a file of lines.

/** Line ends for Python's `splitlines` and some other readers, which JSON lets stand as they are. */
const lineEnds = /[\u0085\u2028\u2029]/g;

/** A value as JSON without any character that a reader may take for the end of a line; without a newline at the end. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(lineEnds, escaped);
}

function escaped(one: string): string {
  return `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
