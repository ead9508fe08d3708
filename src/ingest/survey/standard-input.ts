// The path `-`: JSON Lines on standard input, treated as one more file of records.
import type { WalkEntry } from '../../documents/walk/walk.js';
import { UsageError } from '../../errors.js';
import { printable } from '../../text/printable.js';
import { compareSources } from '../../text/source-order.js';

/** Source of standard input; its records are `stdin.jsonl#id`. */
export const stdinSource = 'stdin.jsonl';
/** Root of the documents of standard input. They never count as gone. */
export const stdinRoot = '-';

/** Max bytes: a string can't hold more, and records are sorted before they are written. */
const maxBytes = 500 * 1024 * 1024;

/** A stream of bytes; one that can be destroyed ends at once when the signal aborts. */
export type StandardInput = AsyncIterable<Uint8Array> & {
  /** Ends the stream, also while its next bytes are awaited. */
  destroy?(): unknown;
};

/**
 * @throws {UsageError} when there are more than {@link maxBytes}
 * @throws the signal's reason when it aborts, also while no bytes come
 */
export async function readStandardInput(stream: StandardInput, signal?: AbortSignal): Promise<Buffer> {
  signal?.throwIfAborted();
  // The program that writes into the pipe may never end.
  const stop = () => stream.destroy?.();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await readWhole(stream);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** Bytes in which the first record must begin. */
const startBytes = 64 * 1024;
/** Blanks, and byte order marks; in UTF-16, as Windows pipes it, there is a zero beside each letter. */
const blanks = /^[\s\0\xef\xbb\xbf\xff\xfe]+/;

/**
 * Plain text, CSV and the like would only be told as records that are malformed.
 * @throws {UsageError} when no line of it begins an object
 */
export function refuseOtherThanRecords(input: Buffer): void {
  const lines = input.toString('latin1', 0, startBytes).split('\n');
  if (lines.some((line) => line.replace(blanks, '').startsWith('{'))) return;
  const start = printable(input.toString('utf8', 0, 200).trim().split('\n')[0] ?? '', 40);
  throw new UsageError(
    `Standard input is no JSON Lines, one {"id","text"} a line: it begins with "${start}". A text of its own goes in as ` +
      "`jq -Rs '{id: \"notes\", text: .}' notes.txt | embed ingest -`, a list as `jq -c '.[]'`.",
  );
}

async function readWhole(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: (Uint8Array | undefined)[] = [];
  let bytes = 0;
  for await (const part of stream) {
    bytes += part.length;
    if (bytes > maxBytes) {
      throw new UsageError(
        'Standard input holds more than 500 MB: split it into several runs, or into files.',
      );
    }
    parts.push(part);
  }
  // Each part is dropped as soon as it is copied. Otherwise twice the input would be in memory.
  const whole = Buffer.allocUnsafeSlow(bytes);
  for (let place = 0, at = 0; place < parts.length; place++) {
    const part = parts[place]!;
    whole.set(part, at);
    at += part.length;
    parts[place] = undefined;
  }
  return whole;
}

/** Inserts standard input among the walk's entries, in order of source. */
export async function* withStandardInput(
  groups: AsyncIterable<readonly WalkEntry[]>,
  bytes: Buffer | undefined,
): AsyncGenerator<readonly WalkEntry[]> {
  let entry = bytes && stdinEntry(bytes);
  for await (const group of groups) {
    const at = entry ? group.findIndex((other) => isBehind(other, stdinSource)) : -1;
    if (entry && at >= 0) {
      yield [...group.slice(0, at), entry, ...group.slice(at)];
      entry = undefined;
    } else {
      yield group;
    }
  }
  if (entry) yield [entry];
}

function stdinEntry(bytes: Buffer): WalkEntry & { bytes: Buffer } {
  const path = Buffer.from(stdinRoot);
  return { kind: 'file', path, source: stdinSource, size: bytes.length, root: stdinRoot, bytes };
}

function isBehind(entry: WalkEntry, source: string): boolean {
  return entry.kind === 'file' && compareSources(entry.source, source) > 0;
}
