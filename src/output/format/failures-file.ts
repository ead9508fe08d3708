// failures.jsonl: what has no vector, and why. It holds codes, not messages, so that no document's text leaks.
import type { FileHandle } from 'node:fs/promises';
import { jsonLine } from '../../text/json-line.js';
import { compareSources } from '../../text/source-order.js';
import type { Failure, KeptFailure, Lasting } from '../../types/failure.js';
import { lineBlocks, UnwrittenError } from '../files/line-blocks.js';

/** The file's text: one failure per line, sorted, without duplicates. Empty when there are none. */
export function failuresText(failures: readonly KeptFailure[]): string {
  const lines = [...failures]
    .sort((a, b) => compareSources(a.source, b.source) || (a.chunk ?? -1) - (b.chunk ?? -1) || byCode(a, b))
    .map(({ source, code, chunk, lasting }) => {
      const { file, hash, reader, days } = lasting ?? {};
      return jsonLine({ source, code, chunk, file, hash, reader, days });
    });
  return [...new Set(lines)].map((line) => `${line}\n`).join('');
}

/** Max bytes of a failure: two paths and a code. */
const maxLineBytes = 1024 * 1024;
/** More are not read: documents in the run's own paths are tried again anyway. */
const maxFailures = 1_000_000;
/** After so many lines that are no failures, the rest of the file is not read. */
const maxForeign = 1000;

/** Lines that aren't failures are ignored: without them, more is tried again. */
export async function readFailures(handle: FileHandle): Promise<KeptFailure[]> {
  const failures: KeptFailure[] = [];
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

function parseLine(line: string): KeptFailure | undefined {
  if (line === '') return undefined;
  try {
    const { source, code, chunk, ...rest } = JSON.parse(line);
    if (typeof source !== 'string' || typeof code !== 'string') return undefined;
    const failure: KeptFailure = { source, code: code as Failure['code'] };
    if (typeof chunk === 'number') failure.chunk = chunk;
    const lasting = lastingOf(rest);
    if (lasting !== undefined) failure.lasting = lasting;
    return failure;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function lastingOf({ file, hash, reader, days }: Record<string, unknown>): Lasting | undefined {
  if (typeof hash !== 'string' || typeof reader !== 'string') return undefined;
  const lasting: Lasting = { hash, reader };
  if (typeof file === 'string') lasting.file = file;
  if (Array.isArray(days)) lasting.days = days.filter((day) => typeof day === 'string');
  return lasting;
}

function byCode(a: Failure, b: Failure): number {
  return a.code < b.code ? -1 : a.code > b.code ? 1 : 0;
}
