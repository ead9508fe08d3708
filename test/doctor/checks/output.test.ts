import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acquireLock } from '../../../src/output/lock/lock.js';
import { startOllama, type TestOllama } from '../../helpers/ollama.js';
import { writeAll } from '../../output/sample.js';
import { line, lookAt, makeFolder } from '../look.js';

let ollama: TestOllama;
beforeAll(async () => {
  ollama = await startOllama();
});
afterAll(() => ollama.stop());

/** With a model, so that the samples' made-up one is not looked for. */
const makeOut = (): { dir: string; out: string } => {
  const dir = makeFolder({ ollamaUrl: [ollama.url], model: 'all-minilm', cache: 'none' });
  return { dir, out: join(dir, 'embeddings') };
};

const documents = [{ source: 'a.md', texts: ['one', 'two'] }];

/** Takes the lock in a process that dies with it. */
function leaveStaleLock(out: string): Promise<void> {
  const child = fileURLToPath(new URL('../../output/lock/lock-child.js', import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [child, out, 'die'], () => resolve());
  });
}

describe('the output', () => {
  test('none yet is no problem', async () => {
    const report = await lookAt(makeOut().dir);
    expect(line(report, 'output.files')).toMatchObject({ status: 'skipped', seen: 'none yet' });
    expect(line(report, 'output.lock').seen).toBe('free');
    expect(report.ok).toBe(true);
  });

  test('a whole one is named with its size', async () => {
    const { dir, out } = makeOut();
    await writeAll(out, documents);
    expect(line(await lookAt(dir), 'output.files')).toMatchObject({
      status: 'ok',
      seen: expect.stringMatching(/^1 document, 2 rows, sample .*embed verify/),
    });
  });

  test('a damaged one is a failure with the command that makes it again', async () => {
    const { dir, out } = makeOut();
    await writeAll(out, documents);
    truncateSync(join(out, 'vectors.npy'), 140);
    const report = await lookAt(dir);
    expect(line(report, 'output.files')).toMatchObject({
      status: 'failure',
      seen: expect.stringContaining('vectors.npy is damaged'),
      mend: `embed ingest <paths> --out ${out} --rebuild`,
    });
    expect(report.ok).toBe(false);
  });
});

describe('the lock', () => {
  test('of a living run is fine', async () => {
    const { dir, out } = makeOut();
    const lock = await acquireLock(out);
    const report = await lookAt(dir);
    await lock.release();
    expect(line(report, 'output.lock')).toMatchObject({
      status: 'ok',
      seen: expect.stringContaining(`held by process ${process.pid}`),
    });
    expect(line(report, 'output.run').seen).toBe('under way');
  });

  test('of a dead one is a warning, and --fix removes it', async () => {
    const { dir, out } = makeOut();
    await leaveStaleLock(out);
    const before = await lookAt(dir);
    expect(line(before, 'output.lock')).toMatchObject({
      status: 'warning',
      seen: expect.stringContaining('stale'),
      mend: `embed doctor --fix --out ${out}`,
    });
    expect(existsSync(join(out, '.run', 'lock'))).toBe(true);
    const after = await lookAt(dir, { fix: true });
    expect(after.fixes).toEqual([{ id: 'output.lock', what: `remove the stale lock of ${out}`, ok: true }]);
    expect(line(after, 'output.lock').seen).toBe('free');
    expect(existsSync(join(out, '.run', 'lock'))).toBe(false);
  });

  test('that can not be read is told as that: it counts for a minute, then --fix removes it', async () => {
    const { dir, out } = makeOut();
    await leaveStaleLock(out);
    const path = join(out, '.run', 'lock');
    writeFileSync(path, '{"ho');
    const unreadable = { status: 'warning', seen: expect.stringContaining("can't be read") };
    expect(line(await lookAt(dir), 'output.lock')).toMatchObject({
      ...unreadable,
      mend: `embed ingest <paths> --out ${out} --wait`,
    });
    const then = new Date(Date.now() - 70_000);
    utimesSync(path, then, then);
    expect(line(await lookAt(dir), 'output.lock')).toMatchObject({
      ...unreadable,
      mend: `embed doctor --fix --out ${out}`,
    });
    await lookAt(dir, { fix: true });
    expect(existsSync(path)).toBe(false);
  });
});

describe('an interrupted run', () => {
  test('that left a journal is a warning that says what it keeps', async () => {
    const { dir, out } = makeOut();
    mkdirSync(join(out, '.run'), { recursive: true });
    writeFileSync(join(out, '.run', `journal-${'a'.repeat(32)}`), Buffer.alloc(5000));
    expect(line(await lookAt(dir), 'output.run')).toMatchObject({
      status: 'warning',
      seen: expect.stringMatching(/ 5\.0 kB of vectors/),
      mend: expect.stringContaining('embed ingest'),
    });
  });

  test('that stopped in its commit is ended by --fix', async () => {
    const { dir, out } = makeOut();
    const child = fileURLToPath(new URL('../../output/run-child.js', import.meta.url));
    await new Promise<void>((resolve) => {
      execFile(process.execPath, [child, out, '1', 'recorded'], () => resolve());
    });
    const before = await lookAt(dir);
    expect(line(before, 'output.run')).toMatchObject({
      status: 'warning',
      seen: expect.stringContaining('middle of its commit'),
    });
    const after = await lookAt(dir, { fix: true });
    expect(after.fixes.every((fix) => fix.ok)).toBe(true);
    expect(line(after, 'output.run').status).toBe('ok');
    expect(readdirSync(out)).toContain('manifest.json');
  });
});

describe('folders', () => {
  test('that are not there yet count by the one above', async () => {
    const { dir, out } = makeOut();
    expect(line(await lookAt(dir), 'folders.output')).toMatchObject({
      status: 'ok',
      seen: expect.stringContaining(`${out} (not there yet): writable`),
    });
    expect(existsSync(out)).toBe(false);
  });

  test('a file in the place of one is a failure', async () => {
    const { dir, out } = makeOut();
    writeFileSync(out, 'x');
    const report = await lookAt(dir);
    expect(line(report, 'folders.output')).toMatchObject({
      status: 'failure',
      seen: expect.stringContaining('is a file'),
      mend: `mv ${out} ${out}.old`,
    });
  });

  // The permissions of a folder mean nothing to root.
  test.skipIf(process.getuid?.() === 0)('a read-only one is a failure', async () => {
    const { dir, out } = makeOut();
    mkdirSync(out);
    chmodSync(out, 0o500);
    const report = await lookAt(dir);
    chmodSync(out, 0o700);
    expect(line(report, 'folders.output')).toMatchObject({
      status: 'failure',
      seen: expect.stringContaining('permission denied'),
      mend: `chmod u+wx ${out}`,
    });
  });
});
