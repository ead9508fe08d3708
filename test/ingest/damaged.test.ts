// An output that was damaged after its commit: every command says so, and how to repair it.
import { cpSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { CliResult } from '../helpers/cli.js';
import { fingerprint } from '../helpers/output.js';
import { ingest, markdown, ollama, out, setUp, summaryOf, workspace, writeFiles } from './run-workspace.js';

setUp();

beforeEach(async () => {
  writeFiles(workspace.dir, { 'docs/a.md': markdown('alpha', 2), 'docs/b.md': markdown('beta', 2) });
  expect((await ingest('docs')).code).toBe(0);
});

/** Changes bytes and no size. */
const damages: Record<string, (bytes: Buffer) => Buffer> = {
  'chunks.jsonl': (bytes) => Buffer.from(bytes.toString().replaceAll('alpha', 'alphi')),
  'vectors.npy': (bytes) => {
    const changed = Buffer.from(bytes);
    changed.writeFloatLE(0.5, 128);
    return changed;
  },
  'rows.sum': (bytes) => Buffer.from(bytes).fill(0, 16, 32),
};

/** Writes until the clock of the file system has moved on since the commit. */
function damage(name: string): void {
  const path = join(out, name);
  const bytes = damages[name]!(readFileSync(path));
  const committed = statSync(join(out, 'manifest.json'), { bigint: true }).ctimeNs;
  do writeFileSync(path, bytes);
  while (statSync(path, { bigint: true }).ctimeNs <= committed);
}

function commands(): Record<string, () => Promise<CliResult>> {
  const server = ['--ollama-url', ollama.url, '--model', 'all-minilm'];
  return {
    ingest: () => ingest('docs'),
    'ingest --dry-run': () => ingest('docs', '--dry-run'),
    search: () => workspace.embed(['search', 'alpha', ...server]),
    verify: () => workspace.embed(['verify']),
  };
}

async function expectDamaged(name: string): Promise<void> {
  const before = fingerprint(out);
  for (const [command, run] of Object.entries(commands())) {
    const result = await run();
    expect([command, result.code], result.stderr).toEqual([command, 5]);
    expect(result.stderr).toContain(name);
    expect(result.stderr).toContain(`embed ingest <the same paths> --out`);
    expect(result.stderr).toContain('--rebuild');
  }
  const doctor = await workspace.embed(['doctor', '--json', '--ollama-url', ollama.url]);
  const { checks } = JSON.parse(doctor.stdout) as { checks: { id: string; status: string; mend?: string }[] };
  expect(checks.find(({ id }) => id === 'output.files')).toMatchObject({
    status: 'failure',
    mend: expect.stringContaining('--rebuild'),
  });
  expect(fingerprint(out)).toEqual(before);
}

test.each(Object.keys(damages))('a changed %s is told by all commands until it is mended', async (name) => {
  damage(name);
  await expectDamaged(name);
  expect((await ingest('docs', '--rebuild')).code).toBe(0);
  expect((await workspace.embed(['verify'])).code).toBe(0);
  expect(summaryOf(await ingest('docs', '--json')).changed).toBe(false);
});

test('a change under an old date is told', async () => {
  damage('chunks.jsonl');
  utimesSync(join(out, 'chunks.jsonl'), 1, 1);
  await expectDamaged('chunks.jsonl');
});

test('the copy of a damaged output is told', async () => {
  damage('chunks.jsonl');
  cpSync(out, `${out}-2`, { recursive: true });
  rmSync(out, { recursive: true });
  // In this order no file is newer than the manifest.
  for (const name of ['chunks.jsonl', 'vectors.npy', 'rows.sum', 'manifest.json'])
    cpSync(join(`${out}-2`, name), join(out, name));
  await expectDamaged('chunks.jsonl');
});

test('a copy of a whole output goes on', async () => {
  const before = fingerprint(out);
  cpSync(out, `${out}-2`, { recursive: true });
  rmSync(out, { recursive: true });
  cpSync(`${out}-2`, out, { recursive: true });
  expect(summaryOf(await ingest('docs', '--json'))).toMatchObject({ changed: false, requests: 0 });
  expect(fingerprint(out)).toEqual(before);
});
