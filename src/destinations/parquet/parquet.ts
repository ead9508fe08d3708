// An index as one Parquet file. It is written anew beside the old one, and takes its name when it is whole.
import { constants } from 'node:fs';
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FileMetaData } from 'hyparquet';
import { DestinationError, EmbedError, UsageError } from '../../errors.js';
import { pathOf } from '../../net/destination-address.js';
import { asText } from '../../text/as-text.js';
import { printable } from '../../text/printable.js';
import type { Shard } from '../../types/shard.js';
import type { Vector } from '../../types/vector.js';
import type {
  Destination,
  DestinationOptions,
  DestinationRow,
  FoundRow,
  Kept,
  ListedRow,
  PlacedRow,
  Plan,
  RowPlace,
} from '../destination.js';
import { inPlace, type NumberedRow } from '../in-place.js';
import { plainColumns, RowFile, vectorColumn } from './file-writer.js';
import { stateOf } from './kept-state.js';
import { checkedFile, type FileBytes, readMetadata } from './metadata.js';
import { checkMetadata, isOfColumn } from './own-rows.js';

/** Key of the file's metadata that holds the index's name and state. */
const stateKey = 'embed';
/** Bytes that are read at once, packed or not: a column of a row group. */
const maxColumn = 512 * 1024 * 1024;

// Both are undefined on Windows.
const safely = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** @throws {UsageError} when the address has no path, or a query */
export async function openParquet(options: DestinationOptions): Promise<Destination> {
  const { path, query } = pathOf(options.address, options.cwd)!;
  const [unknown] = query.keys();
  if (unknown !== undefined) {
    throw new UsageError(
      `${options.address}: a Parquet file has no setting "${printable(unknown, 60)}": leave it out.`,
    );
  }
  return new Parquet(path, options);
}

interface OpenFile {
  handle: FileHandle;
  metadata: FileMetaData;
  source: FileBytes;
}

class Parquet implements Destination {
  readonly shown: string;
  readonly takes = 'whole';
  readonly rowsPerRequest = 1000;
  readonly #path: string;
  readonly #options: DestinationOptions;
  #old: OpenFile | undefined;
  #new: { handle: FileHandle; rows: RowFile } | undefined;

  constructor(path: string, options: DestinationOptions) {
    this.#path = path;
    this.#options = options;
    this.shown = options.address;
  }

  async check(): Promise<Kept> {
    this.#old = await this.#open();
    if (this.#old === undefined) return { index: undefined, others: [] };
    const written = this.#old.metadata.key_value_metadata?.find(({ key }) => key === stateKey)?.value;
    const state = stateOf(written);
    if (state === undefined) {
      throw new UsageError(
        `${this.shown} is a Parquet file that embed didn't write: remove it, or name another file.`,
      );
    }
    this.#checkOwn(this.#old);
    const { index, token, space } = state;
    if (index !== this.#options.index) {
      throw new UsageError(
        `${this.shown} holds the index "${printable(index, 100)}": a Parquet file holds one, so name another file.`,
      );
    }
    return { index: { token, space }, others: [] };
  }

  async #open(): Promise<OpenFile | undefined> {
    let handle: FileHandle;
    try {
      handle = await open(this.#path, constants.O_RDONLY | safely);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw this.#inWords(error);
    }
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) throw new UsageError(`${this.shown} is no file: name another.`);
      const source = {
        byteLength: stats.size,
        slice: async (start: number, end = stats.size) => {
          if (Math.min(end, stats.size) - start > maxColumn) throw new RangeError('expected a smaller part');
          const bytes = Buffer.alloc(Math.max(0, Math.min(end, stats.size) - start));
          const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
          return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytesRead) as ArrayBuffer;
        },
      };
      return { handle, source, metadata: await this.#metadata(source) };
    } catch (error) {
      await handle.close();
      throw this.#inWords(error);
    }
  }

  async #metadata(source: FileBytes): Promise<FileMetaData> {
    let metadata: FileMetaData | undefined;
    try {
      metadata = await readMetadata(source);
    } catch (cause) {
      throw this.#damaged(cause);
    }
    if (metadata) return metadata;
    throw new UsageError(`${this.shown} is no Parquet file: remove it, or name another file.`);
  }

  async count(): Promise<number> {
    return Number(this.#old?.metadata.num_rows ?? 0);
  }

  async *list(shard: Shard | undefined): AsyncGenerator<readonly ListedRow[]> {
    for await (const rows of this.#groups(shard ? ['id', 'sum', 'source'] : ['id', 'sum'])) {
      yield rows.map(({ id, sum, source = '' }) => ({
        id: String(id),
        sum: String(sum),
        source: String(source),
      }));
    }
  }

  #checkOwn({ metadata, source }: OpenFile): void {
    try {
      checkMetadata(metadata, source.byteLength);
    } catch (cause) {
      throw this.#damaged(cause);
    }
  }

  /** The rows of each row group, with these columns. */
  async *#groups(columns: string[]): AsyncGenerator<Record<string, unknown>[]> {
    if (this.#old === undefined) return;
    const { parquetReadObjects } = await import('hyparquet');
    const { source, metadata } = this.#old;
    this.#checkOwn(this.#old);
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      this.#options.signal.throwIfAborted();
      const rowEnd = rowStart + Number(group.num_rows);
      let rows: Record<string, unknown>[];
      try {
        const file = await checkedFile(source, group);
        rows = await parquetReadObjects({ file, metadata, columns, rowStart, rowEnd });
      } catch (cause) {
        throw this.#damaged(cause);
      }
      if (!rows.every((row) => columns.every((column) => isOfColumn(row[column], column))))
        throw this.#damaged();
      yield rows;
      rowStart = rowEnd;
    }
  }

  get #newPath(): string {
    return join(dirname(this.#path), `.${basename(this.#path)}.new`);
  }

  async begin({ space, state }: Plan): Promise<void> {
    try {
      // What a killed sync left behind goes, and a link is not followed.
      await unlink(this.#newPath).catch((error) => {
        if (error.code !== 'ENOENT') throw error;
      });
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | safely;
      const handle = await open(this.#newPath, flags, 0o666);
      const keys = { [stateKey]: JSON.stringify({ index: this.#options.index, ...state }) };
      this.#new = { handle, rows: await RowFile.begin(handle, space.dimensions, keys) };
    } catch (error) {
      throw this.#inWords(error);
    }
  }

  async upsert(rows: readonly DestinationRow[]): Promise<void> {
    this.#options.signal.throwIfAborted();
    try {
      await this.#new!.rows.add(rows);
    } catch (error) {
      throw this.#inWords(error);
    }
  }

  async remove(): Promise<void> {
    // What isn't sent is not in the new file.
  }

  async finish(): Promise<void> {
    if (this.#new === undefined) return;
    try {
      const { handle, rows } = this.#new;
      await rows.finish();
      await handle.sync();
      await handle.close();
      this.#new = undefined;
      await rename(this.#newPath, this.#path);
    } catch (error) {
      throw this.#inWords(error);
    }
  }

  async search(vector: Vector, most: number): Promise<FoundRow[]> {
    this.#old ??= await this.#open();
    if (this.#old === undefined) throw new UsageError(`${this.shown} isn't there: run \`embed sync\` first.`);
    const best: FoundRow[] = [];
    for await (const rows of this.#groups([...plainColumns, vectorColumn])) {
      for (const row of rows) {
        const values = row[vectorColumn] as number[];
        let score = 0;
        for (let i = 0; i < vector.length; i++) score += vector[i]! * (values[i] ?? 0);
        if (best.length === most && score <= best[most - 1]!.score) continue;
        let place = best.length;
        while (place > 0 && best[place - 1]!.score < score) place--;
        const { id, source, text, metadata } = row as unknown as FoundRow;
        best.splice(place, 0, { id, source, text, metadata, score });
        if (best.length > most) best.pop();
      }
    }
    return best;
  }

  readonly contents = {
    texts: async function* (this: Parquet) {
      yield* this.#groups([...plainColumns]) as unknown as AsyncIterable<PlacedRow[]>;
    }.bind(this),
    vectors: async function* (this: Parquet) {
      for await (const rows of this.#groups(['id', vectorColumn]))
        yield rows.map(({ id, [vectorColumn]: vector }) => ({
          id: id as string,
          vector: vector as number[],
        }));
    }.bind(this),
  };

  async find(place: RowPlace): Promise<PlacedRow[]> {
    this.#old ??= await this.#open();
    const found: NumberedRow[] = [];
    for await (const rows of this.#groups([...plainColumns])) {
      for (const row of rows) {
        const { id, source, text, metadata, chunk } = row as unknown as NumberedRow;
        if ('id' in place ? id !== place.id : source !== place.source) continue;
        found.push({ id, source, text, metadata, chunk: Number(asText(chunk)) });
      }
    }
    return inPlace(found, place);
  }

  async close(): Promise<void> {
    await this.#old?.handle.close();
    this.#old = undefined;
    if (this.#new === undefined) return;
    await this.#new.handle.close();
    this.#new = undefined;
    await unlink(this.#newPath).catch(() => undefined);
  }

  #damaged(cause?: unknown): DestinationError {
    return new DestinationError(`${this.shown} is damaged: remove it, and run \`embed sync\` again.`, {
      cause,
    });
  }

  #inWords(error: unknown): unknown {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof EmbedError || code === undefined) return error;
    const cause = { cause: error };
    if (code === 'ENOENT') {
      return new UsageError(
        `The folder of ${this.shown} doesn't exist: make it, or name another file.`,
        cause,
      );
    }
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      return new DestinationError(`The disk is full at ${this.shown}: free some space and run again.`, cause);
    }
    return new DestinationError(
      `${this.shown} can't be read or written (${code}): check its permissions.`,
      cause,
    );
  }
}
