// Claims on the lock: files made by an exclusive link. Each appears whole or not at all, and only one of several
// takers gets it.
//
// How a dead owner's lock is taken over. The lock file holds the owner's nonce, say `a`. Its successor is the
// first taker that links `lock-after-a`. If that one (nonce `b`) dies at once, its successor is the first that
// links `lock-after-b`, and so on. The last of this chain owns the lock: it renames its own file over `lock` and
// removes the chain. A slow taker may have read the old chain and link a name that was just removed. It then sees
// that `lock` is no longer the file from which its chain started, and gives up. So two can never win.
import { constants, copyFile, link, lstat, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { OutputError } from '../../errors.js';
import { errorCode, outputError } from '../files/disk-errors.js';
import { steady } from '../files/folder-handle.js';
import { readOwnText, removeFile } from '../files/owned-file.js';
import { requireOwnRun } from '../files/run-folder.js';
import { lockPrefix, runFolder } from '../format/owned-names.js';
import { type LockOwner, liveness, parseOwner, thisProcess } from './lock-owner.js';

/** An owner is one short line. */
const maxClaimBytes = 64 * 1024;
/** Max takers in a row that died before one of them had the lock. */
const maxChain = 100;

/** An owner on another host or in another container counts as dead when its heartbeat is older, in ms. */
const staleMs = 60_000;
/** {@link staleMs} in words. */
export const untouched = `for ${staleMs / 1000} s`;

export interface Claim {
  owner: LockOwner;
  path: string;
  /** When it was last touched, in ms. */
  touched: number;
}

/** Whether the owner keeps the lock at `now` (ms); if not, another run may take it over. */
export async function isHeld(claim: Claim, now: number): Promise<boolean> {
  const state = await liveness(claim.owner, await thisProcess(''));
  // A heartbeat in the future comes from a wrong clock. A running owner writes again, with the right time.
  return state === 'unknown' ? Math.abs(now - claim.touched) < staleMs : state === 'alive';
}

/**
 * Makes `mine` the lock, as the successor of the chain's end.
 * @param mine a file that holds our owner; it is renamed
 * @returns false when another run was first
 */
export async function takeOver(dir: string, mine: string, chain: readonly Claim[]): Promise<boolean> {
  const end = chain.at(-1);
  if (end === undefined) return false;
  const succession = successorPath(dir, end.owner);
  if (!(await claim(mine, succession))) return false;
  const root = (await readChain(dir))?.[0];
  if (root?.owner.nonce !== chain[0]?.owner.nonce) {
    await removeFile(succession);
    return false;
  }
  await rename(steady(mine), steady(lockPath(dir)));
  return true;
}

/** Links `mine` to a name that must not exist. Copies it where the disk has no links. */
export async function claim(mine: string, path: string): Promise<boolean> {
  try {
    await link(steady(mine), steady(path));
    return true;
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (code === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code)) throw error;
  }
  try {
    await copyFile(steady(mine), steady(path), constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * The owner of `lock`, then each successor in turn; undefined when there is no lock.
 * @throws {OutputError} when `.run` isn't ours, or the chain has no end
 */
export async function readChain(dir: string): Promise<Claim[] | undefined> {
  await requireOwnRun(dir);
  const root = await readClaim(lockPath(dir));
  if (root === undefined) return undefined;
  const chain = [root];
  for (let last: Claim | undefined = root; last !== undefined; ) {
    last = await readClaim(successorPath(dir, last.owner));
    if (last !== undefined) chain.push(last);
    if (chain.length > maxChain) {
      throw new OutputError(
        `The lock in ${runFolder(dir)} names too many owners: if no other run uses the folder, remove ${lockPath(dir)}.`,
      );
    }
  }
  return chain;
}

async function readClaim(path: string): Promise<Claim | undefined> {
  const text = await readOwnText(path, maxClaimBytes);
  if (text === undefined) return undefined;
  try {
    const { mtimeMs, ino } = await lstat(steady(path));
    return { owner: parseOwner(text) ?? unknownOwner(ino), path, touched: mtimeMs };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw outputError(error, path);
  }
}

/** The owner of a lock file that can't be read. Only the age of the file counts. */
function unknownOwner(inode: number): LockOwner {
  const nonce = `unreadable-${inode}`;
  return { host: '', pid: 0, boot: nonce, namespace: '', started: '', nonce, isUnreadable: true };
}

export function lockPath(dir: string): string {
  return join(runFolder(dir), lockPrefix);
}

function successorPath(dir: string, owner: LockOwner): string {
  return join(runFolder(dir), `${lockPrefix}-after-${owner.nonce}`);
}
