// Checks the folders that a run writes to: access rights and free space.
import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { defaultCacheFolder } from '../../cache/disk/default-folder.js';
import type { Settings } from '../../config/settings.js';
import { chunksName, manifestName, vectorsName } from '../../output/format/owned-names.js';
import { command } from '../../text/plural.js';
import { shownSize } from '../../text/sizes.js';
import type { Finding } from '../check.js';
import type { Probe } from '../run-check.js';

/** Min free bytes to begin a run. */
const minBytes = 32 * 1024 * 1024;
/** Characters of a path that can't be one. */
const shown = 200;
/** Min free bytes for a larger run. */
const comfortableBytes = 512 * 1024 * 1024;

export async function examineFolders(probe: Probe, settings: Settings, out: string): Promise<void> {
  const cache = settings.cacheDir ?? defaultCacheFolder();
  const usesDisk =
    settings.cache === 'disk' || (settings.cache === 'auto' && !settings.redisUrl && !settings.redisHost);
  // A commit needs space for the new files beside the old ones.
  const wanted = (await outputBytes(out)) + comfortableBytes;
  await probe.check('output', 'Output', () => folder(out, wanted));
  if (usesDisk) await probe.check('cache', 'Cache', () => folder(cache, comfortableBytes));
  await probe.check('temp', 'Temporary', () => folder(tmpdir(), minBytes));
}

/** @param wanted free bytes that are surely enough */
async function folder(path: string, wanted: number): Promise<Finding> {
  let there: string;
  try {
    there = await existing(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { status: 'failure', seen: `${path.slice(0, shown)} can't be looked at: ${code ?? message}` };
  }
  const name = there === path ? path : `${path} (not there yet)`;
  if (!(await stat(there)).isDirectory()) {
    return {
      status: 'failure',
      seen: `${there} is a file, not a folder`,
      mend: command`mv ${there} ${`${there}.old`}`,
    };
  }
  try {
    await access(there, constants.W_OK | constants.X_OK);
  } catch (error) {
    const readOnly = (error as NodeJS.ErrnoException).code === 'EROFS';
    return {
      status: 'failure',
      seen: readOnly
        ? `${name} is on a read-only file system`
        : `${there} can't be written: permission denied`,
      ...(!readOnly && { mend: command`chmod u+wx ${there}` }),
    };
  }
  const { bavail, blocks, bsize } = await statfs(there);
  // A file system that reports zero for all its sizes is not checked.
  if (blocks === 0) return { status: 'ok', seen: `${name}: writable` };
  const free = bavail * bsize;
  const seen = `${name}: writable, ${shownSize(free)} free`;
  const mend = command`df -h ${there}`;
  if (free < minBytes) return { status: 'failure', seen: `${seen}, too little for any run`, mend };
  if (free < wanted) return { status: 'warning', seen: `${seen}, ${shownSize(wanted)} would be safe`, mend };
  return { status: 'ok', seen };
}

/** The folder itself, or the nearest existing one above it. */
async function existing(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    try {
      await stat(at);
      return at;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if ((code !== 'ENOENT' && code !== 'ENOTDIR') || dirname(at) === at) throw error;
    }
  }
}

async function outputBytes(out: string): Promise<number> {
  const sizes = [chunksName, vectorsName, manifestName].map((name) =>
    stat(join(out, name)).then(
      (file) => file.size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0);
}
