// Who holds a lock, told so exactly that another process can see whether he still lives: a bare process id
// is given again after a reboot, and means nothing in another container.
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { errorCode } from '../files/disk-errors.js';

export interface LockOwner {
  host: string;
  pid: number;
  /** Id of this boot of the kernel; empty where the system has none (anything but Linux). */
  boot: string;
  /** Process id namespace (container); empty where the system has none. */
  namespace: string;
  /** Start of the process in clock ticks since boot; empty where the system doesn't tell. */
  started: string;
  /** Names this one claim. */
  nonce: string;
  /** The lock holds something else than an owner: nothing is known of him. */
  isUnreadable?: true;
}

/** The owner of a lock that can be read, in words. */
export function ownerInWords({ pid, host }: LockOwner): string {
  return `process ${pid} on ${host}`;
}

export type Liveness = 'alive' | 'dead' | 'unknown';

export async function thisProcess(nonce: string): Promise<LockOwner> {
  return {
    host: hostname(),
    pid: process.pid,
    boot: (await readIfThere('/proc/sys/kernel/random/boot_id')).trim(),
    namespace: await readlink('/proc/self/ns/pid').catch(() => ''),
    started: (await processState(process.pid)).started,
    nonce,
  };
}

/** Whether the owner's process lives, as far as `self` can see: `unknown` across hosts and containers. */
export async function liveness(owner: LockOwner, self: LockOwner): Promise<Liveness> {
  if (owner.boot !== self.boot || owner.namespace !== self.namespace) return 'unknown';
  if (owner.boot !== '' && owner.started !== '') {
    const { started, ended } = await processState(owner.pid);
    return started === owner.started && !ended ? 'alive' : 'dead';
  }
  // Without /proc a process id may have been given again: only its absence tells something.
  return owner.host === self.host && !processExists(owner.pid) ? 'dead' : 'unknown';
}

/** The nonce becomes part of a file's name. */
const noncePattern = /^[0-9a-f]{16}$/;

export function parseOwner(text: string): LockOwner | undefined {
  try {
    const owner: Partial<LockOwner> = JSON.parse(text);
    const { host, pid, boot, namespace, started, nonce } = owner;
    if (typeof host !== 'string' || typeof pid !== 'number' || typeof boot !== 'string') return undefined;
    if (typeof namespace !== 'string' || typeof started !== 'string') return undefined;
    if (typeof nonce !== 'string' || !noncePattern.test(nonce) || !Number.isSafeInteger(pid))
      return undefined;
    return { host, pid, boot, namespace, started, nonce };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** From /proc/<pid>/stat: field 22, and whether the process is but a corpse that its parent hasn't buried. */
async function processState(pid: number): Promise<{ started: string; ended: boolean }> {
  const stat = await readIfThere(`/proc/${pid}/stat`);
  // Field 2 is the name in parentheses and may hold anything: count from behind it.
  const [state = 'X', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { started: fields[18] ?? '', ended: state === 'Z' || state === 'X' };
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    // ESRCH: the process ended between opening and reading.
    if (['ENOENT', 'ENOTDIR', 'ESRCH', 'EACCES'].includes(errorCode(error) ?? '')) return '';
    throw error;
  }
}
