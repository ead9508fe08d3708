// Packs: vectors stored together as one value of the database, and where each lies in it. One value
// per vector took twice the space and three times the time, for LMDB fills its pages by halves.
import { randomBytes } from 'node:crypto';
import type { VectorEntry } from '../../types/cache.js';
import { vectorBytes } from '../../vectors/bytes.js';

/** Bytes of a pack at most, unless one vector is larger: reading a vector copies its pack. */
const packBytes = 64 * 1024;

/** Length of an entry's key: 16 bytes of space, 32 of hash. */
const entryKeyBytes = 48;

/** Length of a pack's key: time, counter, process; so that keys order packs by age. */
const packKeyBytes = 12;

/** Length of a place: pack key, start and length. */
const placeBytes = packKeyBytes + 8;

export interface Pack {
  key: Buffer;
  /** `count` uint32, that many entry keys, then the vectors. */
  bytes: Buffer;
  /** The entries' keys, and for each its place in `bytes`. */
  entries: { key: Buffer; place: Buffer }[];
}

/** Where a vector lies: pack key and bytes within the pack. */
export interface Place {
  pack: Buffer;
  start: number;
  length: number;
}

export function entryKey(space: string, hash: string): Buffer {
  const key = Buffer.allocUnsafe(entryKeyBytes);
  key.write(space, 0, 'hex');
  key.write(hash, 16, 'hex');
  return key;
}

/** The id of an entry's vector space. */
export function spaceOfEntry(key: Buffer): string {
  return key.toString('hex', 0, 16);
}

/** When a pack was made, ms since 1970. */
export function packTime(key: Buffer): number {
  return key.readUIntBE(0, 6);
}

/** Splits entries into packs of bounded size, in order. */
export function* packEntries(space: string, entries: readonly VectorEntry[]): Generator<Pack> {
  let start = 0;
  while (start < entries.length) {
    let size = 0;
    let end = start;
    while (end < entries.length) {
      size += entryKeyBytes + entries[end]!.vector.byteLength;
      if (size > packBytes && end > start) break;
      end++;
    }
    yield pack(space, entries.slice(start, end));
    start = end;
  }
}

function pack(space: string, entries: readonly VectorEntry[]): Pack {
  let start = 4 + entries.length * entryKeyBytes;
  let size = start;
  for (const { vector } of entries) size += vector.byteLength;
  const bytes = Buffer.allocUnsafeSlow(size);
  const places = Buffer.allocUnsafeSlow(entries.length * placeBytes);
  const key = nextPackKey();
  bytes.writeUInt32LE(entries.length, 0);
  const spaceBytes = Buffer.from(space, 'hex');
  const slots = entries.map(({ hash, vector }, index) => {
    const keyStart = 4 + index * entryKeyBytes;
    bytes.set(spaceBytes, keyStart);
    bytes.write(hash, keyStart + spaceBytes.length, 'hex');
    bytes.set(vectorBytes(vector), start);
    const place = places.subarray(index * placeBytes, (index + 1) * placeBytes);
    place.set(key);
    place.writeUInt32LE(start, packKeyBytes);
    place.writeUInt32LE(vector.byteLength, packKeyBytes + 4);
    start += vector.byteLength;
    return { key: bytes.subarray(keyStart, keyStart + entryKeyBytes), place };
  });
  return { key, bytes, entries: slots };
}

/** @param place stays valid only as long as its buffer's content; the pack's key is copied */
export function readPlace(place: Buffer): Place {
  return {
    pack: Buffer.from(place.subarray(0, packKeyBytes)),
    start: place.readUInt32LE(packKeyBytes),
    length: place.readUInt32LE(packKeyBytes + 4),
  };
}

/** The keys of a pack's entries; views on `bytes`. */
export function entryKeys(bytes: Buffer): Buffer[] {
  const count = bytes.readUInt32LE(0);
  return Array.from({ length: count }, (_, index) =>
    bytes.subarray(4 + index * entryKeyBytes, 4 + (index + 1) * entryKeyBytes),
  );
}

const processTag = randomBytes(4);
let packCount = 0;

/** Grows with time; different in every process. */
function nextPackKey(): Buffer {
  const key = Buffer.alloc(packKeyBytes);
  key.writeUIntBE(Date.now(), 0, 6);
  key.writeUInt16BE(packCount++ % 65536, 6);
  key.set(processTag, 8);
  return key;
}
