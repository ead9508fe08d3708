import { defineConfig } from 'vitest/config';

/** What takes too long for `npm test`; `npm run soak` runs it. */
export default defineConfig({
  test: {
    include: ['test/soak/*.soak.ts', 'test/orchestrator/soak.test.ts'],
    reporters: ['default', './test/helpers/closing-line.ts'],
    globalSetup: ['test/helpers/setup.ts'],
    hookTimeout: 120_000,
    pool: 'forks',
  },
});
