import { mkdtempSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// One more than there are processors, as tests also wait: for processes, back-offs and time-outs.
const workers = Math.min(availableParallelism(), 3) + 1;

// What tests keep between runs goes here, not into the folders of who runs them; `setup.ts` removes it.
process.env.EMBED_TEST_HOME ??= mkdtempSync(join(tmpdir(), 'embed-test-home-'));
const home = process.env.EMBED_TEST_HOME;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', './test/helpers/closing-line.ts'],
    globalSetup: ['test/helpers/setup.ts'],
    setupFiles: ['test/helpers/turn.ts'],
    env: { XDG_CACHE_HOME: join(home, 'cache'), XDG_STATE_HOME: join(home, 'state') },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    poolOptions: {
      forks: {
        // One process runs many files: with one for each, 25 small ones took 34 s of processor time instead of 20. What a
        // file changes in its process it takes back.
        isolate: false,
        // Of those above the min, the pool ends one that is idle twice, and fails the run for that.
        minForks: workers,
        maxForks: workers,
      },
    },
  },
});
