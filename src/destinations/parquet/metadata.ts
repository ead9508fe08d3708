// The metadata at the end of a Parquet file, read within bounds.
import type { FileMetaData } from 'hyparquet';
import { footerParts } from './footer-shape.js';
import { checkColumns } from './own-rows.js';

/** Bytes of a file: whole, or a part of it. */
export interface FileBytes {
  byteLength: number;
  slice(start: number, end?: number): Promise<ArrayBuffer>;
}

/** Bytes of the metadata that are read. */
const maxFooter = 256 * 1024 * 1024;
/** Values in them: some 300 for each row group. */
const maxParts = 10_000_000;

/**
 * @returns undefined when it is no Parquet file
 * @throws {Error} when it is damaged, or far larger in memory than in the file
 */
export async function readMetadata(file: FileBytes): Promise<FileMetaData | undefined> {
  const tail = Buffer.from(await file.slice(Math.max(0, file.byteLength - 8)));
  const isParquet = tail.length === 8 && tail.toString('latin1', 4) === 'PAR1';
  if (!isParquet || tail.readUInt32LE(0) > Math.min(maxFooter, file.byteLength - 8)) return undefined;
  const length = tail.readUInt32LE(0);
  const { parquetMetadataAsync } = await import('hyparquet');
  const footer = await file.slice(file.byteLength - 8 - length, file.byteLength - 8);
  if (footerParts(new Uint8Array(footer), maxParts) > maxParts) throw new RangeError('too many parts');
  return await parquetMetadataAsync(file);
}

/** The file, for the reader of one row group: what isn't as our writer writes it is an error before it is read. */
export async function checkedFile(
  file: FileBytes,
  group: FileMetaData['row_groups'][number],
): Promise<FileBytes> {
  const { snappyUncompress } = await import('hyparquet');
  return {
    byteLength: file.byteLength,
    slice: async (start, end) => {
      const bytes = await file.slice(start, end);
      checkColumns(group, new Uint8Array(bytes), { start, unpack: snappyUncompress });
      return bytes;
    },
  };
}
