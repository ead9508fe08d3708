// One run at a time writes an output. The lock names its owner, tells others that he lives, and is taken
// over when he died; `takeover.ts` sees to it that only one can win.
import { randomBytes } from 'node:crypto';
import { type FileHandle, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LockedError, OutputError } from '../../errors.js';
import { shareAccess } from '../files/access-rights.js';
import { ensureFolder, errorCode, namesIn, outputError } from '../files/disk-errors.js';
import { refuseOtherFolder } from '../files/new-output-folder.js';
import {
  createFile,
  holdFolder,
  isStillThere,
  openToUpdate,
  removeEmptyFolder,
  removeFile,
} from '../files/owned-file.js';
import { makeRun, removeRun, requireOwnRun } from '../files/run-folder.js';
import { isOwned, lockPrefix, runFolder } from '../format/layout.js';
import { type Release, steady } from '../held.js';
import { type LockOwner, liveness, ownerInWords, thisProcess } from './lock-owner.js';
import { type Claim, claim, lockPath, readChain, takeOver } from './takeover.js';

export interface LockOptions {
  /** Wait for the other run instead of throwing. */
  wait?: boolean;
  /** The longest wait, in ms. @default no limit */
  waitMs?: number;
  signal?: AbortSignal | undefined;
  /** Called once, when the wait begins. */
  onWait?: (owner: LockOwner) => void;
}

export interface LockState {
  owner: LockOwner;
  /** False for a lock that the next run will take over. */
  held: boolean;
}

/** An owner who can't be seen from here is believed dead when his lock wasn't touched for this long. */
const staleMs = 60_000;
/** The same in words. */
export const untouched = `for ${staleMs / 1000} s`;
const heartbeatMs = 10_000;
const pollMs = 250;
/** Tries in which others came in between; so many mean that something else is wrong. */
const maxRaces = 1000;

/**
 * Creates the folder if need be, and takes its lock.
 * @throws {LockedError} naming the owner, when another run holds it
 * @throws {OutputError} when the folder can't be made or written
 */
export async function acquireLock(dir: string, options: LockOptions = {}): Promise<Lock> {
  const deadline = performance.now() + (options.waitMs ?? Number.POSITIVE_INFINITY);
  let created = false;
  let waiting = false;
  for (let races = 0; ; ) {
    options.signal?.throwIfAborted();
    created = (await ensureFolder(dir)) || created;
    const taken = await heldAttempt(dir, created);
    if (taken instanceof Lock) return taken;
    if (taken === undefined) {
      if (++races > maxRaces) throw new OutputError(`The lock of ${dir} can't be taken: check the disk.`);
      continue;
    }
    if (options.wait !== true || performance.now() >= deadline) throw lockedError(dir, taken);
    if (!waiting) options.onWait?.(taken);
    waiting = true;
    await pause(options.signal);
  }
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(pollMs, undefined, signal && { signal });
  } catch (error) {
    // The signal's own reason says who stopped the wait.
    signal?.throwIfAborted();
    throw error;
  }
}

/** Who holds the lock, or held it last; undefined when it is free. Writes nothing. */
export async function inspectLock(dir: string): Promise<LockState | undefined> {
  const chain = await readChain(dir);
  const end = chain?.at(-1);
  if (end === undefined) return undefined;
  return { owner: end.owner, held: await isHeld(end, Date.now()) };
}

export class Lock {
  readonly dir: string;
  readonly owner: LockOwner;
  #file: FileHandle;
  #created: boolean;
  #releases: readonly Release[];
  #timer: NodeJS.Timeout;

  /**
   * @param created whether the folder was made for this lock
   * @param releases of the folders that are held as long as the lock
   */
  constructor(
    dir: string,
    owner: LockOwner,
    file: FileHandle,
    created: boolean,
    releases: readonly Release[],
  ) {
    this.dir = dir;
    this.owner = owner;
    this.#file = file;
    this.#created = created;
    this.#releases = releases;
    this.#timer = setInterval(() => this.#beat(), heartbeatMs).unref();
  }

  /**
   * A process that slept for a minute (a closed laptop, a stopped container) may have lost its lock to another host.
   * @throws {LockedError} when the lock is no longer this one
   * @throws {OutputError} when another folder, or a link, has the name of the output now
   */
  async check(): Promise<void> {
    if (!(await isStillThere(this.dir))) {
      throw new OutputError(
        `${this.dir} was moved away or replaced while this run worked in it: put it back and run again; finished work is kept in it.`,
      );
    }
    if (!(await isStillThere(runFolder(this.dir)))) throw this.#gone();
    const end = (await readChain(this.dir))?.at(-1);
    if (end?.owner.nonce === this.owner.nonce) return;
    if (end !== undefined) throw lockedError(this.dir, end.owner);
    throw this.#gone();
  }

  #gone(): LockedError {
    return new LockedError(`The lock of ${this.dir} is gone: run again; finished work is kept.`);
  }

  /** Frees the lock, and removes the folders that it made and nothing was left in. */
  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#file.close();
    try {
      const end = (await readChain(this.dir))?.at(-1);
      if (end?.owner.nonce === this.owner.nonce) await removeFile(end.path);
      await removeRun(this.dir);
      if (this.#created) await removeEmptyFolder(this.dir);
    } finally {
      for (const release of this.#releases) await release();
    }
  }

  /** Writing, not setting a time: on a shared disk, the server's clock then dates all heartbeats. */
  #beat(): void {
    this.#file.write(ownerText(this.owner), 0).catch(() => {
      // A missed beat is no reason to end a run: `check` will see whether anybody took over.
    });
  }
}

/** One try, in folders that are held; for good when it gives the lock. */
async function heldAttempt(dir: string, created: boolean): Promise<Lock | LockOwner | undefined> {
  const releases: Release[] = [];
  let taken: Lock | LockOwner | undefined;
  try {
    const release = await holdFolder(dir, { isNamed: true });
    if (!release) return undefined;
    releases.push(release);
    // It may be another one than the run has looked at.
    await refuseOtherFolder(dir);
    taken = await attempt(dir, created, releases);
    return taken;
  } catch (error) {
    // Another run has removed the folder that it had made.
    if (isAbsence(error)) return undefined;
    throw error;
  } finally {
    if (!(taken instanceof Lock)) for (const release of releases) await release();
  }
}

/**
 * The lock, its owner, or undefined when the ground moved and it should be tried again.
 * @param releases takes those of the folders that it holds
 */
async function attempt(
  dir: string,
  created: boolean,
  releases: Release[],
): Promise<Lock | LockOwner | undefined> {
  const self = await thisProcess(randomBytes(8).toString('hex'));
  const seen = (await readChain(dir))?.at(-1);
  if (seen !== undefined && (await liveness(seen.owner, self)) === 'alive') return seen.owner;
  const run = runFolder(dir);
  await makeRun(dir);
  const release = await holdFolder(run);
  if (!release) return undefined;
  releases.push(release);
  // It may be another one than was looked at.
  await requireOwnRun(dir);
  const mine = join(run, `${lockPrefix}-claim-${self.nonce}`);
  try {
    await writeClaim(mine, dir, self);
    const chain = await readChain(dir);
    const end = chain?.at(-1);
    if (chain === undefined || end === undefined) {
      if (!(await claim(mine, lockPath(dir)))) return undefined;
    } else {
      if (await isHeld(end, (await stat(steady(mine))).mtimeMs)) return end.owner;
      if (!(await takeOver(dir, mine, chain))) return undefined;
    }
    await removeFile(mine);
    await removeOthers(run);
    const file = await openToUpdate(lockPath(dir));
    return file && new Lock(dir, self, file, created, releases);
  } catch (error) {
    // Another run removed the folder when it was done with it, or our claim when it got the lock.
    if (isAbsence(error)) return undefined;
    throw outputError(error, dir);
  } finally {
    await removeFile(mine);
  }
}

function isAbsence(error: unknown): boolean {
  return errorCode(error instanceof OutputError ? error.cause : error) === 'ENOENT';
}

/** As whoever may use the folder can read it: the next of them must see who is at work, whatever our umask is. */
async function writeClaim(mine: string, dir: string, self: LockOwner): Promise<void> {
  const file = await createFile(mine);
  try {
    await shareAccess(file, dir);
    await file.writeFile(ownerText(self));
  } finally {
    await file.close();
  }
}

async function isHeld(claim: Claim, now: number): Promise<boolean> {
  const state = await liveness(claim.owner, await thisProcess(''));
  // Touched in the future: by a clock that was wrong. A living owner touches it again, by the right one.
  return state === 'unknown' ? Math.abs(now - claim.touched) < staleMs : state === 'alive';
}

/** What earlier runs left of their claims. A living one whose claim goes tries again. */
async function removeOthers(run: string): Promise<void> {
  for (const name of await namesIn(run)) {
    if (name !== lockPrefix && isOwned('run', name, 'lock')) await removeFile(join(run, name));
  }
}

function ownerText(owner: LockOwner): string {
  return JSON.stringify(owner);
}

function lockedError(dir: string, owner: LockOwner): LockedError {
  if (owner.isUnreadable) {
    return new LockedError(
      `The lock of ${dir} can't be read (${lockPath(dir)}): it counts as another run's until nobody has touched it ` +
        `${untouched}; run again then, or have this run wait with --wait.`,
    );
  }
  return new LockedError(
    `${dir} is in use by another run (${ownerInWords(owner)}): wait for its end, or have this run wait with --wait.`,
  );
}
