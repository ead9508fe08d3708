// One look of the doctor at a folder of its own, with nothing from this machine's environment.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type DoctorOptions, type DoctorReport, doctor } from '../../src/commands/doctor.js';
import type { Settings } from '../../src/config/settings.js';
import { openWriter } from '../../src/output/write/writer.js';
import type { VectorSpace } from '../../src/types/space.js';

/** A folder with a configuration file, which goes when the test ends. */
export function makeFolder(settings: Partial<Settings> | string = {}): string {
  const dir = mkdtempSync(join(tmpdir(), 'embed-doctor-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  mkdirSync(join(dir, '.git'));
  const text =
    typeof settings === 'string' ? settings : JSON.stringify({ cacheDir: join(dir, 'cache'), ...settings });
  writeFileSync(join(dir, '.batchrc.json'), text);
  return dir;
}

/** A look with time enough on a busy machine, unless `options` say otherwise. */
export function lookAt(dir: string, options: DoctorOptions = {}): Promise<DoctorReport> {
  return doctor({
    cwd: dir,
    env: {},
    flags: { out: join(dir, 'embeddings') },
    timeoutMs: 60_000,
    ...options,
  });
}

/** The one line with this id. */
export function line(report: DoctorReport, id: string, subject?: string): DoctorReport['checks'][number] {
  const found = report.checks.filter(
    (check) => check.id === id && (subject === undefined || check.subject === subject),
  );
  if (found.length !== 1) {
    const lines = report.checks.map((check) => `${check.id} ${check.status} ${check.seen}`);
    throw new Error(`expected one line ${id}, got ${found.length}:\n${lines.join('\n')}`);
  }
  return found[0]!;
}

/** An output of a space without any row. */
export async function writeEmptyOutput(out: string, space: VectorSpace): Promise<void> {
  const writer = await openWriter(out, {
    space,
    chunking: { size: 256, overlap: 0, counter: 'sample/1', splitter: 'sample/1' },
    readers: {},
    formats: ['jsonl', 'npy'],
    roots: ['docs'],
  });
  await writer.commit();
}
