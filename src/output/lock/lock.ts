// src/output/lock: only one run at a time writes an output.
//
// In: an output folder. Out: a `Lock`, or a LockedError that names the run that holds it. The lock file names its
// owner, and its heartbeat shows that the owner still runs. When the owner has died, another run takes the lock
// over: at once on the same boot of the same host, else when the heartbeat is older than `staleMs` of `takeover.ts`.
// What must hold: of several runs that take over at once, only one wins; takeover.ts explains how.
// A run calls `check` before it commits, since a process that slept may have lost its lock.
import { randomBytes } from 'node:crypto';
import { type FileHandle, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LockedError, OutputError } from '../../errors.js';
import type { RunEvents } from '../../events.js';
import { shareAccess } from '../files/access-rights.js';
import { ensureFolder, errorCode, namesIn, outputError } from '../files/disk-errors.js';
import { type Release, steady } from '../files/folder-handle.js';
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
import { isOwned, lockPrefix, runFolder } from '../format/owned-names.js';
import { type LockOwner, liveness, ownerInWords, thisProcess } from './lock-owner.js';
import { claim, isHeld, lockPath, readChain, takeOver, untouched } from './takeover.js';

export interface LockOptions {
  /** Wait for the other run instead of throwing. */
  wait?: boolean;
  /** Max wait, in ms. @default no limit */
  waitMs?: number;
  signal?: AbortSignal | undefined;
  /** Called once, at the start of the wait. @default no listener */
  events?: RunEvents | undefined;
}

export interface LockState {
  owner: LockOwner;
  /** False when the next run would take the lock over. */
  held: boolean;
}

const heartbeatMs = 10_000;
const pollMs = 250;
/** Max tries that fail because of other runs. More mean that something else is wrong. */
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
    if (!waiting) options.events?.notice(waitSentence(taken), 'waiting-for-lock');
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

/** The owner of the lock, alive or dead; undefined when the lock is free. Writes nothing. */
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
  #isReleased = false;
  #timer: NodeJS.Timeout;

  /**
   * @param created the folder was made for this lock
   * @param releases release the folders that are held together with the lock
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
   * Call before a commit: a process that slept for a minute (a closed laptop, a stopped container) may have lost its
   * lock to another host.
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

  /** Frees the lock, once. Removes the folders that it made, if they are empty. */
  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
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

  /** Writes to the file, rather than set its time: on a shared disk, all heartbeats then use the server's clock. */
  #beat(): void {
    this.#file.write(ownerText(this.owner), 0).catch(() => {
      // A missed heartbeat doesn't end the run: `check` sees whether another run took over.
    });
  }
}

/** One try, with the folders held. They stay held when it returns the lock. */
async function heldAttempt(dir: string, created: boolean): Promise<Lock | LockOwner | undefined> {
  const releases: Release[] = [];
  let taken: Lock | LockOwner | undefined;
  try {
    const release = await holdFolder(dir, { isNamed: true });
    if (!release) return undefined;
    releases.push(release);
    // The folder may have been replaced since the first check.
    await refuseOtherFolder(dir);
    taken = await attempt(dir, created, releases);
    return taken;
  } catch (error) {
    // Another run removed the folder that it had made.
    if (isAbsence(error)) return undefined;
    throw error;
  } finally {
    if (!(taken instanceof Lock)) for (const release of releases) await release();
  }
}

/**
 * One try. Returns the lock, or its owner, or undefined when another run changed something: then try again.
 * @param releases the releases of the folders that it holds are added here
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
  // `.run` may have been replaced since the first check.
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
    // Another run removed the folder at its end, or our claim when it got the lock.
    if (isAbsence(error)) return undefined;
    throw outputError(error, dir);
  } finally {
    await removeFile(mine);
  }
}

function isAbsence(error: unknown): boolean {
  return errorCode(error instanceof OutputError ? error.cause : error) === 'ENOENT';
}

/** Writes the claim so that all users of the folder can read it, with any umask: they must see the owner. */
async function writeClaim(mine: string, dir: string, self: LockOwner): Promise<void> {
  const file = await createFile(mine);
  try {
    await shareAccess(file, dir);
    await file.writeFile(ownerText(self));
  } finally {
    await file.close();
  }
}

/** Removes the claims of other runs. A waiting run whose claim is removed tries again. */
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
      `The lock of ${dir} can't be read (${lockPath(dir)}): it counts as held by another run until it is untouched ` +
        `${untouched}; run again then, or wait with --wait.`,
    );
  }
  return new LockedError(
    `${dir} is in use by another run (${ownerInWords(owner)}): wait for it to end, or use --wait.`,
  );
}

function waitSentence(owner: LockOwner): string {
  return owner.isUnreadable
    ? `Waiting until the lock of the output is untouched ${untouched}: it can't be read, and another run may hold it.`
    : `Waiting for ${ownerInWords(owner)}, which works on the output.`;
}
