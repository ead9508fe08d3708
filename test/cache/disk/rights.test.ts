import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDiskCache } from '../../../src/cache/disk/cache.js';

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
