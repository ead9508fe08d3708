// Writes every accepted vector to disk as it arrives, so that a kill costs only the batches in flight.
// The file holds frames of vectors, keyed by text, each with a checksum. A frame that a kill cut short is dropped.
import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { VectorEntry } from '../../types/cache.js';
import type { Vector } from '../../types/vector.js';
import { isUnit } from '../../vectors/norm.js';
import { takeAccess } from '../files/access-rights.js';
import { namesIn, outputError } from '../files/disk-errors.js';
import { NotOursError, openToRead, openToUpdate, removeFile, replaceFile } from '../files/owned-file.js';
import { isOwned, journalPrefix, manifestName, runFolder, runName } from '../format/owned-names.js';
import { HashIndex } from '../read/hash-index.js';

const magic = 'EMBEDJ01';
const frameMagic = 0x454d4246;
const headerBytes = 64;
const hashBytes = 32;
const sumBytes = 16;
/** Of a file that was not made here, whose header may say anything. */
const maxDimensions = 65_536;
const frameStart = 8;
const windowBytes = 4 * 1024 * 1024;
/** A frame holds one answered batch, a few megabytes. A larger one was not written by us. */
const maxFrameBytes = 256 * 1024 * 1024;

/**
 * Opens the journal of a vector space. Each space has its own file, so that a run in another space loses nothing
 * of this one. A commit removes all of them. The caller must hold the lock. The first `append` creates the file.
 * @throws {OutputError} when it can't be read or written
 */
export async function openJournal(dir: string, spaceId: string, dimensions: number): Promise<Journal> {
  const path = join(runFolder(dir), `${journalPrefix}${spaceId}`);
  const journal = new Journal(path, journalHeader(spaceId, dimensions), dimensions);
  await journal.load();
  return journal;
}

/**
 * The journals of an output, opened for reading alone: none is made, cut or locked, and a run may write into them meanwhile.
 * @returns each with the id of its vector space
 */
export async function readJournals(dir: string): Promise<{ spaceId: string; journal: Journal }[]> {
  const found: { spaceId: string; journal: Journal }[] = [];
  for (const name of await journalsOf(dir)) {
    const path = join(dir, name);
    const spaceId = name.slice(`${runName}/${journalPrefix}`.length);
    const file = await openToRead(path);
    if (file === undefined) continue;
    const { buffer } = await file.read(Buffer.alloc(headerBytes), 0, headerBytes, 0);
    const dimensions = buffer.readUInt32LE(8);
    const journal = new Journal(path, journalHeader(spaceId, dimensions), dimensions);
    await journal.loadOnly(file);
    found.push({ spaceId, journal });
  }
  return found;
}

/** The names of all journals of an output, relative to it, of all spaces. */
export async function journalsOf(dir: string): Promise<string[]> {
  const names = await namesIn(runFolder(dir));
  return names
    .filter((name) => name.startsWith(journalPrefix) && isOwned('run', name))
    .map((name) => `${runName}/${name}`);
}

export class Journal {
  readonly path: string;
  readonly #header: Buffer;
  readonly #dimensions: number;
  #file: FileHandle | undefined;
  /** Position of the next frame. */
  #end = headerBytes;
  #index = new HashIndex();
  /** Position of each entry's vector in the file. */
  #places = new Float64Array(64);
  #writes: Promise<void> = Promise.resolve();

  constructor(path: string, header: Buffer, dimensions: number) {
    this.path = path;
    this.#header = header;
    this.#dimensions = dimensions;
  }

  /** Of its vectors. */
  get dimensions(): number {
    return this.#dimensions;
  }

  /** Vectors in it. */
  get size(): number {
    return this.#index.size;
  }

  has(hash: string): boolean {
    return this.#index.find(hash) !== undefined;
  }

  /**
   * The vector of a text by its SHA-256 (lower-case hex). Reads synchronously: it takes a few microseconds, as the
   * file is still in the system's cache.
   */
  get(hash: string): Vector | undefined {
    const entry = this.#index.find(hash);
    if (entry === undefined || this.#file === undefined) return undefined;
    const vector = new Float32Array(this.#dimensions);
    const bytes = Buffer.from(vector.buffer);
    const place = this.#places[entry] as number;
    if (readSync(this.#file.fd, bytes, 0, bytes.length, place) < bytes.length) return undefined;
    // The checksums have no key, so the vector may be a stranger's: a wrong one is embedded again.
    return isUnit(vector, this.#dimensions) ? vector : undefined;
  }

  /** Appends vectors in one write. `get` finds them once the promise is fulfilled. Calls queue up. */
  append(entries: readonly VectorEntry[]): Promise<void> {
    const write = this.#writes.then(() => this.#append(entries));
    // The caller gets the error; the next call writes at the same position again.
    this.#writes = write.catch(() => undefined);
    return write;
  }

  async close(): Promise<void> {
    await this.#writes;
    await this.#file?.close();
    this.#file = undefined;
  }

  /** Closes and deletes it. */
  async remove(): Promise<void> {
    await this.close();
    await removeFile(this.path);
  }

  /**
   * Reads all whole frames of an existing file, and cuts off the rest. It never writes into a link, or into a file
   * with a second name (a hard link), as that may belong to another program: the first `append` replaces it.
   */
  async load(): Promise<void> {
    this.#file = await openOwn(this.path);
    if (this.#file === undefined) return;
    try {
      await this.#takeAccess(this.#file);
      const header = Buffer.alloc(headerBytes);
      await this.#file.read(header, 0, headerBytes, 0);
      if (header.equals(this.#header)) await this.#loadFrames(this.#file);
      else await writeAll(this.#file, this.#header, 0);
      await this.#file.truncate(this.#end);
    } catch (error) {
      await this.close();
      throw outputError(error, this.path);
    }
  }

  /** The same of an open file, of which nothing is cut off. */
  async loadOnly(file: FileHandle): Promise<void> {
    this.#file = file;
    try {
      const header = Buffer.alloc(headerBytes);
      await file.read(header, 0, headerBytes, 0);
      if (header.equals(this.#header) && this.#dimensions <= maxDimensions) await this.#loadFrames(file);
    } catch (error) {
      await this.close();
      throw outputError(error, this.path);
    }
  }

  async #loadFrames(file: FileHandle): Promise<void> {
    let window = Buffer.allocUnsafe(windowBytes);
    for (;;) {
      const { bytesRead } = await file.read(window, 0, window.length, this.#end);
      let at = 0;
      let needed = frameStart;
      while (bytesRead - at >= frameStart) {
        if (window.readUInt32LE(at) !== frameMagic) return;
        needed = this.#frameBytes(window.readUInt32LE(at + 4));
        if (bytesRead - at < needed) break;
        const frame = window.subarray(at, at + needed);
        if (!frameSum(frame).equals(frame.subarray(-sumBytes))) return;
        this.#addFrame(frame, this.#end);
        this.#end += needed;
        at += needed;
      }
      if (bytesRead < window.length) return;
      // There is more in the file: a frame larger than the window needs a larger window.
      if (at === 0) {
        const { size } = await file.stat();
        if (this.#end + needed > size || needed > maxFrameBytes) return;
        window = Buffer.allocUnsafe(needed);
      }
    }
  }

  async #append(entries: readonly VectorEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const frame = Buffer.allocUnsafe(this.#frameBytes(entries.length));
    frame.writeUInt32LE(frameMagic, 0);
    frame.writeUInt32LE(entries.length, 4);
    let at = frameStart;
    for (const { hash, vector } of entries) {
      if (vector.length !== this.#dimensions) {
        throw new Error(`expected ${this.#dimensions} dimensions, got ${vector.length}`);
      }
      frame.write(hash, at, hashBytes, 'hex');
      frame.set(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength), at + hashBytes);
      at += hashBytes + vector.byteLength;
    }
    frame.set(frameSum(frame), at);
    try {
      this.#file ??= await this.#create();
      await writeAll(this.#file, frame, this.#end);
    } catch (error) {
      throw outputError(error, this.path);
    }
    this.#addFrame(frame, this.#end);
    this.#end += frame.length;
  }

  async #create(): Promise<FileHandle> {
    const file = await replaceFile(this.path);
    await this.#takeAccess(file);
    await writeAll(file, this.#header, 0);
    return file;
  }

  /** Vectors reveal much of a text, so the journal gets the access rights of the output. */
  #takeAccess(file: FileHandle): Promise<void> {
    return takeAccess(file, join(this.path, '../..', manifestName));
  }

  #addFrame(frame: Buffer, position: number): void {
    const step = hashBytes + this.#dimensions * 4;
    for (let at = frameStart; at < frame.length - sumBytes; at += step) {
      if (this.size === this.#places.length) {
        const places = new Float64Array(this.#places.length * 2);
        places.set(this.#places);
        this.#places = places;
      }
      this.#places[this.size] = position + at + hashBytes;
      this.#index.add(frame, at);
    }
  }

  #frameBytes(entries: number): number {
    return frameStart + entries * (hashBytes + this.#dimensions * 4) + sumBytes;
  }
}

/** Opens the file at `path` when it has no other name (hard link). */
async function openOwn(path: string): Promise<FileHandle | undefined> {
  let file: FileHandle | undefined;
  try {
    file = await openToUpdate(path);
    if (file === undefined || (await file.stat()).nlink === 1) return file;
    await file.close();
    return undefined;
  } catch (error) {
    await file?.close();
    if (error instanceof NotOursError) return undefined;
    throw outputError(error, path);
  }
}

function journalHeader(spaceId: string, dimensions: number): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.write(magic, 0, 'latin1');
  header.writeUInt32LE(dimensions, 8);
  header.write(spaceId, 12, 32, 'latin1');
  header.set(sha256(header.subarray(0, 44)).subarray(0, sumBytes), 44);
  return header;
}

/** The checksum of a frame, over all bytes but the checksum itself. */
function frameSum(frame: Buffer): Buffer {
  return sha256(frame.subarray(0, frame.length - sumBytes)).subarray(0, sumBytes);
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
