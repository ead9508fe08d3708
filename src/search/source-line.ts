// `source:line`, as searches show where a text stands, and the chunk that is meant by it.
import type { OutputRow } from './row.js';

/** @returns undefined for a text that doesn't end in a line; a source may end like one, so look for the whole first */
export function parseSourceLine(text: string): { source: string; line: number } | undefined {
  const [, source, digits] = /^(.+):(\d{1,15})$/s.exec(text) ?? [];
  return source === undefined ? undefined : { source, line: Number(digits) };
}

/**
 * The first chunk that starts on the line; else the last one before it, or the first of all.
 * @param rows of one document, in order
 */
export function rowAtLine(rows: readonly OutputRow[], line: number): OutputRow | undefined {
  return (
    rows.find(({ metadata }) => metadata.line === line) ??
    rows.findLast(({ metadata }) => metadata.line < line) ??
    rows[0]
  );
}
