// A file that is written beside the output: buffered, hashed as it is written, with one write in flight while the
// next buffer fills. The output stays untouched until the commit renames the file.
import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { takeAccess } from '../files/access-rights.js';
import { outputError, syncHandle } from '../files/disk-errors.js';
import { createFile, removeFile } from '../files/owned-file.js';

const bufferBytes = 1024 * 1024;
/** Bytes written between two beginnings of a sync. */
const syncBytes = 64 * 1024 * 1024;

/** Size and hash of a finished file, as the manifest and the commit record hold them. */
export interface FileSum {
  bytes: number;
  /** SHA-256, lower-case hex. */
  sha256: string;
}

export class StagedFile {
  readonly path: string;
  /** Bytes so far, including those in the buffer. */
  bytes = 0;
  #handle: FileHandle;
  #hash: Hash | undefined;
  #buffer: Buffer = Buffer.allocUnsafeSlow(bufferBytes);
  #spare: Buffer[] = [];
  #used = 0;
  #written = 0;
  #inFlight = 0;
  #writes: Promise<void> = Promise.resolve();
  #failure: unknown;
  /** Written when the last sync began. */
  #syncedTo = 0;
  #sync: Promise<void> | undefined;

  private constructor(path: string, handle: FileHandle, hashed: boolean) {
    this.path = path;
    this.#handle = handle;
    this.#hash = hashed ? createHash('sha256') : undefined;
  }

  /**
   * @param options.hashed hash while writing; must be false for a file that is patched later
   * @param options.replaces the file whose mode, owner and group it gets
   * @param options.handle an open file, for tests only. @default a new one at `path`
   */
  static async create(
    path: string,
    options: { hashed: boolean; replaces?: string; handle?: FileHandle },
  ): Promise<StagedFile> {
    const handle = options.handle ?? (await createFile(path));
    if (options.replaces !== undefined) await takeAccess(handle, options.replaces);
    return new StagedFile(path, handle, options.hashed);
  }

  /** A buffer with at least `bytes` free bytes at `position`. Write there, then call `advance`. */
  room(bytes: number): { buffer: Buffer; position: number } {
    if (this.#buffer.length - this.#used < bytes) {
      this.#flush();
      if (this.#buffer.length < bytes) this.#buffer = Buffer.allocUnsafeSlow(bytes);
    }
    return { buffer: this.#buffer, position: this.#used };
  }

  /** Accepts the bytes from `position` of the last `room` up to `end`. */
  advance(end: number): void {
    this.bytes += end - this.#used;
    this.#used = end;
  }

  add(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const { buffer, position } = this.room(1);
      const step = Math.min(bytes.length - done, buffer.length - position);
      buffer.set(bytes.subarray(done, done + step), position);
      this.advance(position + step);
      done += step;
    }
  }

  addText(text: string): void {
    const { buffer, position } = this.room(text.length * 3);
    this.advance(position + buffer.write(text, position));
  }

  /** Copies a range of another file, after all bytes that were added before. */
  async copyFrom(source: FileHandle, start: number, length: number): Promise<void> {
    for (let done = 0; done < length; ) {
      const { buffer, position } = this.room(Math.min(length - done, bufferBytes));
      const step = Math.min(length - done, buffer.length - position);
      const { bytesRead } = await source.read(buffer, position, step, start + done);
      if (bytesRead === 0) throw new Error(`expected ${length} bytes at ${start}, the file ends sooner`);
      this.advance(position + bytesRead);
      done += bytesRead;
      await this.drained();
    }
  }

  /** A promise to await when the disk is slower than the caller, else undefined. */
  drained(): Promise<void> | undefined {
    if (this.#failure !== undefined) return this.#settled();
    return this.#inFlight > 1 ? this.#settled() : undefined;
  }

  /** Writes the buffer, and waits until the operating system has all bytes. */
  async flush(): Promise<void> {
    this.#flush();
    await this.#settled();
  }

  /** Takes back all bytes after the first `bytes`. Not for a file that is hashed while it is written. */
  async rewind(bytes: number): Promise<void> {
    if (this.#hash !== undefined) throw new Error('expected a file that is not hashed while it is written');
    await this.flush();
    await this.#sync;
    await this.#handle.truncate(bytes);
    this.bytes = this.#written = bytes;
    this.#syncedTo = Math.min(this.#syncedTo, bytes);
  }

  /** Overwrites bytes that were written before. */
  async patch(bytes: Uint8Array, position: number): Promise<void> {
    await this.flush();
    await this.#write(bytes, position);
  }

  /** Size and hash of the file so far. Reads it again if it wasn't hashed while writing. */
  async sum(): Promise<FileSum> {
    await this.flush();
    return {
      bytes: this.bytes,
      sha256: this.#hash?.copy().digest('hex') ?? (await hashFile(this.#handle)),
    };
  }

  /** Makes the content durable and closes the file. */
  async finish(): Promise<void> {
    await this.flush();
    try {
      await this.#sync;
      if (this.#failure !== undefined) throw this.#failure;
      await syncHandle(this.#handle);
    } catch (error) {
      throw outputError(error, this.path);
    } finally {
      await this.#handle.close();
    }
  }

  /** Closes and removes the file, in any state. */
  async discard(): Promise<void> {
    await this.#writes;
    await this.#sync;
    await this.#handle.close();
    await removeFile(this.path);
  }

  /** For reading it before it is finished. Call `flush` first. */
  get handle(): FileHandle {
    return this.#handle;
  }

  #flush(): void {
    if (this.#used === 0) return;
    const full = this.#buffer;
    const bytes = full.subarray(0, this.#used);
    const position = this.#written;
    this.#hash?.update(bytes);
    this.#written += bytes.length;
    this.#used = 0;
    this.#buffer = this.#spare.pop() ?? Buffer.allocUnsafeSlow(bufferBytes);
    this.#inFlight++;
    this.#writes = this.#writes.then(async () => {
      try {
        if (this.#failure === undefined) await this.#write(bytes, position);
        this.#syncEarly(position + bytes.length);
      } catch (error) {
        this.#failure = error;
      }
      this.#inFlight--;
      if (full.length === bufferBytes && this.#spare.length < 2) this.#spare.push(full);
    });
  }

  /**
   * Lets the disk begin with what is written, while more is added: so little is left for the end. The system tells an
   * error of the disk once only, so it is kept.
   */
  #syncEarly(written: number): void {
    if (this.#sync !== undefined || written - this.#syncedTo < syncBytes) return;
    this.#syncedTo = written;
    this.#sync = syncHandle(this.#handle).then(
      () => {
        this.#sync = undefined;
      },
      (error: unknown) => {
        this.#failure ??= error;
        this.#sync = undefined;
      },
    );
  }

  async #settled(): Promise<void> {
    await this.#writes;
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #write(bytes: Uint8Array, position: number): Promise<void> {
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, position + done);
        done += bytesWritten;
      }
    } catch (error) {
      throw outputError(error, this.path);
    }
  }
}

/** SHA-256 of a whole open file, lower-case hex. */
export async function hashFile(handle: FileHandle, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(bufferBytes);
  for (let position = 0; ; ) {
    signal?.throwIfAborted();
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
}
