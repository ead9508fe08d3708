// A shard whose folder is a link, as a copied output may bring one: no command reads or writes where it leads.
import { existsSync, readdirSync, renameSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { forget } from '../../src/commands/forget.js';
import { ingest } from '../../src/commands/ingest.js';
import { merge } from '../../src/commands/merge.js';
import { sync } from '../../src/commands/sync.js';
import { loadSettings } from '../../src/config/load.js';
import type { Settings } from '../../src/config/settings.js';
import { OutputError } from '../../src/errors.js';
import { documents, makeIndex } from '../destinations/indexes.js';
import { fingerprint } from '../helpers/output.js';

const shard = { index: 1, of: 2 };
let dir: string;
let outside: string;
let settings: Settings;
beforeEach(async () => {
  const index = await makeIndex(documents(6));
  await index.split(2);
  ({ dir } = index);
  outside = join(dirname(dir), 'outside');
  const place = join(dir, 'shard-1-of-2');
  renameSync(place, outside);
  symlinkSync(join('..', basename(outside)), place);
  settings = (await loadSettings({ env: {}, cwd: dirname(dir), flags: { out: dir, embedder: 'builtin' } }))
    .settings;
});

test.each<[string, () => Promise<unknown>]>([
  ['ingest', () => ingest({ paths: ['docs'], cwd: dirname(dir), settings, shard })],
  ['merge', () => merge({ dirs: [dir] })],
  ['sync of a shard', () => sync({ settings, destinations: [`parquet:${dir}/x.parquet`], shard })],
  ['forget', () => forget({ sources: ['docs/0001.md'], settings })],
])('%s refuses it', async (_, run) => {
  const before = [fingerprint(outside), readdirSync(join(outside))];
  const error = await run().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(OutputError);
  expect((error as Error).message).toContain('shard-1-of-2 is a link');
  expect([fingerprint(outside), readdirSync(outside)]).toEqual(before);
  expect(existsSync(join(dir, 'x.parquet'))).toBe(false);
});
