import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDiskCache } from '../../../src/cache/disk/cache.js';
import { startOllama } from '../../helpers/ollama.js';
import { line, lookAt, makeFolder } from '../look.js';

test('a disk cache over its size is a warning, and --fix prunes its oldest vectors', async () => {
  await using ollama = await startOllama();
  const dir = makeFolder({ ollamaUrl: [ollama.url], cacheMaxSize: 1024 * 1024 });
  const cache = await openDiskCache({ folder: join(dir, 'cache') });
  const hashes = Array.from({ length: 1000 }, (_, i) => createHash('sha256').update(`${i}`).digest('hex'));
  await cache.setMany(
    'a'.repeat(32),
    hashes.map((hash) => ({ hash, vector: new Float32Array(384).fill(0.5) })),
  );
  await cache.close();
  expect(line(await lookAt(dir), 'cache.usage')).toMatchObject({
    status: 'warning',
    seen: expect.stringMatching(/^1,000 vectors, 1\.5 MB, 1 vector space, .*more than cacheMaxSize allows/),
    mend: 'embed doctor --fix',
  });
  const report = await lookAt(dir, { fix: true });
  expect(report.fixes).toMatchObject([{ id: 'cache.usage', ok: true }]);
  expect(line(report, 'cache.usage').status).toBe('ok');
});

test('a cache that cannot be opened is a warning', async () => {
  await using ollama = await startOllama();
  const dir = makeFolder({ ollamaUrl: [ollama.url] });
  writeFileSync(join(dir, 'cache'), 'a file');
  const report = await lookAt(dir);
  expect(line(report, 'cache.usage')).toMatchObject({
    status: 'warning',
    seen: expect.stringContaining("can't be opened"),
  });
  expect(line(report, 'folders.cache')).toMatchObject({
    status: 'failure',
    seen: expect.stringContaining('is a file'),
  });
});
