// The owner of a lock, described exactly enough for another process to see whether it still runs. A process id
// alone is not enough: it is used again after a reboot, and means nothing in another container.
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { errorCode } from '../files/disk-errors.js';

export interface LockOwner {
  host: string;
  pid: number;
  /** Id of this boot of the kernel; empty on all systems but Linux. */
  boot: string;
  /** Namespace of process ids (container); empty where the system has none. */
  namespace: string;
  /** Start of the process in clock ticks since boot; empty where the system doesn't know. */
  started: string;
  /** Random id of this one claim. */
  nonce: string;
  /** The lock file can't be read as an owner: nothing is known about it. */
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

/** Tells whether the owner's process runs, as far as `self` can see: `unknown` for another host or container. */
export async function liveness(owner: LockOwner, self: LockOwner): Promise<Liveness> {
  if (owner.boot !== self.boot || owner.namespace !== self.namespace) return 'unknown';
  if (owner.boot !== '' && owner.started !== '') {
    const { started, ended } = await processState(owner.pid);
    return started === owner.started && !ended ? 'alive' : 'dead';
  }
  // Without /proc, the id may belong to a new process by now. Only a missing id tells something.
  return owner.host === self.host && !processExists(owner.pid) ? 'dead' : 'unknown';
}

/** The nonce becomes part of a file name. */
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

/** From /proc/<pid>/stat: field 22 (start), and whether the process has ended but is still listed (a zombie). */
async function processState(pid: number): Promise<{ started: string; ended: boolean }> {
  const stat = await readIfThere(`/proc/${pid}/stat`);
  // Field 2 is the name in parentheses and may hold anything, such as `) S 1`: count from its last parenthesis.
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
