// The lines of documents in chunks.jsonl: all of a document, or the one of a row. Where a line stands is remembered, so that the
// next one of its document is read without those before it.
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { DamagedOutputError } from '../../errors.js';
import { lineBlocks, UnwrittenError } from '../files/line-blocks.js';
import { mostLineBytes } from '../format/chunk-line.js';
import { damaged } from '../format/damage.js';
import type { OutputDocument } from '../format/manifest-reader.js';
import { chunksName } from '../format/owned-names.js';
import { readWhole } from './read-whole.js';

/** Lines whose places are remembered; then that begins anew. */
const maxPlaces = 1_000_000;

export class DocumentLines {
  readonly #dir: string;
  readonly #chunks: FileHandle;
  /** In bytes from a document's first one: the start of each line that is known, and the end of the last one. */
  readonly #places = new Map<OutputDocument, readonly number[]>();
  #placeCount = 0;

  constructor(dir: string, chunks: FileHandle) {
    this.#dir = dir;
    this.#chunks = chunks;
  }

  /**
   * Each with its newline, of one document or up to that of another; the next one overwrites its memory.
   * @param skipped bytes before the first line that is wanted
   * @throws {DamagedOutputError} when they hold bytes that embed never writes, or end too soon
   */
  async *of(first: OutputDocument, last = first, skipped = 0): AsyncGenerator<Buffer> {
    const from = first.firstByte + skipped;
    const bytes = last.firstByte + last.bytes - from;
    let left = bytes;
    try {
      const range = { from, bytes };
      for await (const block of lineBlocks(this.#chunks, mostLineBytes, range)) {
        left -= block.length;
        for (let start = 0; start < block.length; ) {
          const end = block.indexOf(10, start) + 1;
          if (end === 0) throw new UnwrittenError('a line that is cut');
          yield block.subarray(start, end);
          start = end;
        }
      }
    } catch (error) {
      if (!(error instanceof UnwrittenError)) throw error;
      throw this.#damaged(first, error.message);
    }
    if (left > 0) throw damaged(join(this.#dir, chunksName), 'it ends too soon');
  }

  /** @throws {DamagedOutputError} when there is none */
  async ofRow(document: OutputDocument, row: number): Promise<string> {
    const place = row - document.firstRow;
    const places = await this.#find(document, place + 1);
    const [start, end] = [places[place], places[place + 1]];
    if (start === undefined || end === undefined) throw this.#damaged(document, `no line for row ${row}`);
    const line = Buffer.allocUnsafe(end - start);
    if (!(await readWhole(this.#chunks, document.firstByte + start, line))) {
      throw damaged(join(this.#dir, chunksName), 'it ends too soon');
    }
    return line.toString('utf8').trimEnd();
  }

  /** Where lines stand, up to the end of so many, or of all. */
  async #find(document: OutputDocument, lines: number): Promise<readonly number[]> {
    const known = this.#places.get(document) ?? [0];
    if (known.length > lines) return known;
    const places = [...known];
    for await (const line of this.of(document, document, places.at(-1))) {
      places.push(places.at(-1)! + line.length);
      if (places.length > lines) break;
    }
    this.#keep(document, places);
    return places;
  }

  #keep(document: OutputDocument, places: readonly number[]): void {
    if (this.#placeCount > maxPlaces) {
      this.#places.clear();
      this.#placeCount = 0;
    }
    // Another reader may have got farther meanwhile.
    const known = this.#places.get(document)?.length ?? 0;
    if (places.length <= known) return;
    this.#placeCount += places.length - known;
    this.#places.set(document, places);
  }

  #damaged({ source }: OutputDocument, what: string): DamagedOutputError {
    return damaged(join(this.#dir, chunksName), `${source}: ${what}`);
  }
}
