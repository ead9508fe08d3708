// failures.jsonl: what has no vector, and why; codes, so that nothing of a document leaks into it.

import { compareSources } from '../order.js';
import type { Failure } from '../types.js';

/** The file's text: one failure per line, in an order of its own, each once. Empty when there are none. */
export function failuresText(failures: readonly Failure[]): string {
  const lines = [...failures]
    .sort((a, b) => compareSources(a.source, b.source) || (a.chunk ?? -1) - (b.chunk ?? -1) || byCode(a, b))
    .map(({ source, code, chunk }) =>
      JSON.stringify(chunk === undefined ? { source, code } : { source, code, chunk }),
    );
  return [...new Set(lines)].map((line) => `${line}\n`).join('');
}

/** Lines that aren't failures are left out: the file only tells what to try again. */
export function parseFailures(text: string): Failure[] {
  const failures: Failure[] = [];
  for (const line of text.split('\n')) {
    const failure = parseLine(line);
    if (failure !== undefined) failures.push(failure);
  }
  return failures;
}

function parseLine(line: string): Failure | undefined {
  if (line === '') return undefined;
  try {
    const { source, code, chunk } = JSON.parse(line);
    if (typeof source !== 'string' || typeof code !== 'string') return undefined;
    return { source, code: code as Failure['code'], ...(typeof chunk === 'number' ? { chunk } : {}) };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function byCode(a: Failure, b: Failure): number {
  return a.code < b.code ? -1 : a.code > b.code ? 1 : 0;
}
