import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { LockedError, OutputError } from '../../../src/errors.js';
import { eventsFor } from '../../../src/events.js';
import { acquireLock, inspectLock, type Lock } from '../../../src/output/lock/lock.js';
import { type LockOwner, liveness, ownerInWords, thisProcess } from '../../../src/output/lock/lock-owner.js';
import { readChain, takeOver } from '../../../src/output/lock/takeover.js';
import { eventually } from '../../helpers/eventually.js';
import { temporaryFolder } from '../sample.js';

const script = join(import.meta.dirname, 'lock-child.js');
const isLinux = process.platform === 'linux';

async function outputFolder(): Promise<string> {
  return join(await temporaryFolder(), 'out');
}

async function locked(dir: string): Promise<Lock> {
  const lock = await acquireLock(dir);
  onTestFinished(() => lock.release());
  return lock;
}

function lockFile(dir: string): string {
  return join(dir, '.run', 'lock');
}

/** A process that held the lock and was killed. */
function leaveDeadLock(dir: string): void {
  const child = spawnSync(process.execPath, [script, dir, 'die'], { encoding: 'utf8' });
  expect(child.signal).toBe('SIGKILL');
}

/** The lock of a process on another machine, last touched `ageMs` ago. */
async function leaveForeignLock(dir: string, ageMs: number, changes: Partial<LockOwner> = {}): Promise<void> {
  await mkdir(join(dir, '.run'), { recursive: true });
  const owner = {
    ...(await thisProcess('e'.repeat(16))),
    host: 'elsewhere',
    boot: 'another boot',
    ...changes,
  };
  await writeFile(lockFile(dir), JSON.stringify(owner));
  const then = new Date(Date.now() - ageMs);
  await utimes(lockFile(dir), then, then);
}

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function spawnHolder(dir: string): { child: ChildProcess; answer: Promise<string> } {
  const child = spawn(process.execPath, [script, dir, 'hold'], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const answer = new Promise<string>((resolve) =>
    child.stdout?.once('data', (data) => resolve(String(data).trim())),
  );
  return { child, answer };
}

test('one run gets it; the next is told who has it; free again, nothing is left', async () => {
  const dir = await outputFolder();
  const lock = await acquireLock(dir);
  const second = acquireLock(dir);
  await expect(second).rejects.toBeInstanceOf(LockedError);
  await expect(second).rejects.toMatchObject({
    exitCode: 75,
    message: `${dir} is in use by another run (process ${process.pid} on ${lock.owner.host}): wait for it to end, or use --wait.`,
  });
  await lock.check();
  expect(await inspectLock(dir)).toEqual({ owner: lock.owner, held: true });
  expect(await readdir(join(dir, '.run'))).toEqual(['embed', 'lock']);
  await lock.release();
  expect(existsSync(dir)).toBe(false);
  expect(await inspectLock(dir)).toBeUndefined();
});

test('leaves a folder that was there before, and what is in .run', async () => {
  const dir = await temporaryFolder();
  await (await acquireLock(dir)).release();
  expect(await readdir(dir)).toEqual([]);
  await mkdir(join(dir, '.run'));
  const journal = `journal-${'a'.repeat(32)}`;
  await writeFile(join(dir, '.run', journal), '');
  await (await acquireLock(dir)).release();
  expect(await readdir(join(dir, '.run'))).toEqual([journal]);
});

test('waits for its turn when told to, and says so once', async () => {
  const dir = await outputFolder();
  const lock = await acquireLock(dir);
  const notice = vi.fn(() => void lock.release());
  const next = await acquireLock(dir, { wait: true, events: eventsFor({ notice }) });
  expect(notice).toHaveBeenCalledExactlyOnceWith(
    `Waiting for ${ownerInWords(lock.owner)}, which works on the output.`,
    'waiting-for-lock',
  );
  await next.release();
});

test('waits no longer than told, and not when the signal fires', async () => {
  const dir = await outputFolder();
  await locked(dir);
  await expect(acquireLock(dir, { wait: true, waitMs: 1 })).rejects.toBeInstanceOf(LockedError);
  const abort = new AbortController();
  const events = eventsFor({ notice: () => abort.abort() });
  const waiting = acquireLock(dir, { wait: true, signal: abort.signal, events });
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
});

test('many runs that start at once: exactly one gets it, in each of many rounds', async () => {
  for (let round = 0; round < 20; round++) {
    const dir = await outputFolder();
    const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => acquireLock(dir)));
    const winners = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    await winners[0]?.value.check();
    await winners[0]?.value.release();
  }
});

test('runs in turn never overlap', async () => {
  const dir = await outputFolder();
  let inside = 0;
  const work = async () => {
    const lock = await acquireLock(dir, { wait: true });
    expect(++inside).toBe(1);
    await lock.check();
    inside--;
    await lock.release();
  };
  await Promise.all([work(), work(), work(), work()]);
});

describe.runIf(isLinux)('a lock whose owner died', () => {
  test('is taken over at once', async () => {
    const dir = await outputFolder();
    leaveDeadLock(dir);
    expect(await inspectLock(dir)).toMatchObject({ held: false });
    const lock = await locked(dir);
    expect(await inspectLock(dir)).toEqual({ owner: lock.owner, held: true });
    expect(await readdir(join(dir, '.run'))).toEqual(['embed', 'lock']);
  });

  test('goes to exactly one of many takers, in each of many rounds', async () => {
    const base = await outputFolder();
    leaveDeadLock(base);
    const dead = await readFile(lockFile(base), 'utf8');
    for (let round = 0; round < 30; round++) {
      const dir = await outputFolder();
      await mkdir(join(dir, '.run'), { recursive: true });
      await writeFile(lockFile(dir), dead.replace(/"nonce":"../, `"nonce":"${10 + round}`));
      const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => acquireLock(dir)));
      const winners = outcomes.filter((outcome) => outcome.status === 'fulfilled');
      expect(winners).toHaveLength(1);
      await winners[0]?.value.check();
      await winners[0]?.value.release();
    }
  });

  test('goes to exactly one of several processes', async () => {
    const dir = await outputFolder();
    leaveDeadLock(dir);
    const holders = Array.from({ length: 4 }, () => spawnHolder(dir));
    const answers = await Promise.all(holders.map(({ answer }) => answer));
    expect(answers.sort()).toEqual(['EMBED_LOCKED', 'EMBED_LOCKED', 'EMBED_LOCKED', 'taken']);
  });

  test('is taken over when takers died before they were done, and not when the last one lives', async () => {
    const dir = await outputFolder();
    leaveDeadLock(dir);
    const first: LockOwner = JSON.parse(await readFile(lockFile(dir), 'utf8'));
    const after = (owner: LockOwner) => join(dir, '.run', `lock-after-${owner.nonce}`);
    const second = { ...first, nonce: '2'.repeat(16) };
    await writeFile(after(first), JSON.stringify(second));
    const third = await thisProcess('3'.repeat(16));
    await writeFile(after(second), JSON.stringify(third));
    await expect(acquireLock(dir)).rejects.toBeInstanceOf(LockedError);
    await writeFile(after(second), JSON.stringify({ ...third, started: '1' }));
    const lock = await locked(dir);
    await lock.check();
    expect(await readdir(join(dir, '.run'))).toEqual(['embed', 'lock']);
  });

  test('does not go to a taker whose view of it is old', async () => {
    const dir = await outputFolder();
    leaveDeadLock(dir);
    const old = (await readChain(dir)) ?? [];
    const lock = await locked(dir);
    const mine = join(dir, '.run', `lock-claim-${'f'.repeat(16)}`);
    await writeFile(mine, JSON.stringify(await thisProcess('f'.repeat(16))));
    expect(await takeOver(dir, mine, old)).toBe(false);
    await lock.check();
    await rm(mine);
    expect(await readdir(join(dir, '.run'))).toEqual(['embed', 'lock']);
  });

  test('is known for dead even while its parent has not noticed', async () => {
    const dir = await outputFolder();
    // The shell becomes `sleep`, which never waits for the child: a zombie.
    const parent = spawn('sh', ['-c', '"$0" "$1" "$2" die & exec sleep 600', process.execPath, script, dir]);
    children.push(parent);
    await eventually(() => inspectLock(dir)).toMatchObject({ held: false });
    await locked(dir);
  });

  test('is not mistaken for that of a later process with the same id', async () => {
    const dir = await outputFolder();
    const self = await thisProcess('0'.repeat(16));
    await leaveForeignLock(dir, 0, { ...self, started: '12345' });
    await locked(dir);
  });
});

describe('a lock of another host or container', () => {
  test.each([
    ['another boot', { boot: 'another boot' }],
    ['another process namespace', { boot: 'same', namespace: 'pid:[1]' }],
  ])('is believed while it is touched: %s', async (_, changes) => {
    const self = await thisProcess('5'.repeat(16));
    const dir = await outputFolder();
    const owner = changes.boot === 'same' ? { ...changes, boot: self.boot } : changes;
    await leaveForeignLock(dir, 50_000, owner);
    await expect(acquireLock(dir)).rejects.toThrow(/in use by another run \(process \d+ on elsewhere\)/);
    await leaveForeignLock(dir, 70_000, owner);
    await locked(dir);
  });

  test('is not believed when it was touched in the future', async () => {
    const dir = await outputFolder();
    await leaveForeignLock(dir, -3_600_000);
    await locked(dir);
  });

  test('is lost by a run that slept, and it notices', async () => {
    const dir = await outputFolder();
    const lock = await acquireLock(dir);
    await leaveForeignLock(dir, 0);
    await expect(lock.check()).rejects.toThrow(/on elsewhere/);
    await lock.release();
    expect(existsSync(lockFile(dir))).toBe(true);
    await rm(lockFile(dir));
    await expect(lock.check()).rejects.toThrow(/The lock of .* is gone/);
  });

  test('counts by its age alone when it can not be read', async () => {
    const dir = await outputFolder();
    await leaveForeignLock(dir, 0);
    await writeFile(lockFile(dir), '{"ho');
    const refusal = await acquireLock(dir).catch((error: unknown) => error as Error);
    expect(refusal).toBeInstanceOf(LockedError);
    expect((refusal as Error).message).toMatch(
      /^The lock of .* can't be read \(.*\): it counts as held by another run/,
    );
    expect((refusal as Error).message).not.toMatch(/process 0|unknown host/);
    expect((await inspectLock(dir))?.held).toBe(true);
    const then = new Date(Date.now() - 70_000);
    await utimes(lockFile(dir), then, then);
    await locked(dir);
  });
});

test('touches its file now and then', async () => {
  const dir = await outputFolder();
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  await locked(dir);
  const then = new Date(Date.now() - 55_000);
  await utimes(lockFile(dir), then, then);
  const text = await readFile(lockFile(dir), 'utf8');
  vi.advanceTimersByTime(10_000);
  await eventually(async () => (await stat(lockFile(dir))).mtimeMs).toBeGreaterThan(then.getTime() + 1000);
  expect(await readFile(lockFile(dir), 'utf8')).toBe(text);
});

test('sees another process without its start time, where there is no /proc, only when it is gone', async () => {
  const self = { ...(await thisProcess('5'.repeat(16))), boot: '', namespace: '', started: '' };
  expect(await liveness({ ...self, nonce: 'other' }, self)).toBe('unknown');
  const { pid } = spawnSync(process.execPath, ['-e', '0']);
  expect(await liveness({ ...self, pid }, self)).toBe('dead');
  expect(await liveness({ ...self, pid, host: 'elsewhere' }, self)).toBe('unknown');
});

describe('paths that can not be an output', () => {
  test.each(['file', 'file/below'])('a file in its place: %s', async (name) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), 'mine');
    const outcome = acquireLock(join(folder, name));
    await expect(outcome).rejects.toBeInstanceOf(OutputError);
    await expect(outcome).rejects.toThrow(
      `${join(folder, name)} can't be the output folder (a file is in its place)`,
    );
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('mine');
  });

  test('too long a name', async () => {
    const dir = join(await temporaryFolder(), 'x'.repeat(300));
    await expect(acquireLock(dir)).rejects.toThrow(/is too long a path/);
  });

  test('missing parents are made', async () => {
    const dir = join(await temporaryFolder(), 'a', 'b', 'c');
    await (await acquireLock(dir)).release();
    expect(existsSync(dir)).toBe(false);
  });

  test.runIf(isLinux && existsSync('/proc/self'))('a file system that takes no files', async () => {
    await expect(acquireLock('/proc/self/embeddings')).rejects.toMatchObject({
      code: 'EMBED_OUTPUT',
      message: expect.stringContaining('/proc/self/embeddings'),
    });
  });
});
