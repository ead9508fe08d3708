// UUIDs of version 5: made from a name, so that the same name always gives the same one.
import { hexHash } from './sha256.js';

/** Namespace and name, for names of usual length: so that no memory is taken for each row. */
const memory = Buffer.alloc(16 * 1024);

/** @param namespace the 16 bytes of the UUID under which the name counts @param name any text */
export function uuidOf(namespace: Buffer, name: string): string {
  const hex = hexHash('sha1', joined(namespace, name));
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function joined(namespace: Buffer, name: string): Buffer {
  // A UTF-16 unit becomes up to three bytes.
  if (namespace.length + 3 * name.length > memory.length)
    return Buffer.concat([namespace, Buffer.from(name)]);
  namespace.copy(memory);
  return memory.subarray(0, namespace.length + memory.write(name, namespace.length));
}

/** The text of the 16 bytes at a place. */
export function uuidText(bytes: Buffer, at: number): string {
  const hex = bytes.toString('hex', at, at + 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
