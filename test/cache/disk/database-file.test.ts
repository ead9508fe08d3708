// A database that was damaged on the disk costs a warning, once, and never the process: other processes open
// the damaged copies, since a bus error can't be caught.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDiskCache } from '../../../src/cache/disk/cache.js';
import { warningsInto } from '../../helpers/events.js';
import { spaceOf } from '../vectors.js';

const space = spaceOf('space');
const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

interface Visit {
  warnings: string[];
  found: number;
}

let folder: string;
let whole: Buffer;
let count = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'embed-damaged-'));
  mkdirSync(join(folder, 'whole'));
  run('writer.mjs', [join(folder, 'whole'), space, 'whole', '400']);
  whole = readFileSync(join(folder, 'whole/data.mdb'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** @throws with what it said last when it doesn't end in order */
function run(name: string, args: string[], input = ''): string {
  const { stdout, stderr, status, signal } = spawnSync(process.execPath, [script(name), ...args], {
    encoding: 'utf8',
    input,
  });
  if (status !== 0) throw new Error(`${signal ?? status} after ${stdout.slice(-300)}\n${stderr.slice(-500)}`);
  return stdout;
}

/** A folder whose file was damaged. */
function damagedFolder(bytes: Buffer): string {
  const place = join(folder, String(count++));
  mkdirSync(place);
  writeFileSync(join(place, 'data.mdb'), bytes, { mode: 0o600 });
  copyFileSync(join(folder, 'whole/lock.mdb'), join(place, 'lock.mdb'));
  return place;
}

function visit(...folders: string[]): Visit[] {
  return run('visitor.mjs', [space], folders.join('\n'))
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
}

function changed(change: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(whole);
  change(bytes);
  return bytes;
}

test('a whole one is used', () => {
  expect(visit(damagedFolder(whole))).toEqual([{ warnings: [], found: 400 }]);
});

test('one that is cut anywhere begins again after one warning, and the damaged one is kept', () => {
  const shares = [0.999, 0.99, 0.9, 0.75, 0.5, 0.3, 0.1];
  const sizes = shares.map((share) => Math.floor(share * whole.length));
  const pages = [1, 2, 3, 8].map((pages) => pages * 4096);
  const cuts = [...sizes, ...pages, whole.length - 1, 4097, 4095, 160, 100, 10, 1];
  const folders = cuts.map((bytes) => damagedFolder(whole.subarray(0, bytes)));
  const visits = visit(...folders);
  for (const [index, { warnings, found }] of visits.entries()) {
    expect(warnings, `cut at ${cuts[index]}`).toEqual([
      expect.stringMatching(
        /^The disk cache in \S+ was damaged \(it[^)]*\): a new one is begun; the damaged file is now /,
      ),
    ]);
    expect(found).toBe(0);
    const aside = join(folders[index]!, 'data.mdb.damaged');
    expect(readFileSync(aside).equals(whole.subarray(0, cuts[index]))).toBe(true);
  }
  expect(visits).toHaveLength(cuts.length);
  // No other user may read the new one, either.
  expect(statSync(join(folders[0]!, 'data.mdb')).mode).toBe(
    statSync(join(folders[0]!, 'data.mdb.damaged')).mode,
  );
  // The next night.
  expect(visit(...folders)).toEqual(cuts.map(() => ({ warnings: [], found: 1 })));
});

test('one with zeros for pages that were never written is given up with one warning, too', () => {
  const shares = [0.9, 0.7, 0.5, 0.3, 0.1, 0];
  const folders = shares.map((share) =>
    damagedFolder(changed((bytes) => bytes.fill(0, Math.floor(share * bytes.length)))),
  );
  const visits = visit(...folders);
  expect(visits).toHaveLength(shares.length);
  for (const { warnings } of visits)
    expect(warnings).toEqual([expect.stringMatching(/ (was|is) damaged \(/)]);
  for (const { warnings, found } of visit(...folders))
    expect({ warnings, found: found < 2 }).toEqual({ warnings: [], found: true });
});

test('random bytes in the pages that describe it never end the process', () => {
  let state = 7;
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const folders = Array.from({ length: 150 }, () =>
    damagedFolder(
      changed((bytes) => {
        for (let i = 0; i <= random(4); i++) bytes[random(2) * 4096 + 8 + random(152)] = random(256);
      }),
    ),
  );
  const visits = visit(...folders);
  expect(visits).toHaveLength(folders.length);
  for (const { warnings } of visits) expect(warnings.length).toBeLessThan(2);
  expect(visits.filter(({ warnings }) => warnings.length === 1).length).toBeGreaterThan(30);
});

test('a file that is something else entirely is left alone', async () => {
  const place = join(folder, 'foreign');
  mkdirSync(place);
  writeFileSync(join(place, 'data.mdb'), 'something else entirely '.repeat(1000));
  const warnings: string[] = [];
  const cache = await openDiskCache({ folder: place, events: warningsInto(warnings) });
  await cache.close();
  expect(warnings).toEqual([expect.stringContaining('not an LMDB database')]);
  expect(existsSync(join(place, 'data.mdb.damaged'))).toBe(false);
  expect(readFileSync(join(place, 'data.mdb'), 'utf8')).toContain('something else entirely');
});
