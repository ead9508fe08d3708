// failures.jsonl: what has no vector, and why. It holds codes, not messages, so that no document's text leaks.
import type { FileHandle } from 'node:fs/promises';
import { compareSources } from '../../text/source-order.js';
import type { Failure } from '../../types/failure.js';
import { lineBlocks, UnwrittenError } from '../files/line-blocks.js';

/** The file's text: one failure per line, sorted, without duplicates. Empty when there are none. */
export function failuresText(failures: readonly Failure[]): string {
  const lines = [...failures]
    .sort((a, b) => compareSources(a.source, b.source) || (a.chunk ?? -1) - (b.chunk ?? -1) || byCode(a, b))
    .map(({ source, code, chunk }) =>
      JSON.stringify(chunk === undefined ? { source, code } : { source, code, chunk }),
    );
  return [...new Set(lines)].map((line) => `${line}\n`).join('');
}

/** Max bytes of a failure: two paths and a code. */
const maxLineBytes = 1024 * 1024;
/** More are not read: documents in the run's own paths are tried again anyway. */
const maxFailures = 1_000_000;
/** After so many lines that are no failures, the rest of the file is not read. */
const maxForeign = 1000;

/** Lines that aren't failures are ignored: the file only says what to try again. */
export async function readFailures(handle: FileHandle): Promise<Failure[]> {
  const failures: Failure[] = [];
  let foreign = 0;
  try {
    for await (const block of lineBlocks(handle, maxLineBytes)) {
      for (const line of block.toString('utf8').trimEnd().split('\n')) {
        const failure = parseLine(line);
        if (failure !== undefined) failures.push(failure);
        else foreign++;
        if (failures.length >= maxFailures || foreign >= maxForeign) return failures;
      }
    }
  } catch (error) {
    if (!(error instanceof UnwrittenError)) throw error;
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
