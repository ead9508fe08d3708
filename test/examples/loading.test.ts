// The parts of docs/loading.md, each run by itself on a real output, where its packages are installed.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { fixtures, makeWarmWorkspace, type Workspace } from '../helpers/cli.js';
import { postgresAvailable, startPostgres } from '../helpers/postgres.js';
import { startGateway } from './gateway.js';
import { findPython } from './python.js';

const page = readFileSync(fileURLToPath(new URL('../../docs/loading.md', import.meta.url)), 'utf8');
const parts = Array.from(page.matchAll(/^## (.+)\n\n```python\n([\s\S]+?)^```/gm), ([, title, code]) => ({
  title: title!,
  code: code!,
}));
const modules: Record<string, string[]> = {
  numpy: ['numpy'],
  pandas: ['numpy', 'pandas'],
  pgvector: ['numpy', 'psycopg', 'pgvector'],
  Qdrant: ['numpy', 'qdrant_client'],
  Chroma: ['numpy', 'chromadb'],
  LanceDB: ['numpy', 'lancedb'],
};

test('every part is known here', () => {
  expect(parts.map(({ title }) => title)).toEqual(Object.keys(modules));
  for (const { code } of parts) expect(code.trim().split('\n').length).toBeLessThan(17);
});

describe('a part', () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = makeWarmWorkspace();
    // Names that rows have, too.
    const metadata = {
      id: 'own',
      text: 'own',
      metadata: 'own',
      embedding: 'own',
      vector: 'own',
      source: 'own',
    };
    const record = JSON.stringify({ id: '1', text: 'Wasps are no bees.', metadata });
    writeFileSync(join(workspace.dir, 'records.jsonl'), record);
    const { code } = await workspace.embed([
      'ingest',
      `${fixtures}/formats/bees.md`,
      'records.jsonl',
      '--embedder',
      'builtin',
    ]);
    expect(code).toBe(0);
  });
  afterAll(() => workspace.remove());

  test('for Node', () => {
    const code = /^## Node\n\n```js\n([\s\S]+?)^```/m.exec(page)![1]!;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      cwd: workspace.dir,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^1\.000 /);
    expect(code.trim().split('\n').length).toBeLessThan(17);
  });

  for (const { title, code } of parts) {
    const { interpreter } = findPython(`the loading of ${title}`, modules[title]!);
    const isThere = interpreter !== undefined && (title !== 'pgvector' || postgresAvailable);
    test.skipIf(!isThere)(`for ${title}`, async () => {
      const postgres = title === 'pgvector' ? await startPostgres() : undefined;
      onTestFinished(() => postgres?.stop());
      const gateway = code.includes('11444') ? await startGateway(workspace) : undefined;
      onTestFinished(async () => void (await gateway?.stop()));
      const url = gateway?.url.replace(/\/$/, '') ?? '';
      const result = spawnSync(interpreter!, ['-c', code.replace('http://127.0.0.1:11444', url)], {
        cwd: workspace.dir,
        encoding: 'utf8',
        timeout: 60_000,
        env: {
          PATH: process.env.PATH,
          HOME: workspace.dir,
          ANONYMIZED_TELEMETRY: 'False',
          ...(postgres && { DATABASE_URL: await postgres.database() }),
        },
      });
      expect(result.stderr.replace(/^.*Warning.*$/gm, '')).not.toContain('Error');
      expect(result.status).toBe(0);
      expect(result.stdout.trim()).not.toBe('');
      expect(result.stdout).not.toContain('False');
    });
  }
});
