import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { openDiskCache } from '../../../src/cache/disk/cache.js';
import { defaultCacheFolder } from '../../../src/cache/disk/default-folder.js';

const rights = (path: string) => statSync(path).mode & 0o777;

test.skipIf(process.platform === 'win32')('a folder that the cache makes is the user’s alone', async () => {
  const home = mkdtempSync(join(tmpdir(), 'embed-rights-'));
  const made = join(home, 'embed', 'vectors');
  const given = join(home, 'given');
  mkdirSync(given);
  chmodSync(given, 0o755);
  for (const folder of [made, given]) await (await openDiskCache({ folder })).close();
  expect([made, join(made, 'data.mdb'), join(made, 'lock.mdb'), given].map(rights)).toEqual([
    0o700, 0o600, 0o600, 0o755,
  ]);
  rmSync(home, { recursive: true });
});

test.skipIf(process.platform === 'win32')(
  'the default folder of an older version is closed to others',
  async () => {
    const home = mkdtempSync(join(tmpdir(), 'embed-rights-'));
    vi.stubEnv('XDG_CACHE_HOME', home);
    const folder = defaultCacheFolder();
    const files = ['data.mdb', 'lock.mdb'].map((name) => join(folder, name));
    await (await openDiskCache({})).close();
    for (const file of files) chmodSync(file, 0o644);
    chmodSync(folder, 0o755);
    await (await openDiskCache({})).close();
    expect([folder, ...files].map(rights)).toEqual([0o700, 0o600, 0o600]);
    vi.unstubAllEnvs();
    rmSync(home, { recursive: true });
  },
);
