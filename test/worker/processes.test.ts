// Workers as processes of their own, with the built-in embedder.
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeWorkspace } from '../helpers/cli.js';
import { fingerprint } from '../helpers/output.js';
import { redisAvailable } from '../helpers/redis.js';
import { writeFiles } from '../ingest/run-workspace.js';
import { startQueue } from './queue.js';

test.runIf(redisAvailable)(
  'two workers with the built-in embedder do as one process, and end when told',
  async () => {
    const workspace = makeWorkspace();
    onTestFinished(() => workspace.remove());
    const { queue } = await startQueue();
    const sections = Array.from(
      { length: 40 },
      (_, at) => `## Ship ${at}\n\nThe harbour of ship ${at} lies behind mill ${at}.\n`,
    );
    writeFiles(workspace.dir, { 'docs/a.md': sections.join('\n') });
    const env = { EMBED_QUEUE: queue };
    const workers = ['one', 'two'].map((name) =>
      workspace.start(['worker', '--name', name, '--embedder', 'builtin'], { env }),
    );
    // A test that fails leaves none behind, whose Redis is gone.
    onTestFinished(() => {
      for (const { child } of workers) child.kill('SIGKILL');
    });
    // Two programs load a model each, which takes a busy machine as long as it takes.
    const ready = workers.map(
      ({ child }) =>
        new Promise<void>((resolve) => {
          let said = '';
          child.stderr!.on('data', (part: string) => {
            said += part;
            if (said.includes('at once')) resolve();
          });
        }),
    );
    const fixed = ['ingest', 'docs', '--cache', 'none', '--batch-size', '4'];
    const alone = workspace.embed([...fixed, '-o', 'alone', '--embedder', 'builtin']);
    await Promise.all(ready);
    const result = await workspace.embed(fixed, { env });
    expect(result.code, result.stderr).toBe(0);
    expect(await alone).toMatchObject({ code: 0 });
    expect(fingerprint(join(workspace.dir, 'embeddings'))).toEqual(fingerprint(join(workspace.dir, 'alone')));
    for (const { child } of workers) child.kill('SIGTERM');
    const ends = await Promise.all(workers.map(({ done }) => done));
    for (const end of ends) {
      expect(end.code).toBe(0);
      expect(end.stderr).toMatch(/^draining: .*\nanswered \d+ jobs? with \d+ texts?$/m);
    }
  },
);
