// Zip files and Flate streams, also such that unpack to very much: a block of a megabyte is packed once, and
// repeated.
import { constants, deflateRawSync } from 'node:zlib';

const megabyte = 1 << 20;
const table = Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

/** Raw Flate of `start`, then `text` repeated to `megabytes`, then `end`. */
export function packed(start, text, megabytes, end) {
  const block = Buffer.from(text.repeat(Math.ceil(megabyte / text.length)));
  const part = (bytes) => deflateRawSync(bytes, { finishFlush: constants.Z_FULL_FLUSH });
  const repeated = part(block);
  const list = [part(Buffer.from(start)), ...Array(megabytes).fill(repeated), part(Buffer.from(end))];
  const bytes = Buffer.concat([...list, Buffer.from([3, 0])]);
  return { bytes, size: start.length + block.length * megabytes + end.length };
}

/** Raw Flate within zlib's head and an unread sum, as PDF wants it. */
export function zlibOf(bytes) {
  return Buffer.concat([Buffer.from([0x78, 0x9c]), bytes, Buffer.alloc(4)]);
}

/** @param files `name`, and `bytes`, or what `packed` gave */
export function zip(files) {
  const parts = [];
  const directory = [];
  let at = 0;
  for (const { name, bytes, size } of files) {
    const known = size === undefined;
    const body = known ? deflateRawSync(bytes) : bytes;
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(8, 4);
    // The sum of what is repeated isn't worth its time; readers of office files don't look at it.
    fields.writeUInt32LE(known ? crc32(Buffer.from(bytes)) : 0, 10);
    fields.writeUInt32LE(body.length, 14);
    fields.writeUInt32LE(known ? bytes.length : size, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), body]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), fields, tail, Buffer.from(name)]),
    );
    parts.push(local);
    at += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, central, end]);
}

function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = table[(value ^ byte) & 255] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
