// What a folder holds, in one text: names, kinds, modes and hashes, so that any change can be shown.
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Larger ones are told by their size: they are sparse, and of no value. */
const hashed = 16 * 1024 * 1024;

/**
 * One entry a path below `root`, with what stands there.
 * @param hidden paths, relative to the root, that may change
 */
export function lookAt(root, hidden = []) {
  const seen = new Map();
  const visit = (path) => {
    const name = relative(root, path);
    if (hidden.includes(name)) return;
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return;
    if (name !== '') seen.set(name, describe(path, stat));
    if (stat.isDirectory()) for (const entry of readdirSync(path)) visit(join(path, entry));
  };
  visit(root);
  return seen;
}

/** The first difference in words; undefined where there is none. */
export function difference(before, after) {
  for (const [name, what] of before) {
    const now = after.get(name);
    if (now === undefined) return `removed ${JSON.stringify(name)}`;
    if (now !== what) return `changed ${JSON.stringify(name)}`;
  }
  for (const name of after.keys()) if (!before.has(name)) return `made ${JSON.stringify(name)}`;
  return undefined;
}

function describe(path, stat) {
  if (stat.isSymbolicLink()) return `link ${readlinkSync(path)}`;
  if (stat.isDirectory()) return `folder ${stat.mode}`;
  if (!stat.isFile()) return `special ${stat.mode}`;
  if (stat.size > hashed) return `file ${stat.mode} ${stat.size}`;
  return `file ${stat.mode} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
}
