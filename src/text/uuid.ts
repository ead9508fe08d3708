// UUIDs of version 5: made from a name, so that the same name always gives the same one.
import { createHash } from 'node:crypto';

/** @param namespace the 16 bytes of the UUID under which the name counts @param name any text */
export function uuidOf(namespace: Buffer, name: string): string {
  const hex = createHash('sha1').update(namespace).update(name).digest('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
