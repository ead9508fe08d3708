// The word index of an output, made once and kept in the user's cache folder, by the hash of the output's manifest. What is
// there is checked by its own sum, and made anew where it isn't as it was written: it can always be made again.
import { createHash, randomBytes } from 'node:crypto';
import { lstatSync, realpathSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debug, told } from '../../debug.js';
import { readForeign } from '../../files/foreign-file.js';
import { makeFolders } from '../../files/make-folder.js';
import type { Output } from '../../output/read/output.js';
import { textsOfRow } from '../../text/row-words.js';
import { hexHash } from '../../text/sha256.js';
import { rowOfLine } from '../row.js';
import { removeOldIndexes } from './kept-indexes.js';
import { WordIndex, WordIndexBuilder, wordsVersion } from './word-index.js';

export interface KeptIndexOptions {
  /** The folder of all word indexes. */
  cacheDir: string;
  signal: AbortSignal;
  /** Tells what takes a while. */
  notice(message: string): void;
}

/** A file that is larger is none of ours. */
const maxFileBytes = 2 ** 31 - 1;
/** Rows from which on the making is told. */
const manyRows = 20_000;
const sumBytes = 32;
const ending = '.words';

/** Whether the word index of an output is kept, and needs not be made. */
export async function isWordIndexKept(output: Output, cacheDir: string): Promise<boolean> {
  const path = join(cacheDir, await nameFor(output));
  try {
    return lstatSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * The kept one, or a new one, which is kept if the folder can be written.
 * @throws {DamagedOutputError} when a line isn't one that was written there
 * @throws the signal's reason
 */
export async function wordIndexOf(output: Output, options: KeptIndexOptions): Promise<WordIndex> {
  const name = await nameFor(output);
  const path = join(options.cacheDir, name);
  const kept = readKept(path, output.rows);
  if (kept !== undefined) return kept;
  if (output.rows >= manyRows) {
    options.notice(`Making the index of words of ${output.dir} (${output.rows} rows), which is kept.`);
  }
  const index = await makeWordIndex(output, options.signal);
  keep(options.cacheDir, name, index);
  return index;
}

/** Where a folder is, then what is in it: so an older index of the same folder is known. */
async function nameFor(output: Output): Promise<string> {
  let place = output.dir;
  try {
    place = realpathSync(output.dir);
  } catch {
    // It was moved away since it was opened.
  }
  const hash = createHash('sha256').update(`${wordsVersion}\n`);
  const { size } = await output.manifestFile.stat();
  const piece = Buffer.allocUnsafe(Math.min(size, 1 << 20));
  for (let at = 0; at < size; ) {
    const { bytesRead } = await output.manifestFile.read(piece, 0, piece.length, at);
    if (bytesRead === 0) break;
    hash.update(piece.subarray(0, bytesRead));
    at += bytesRead;
  }
  return `${hexHash('sha256', place).slice(0, 16)}-${hash.digest('hex').slice(0, 32)}${ending}`;
}

function readKept(path: string, rows: number): WordIndex | undefined {
  try {
    const bytes = readForeign(path, maxFileBytes);
    const sum = createHash('sha256').update(bytes.subarray(sumBytes)).digest();
    if (!sum.equals(bytes.subarray(0, sumBytes))) throw new RangeError('expected other bytes, by its sum');
    const index = new WordIndex(bytes.subarray(sumBytes));
    if (index.rows !== rows) throw new RangeError(`expected ${rows} rows, got ${index.rows}`);
    return index;
  } catch (error) {
    debug.search?.(`${path}: ${told(error)}`);
    return undefined;
  }
}

/** What can't be kept is made again the next time. */
function keep(folder: string, name: string, { bytes }: WordIndex): void {
  try {
    makeFolders(folder, 0o700);
    const path = join(folder, name);
    const staged = `${path}.${randomBytes(6).toString('hex')}`;
    const sum = createHash('sha256').update(bytes).digest();
    try {
      writeFileSync(staged, Buffer.concat([sum, bytes]), { mode: 0o600, flag: 'wx' });
      renameSync(staged, path);
    } catch (error) {
      unlinkSync(staged);
      throw error;
    }
    removeOldIndexes(folder, name);
  } catch (error) {
    debug.search?.(`${folder}: ${told(error)}`);
  }
}

async function makeWordIndex(output: Output, signal: AbortSignal): Promise<WordIndex> {
  const builder = new WordIndexBuilder();
  for (const document of output.documents()) {
    let row = document.firstRow;
    for await (const line of output.lines(document)) {
      signal.throwIfAborted();
      const { text, metadata } = rowOfLine(output, row++, line.toString('utf8'));
      builder.add(textsOfRow({ text, ...metadata, context: metadata.context ?? '' }));
    }
  }
  return builder.finish();
}
