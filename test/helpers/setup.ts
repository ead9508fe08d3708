// Runs once before all tests. The command line and the worker threads run from `dist`, which `npm test`
// builds first; tests of Redis and PostgreSQL need real servers, and those of pages a real Chromium.
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { findBrowser } from './browser.js';
import { installLightRag } from './lightrag.js';
import { installPostgres } from './postgres.js';
import { findRedis } from './redis.js';

/** @returns what is called after all tests */
export default async function setup(): Promise<() => void> {
  if (!existsSync(new URL('../../dist/cli/main.js', import.meta.url))) {
    throw new Error('dist is missing: run `npm run build` before vitest (`npm test` does both).');
  }
  // Beside the rest, as it is much to load.
  const lightRag = process.env.CI ? installLightRag() : undefined;
  lightRag?.catch(() => {});
  preparePostgres();
  need('Redis', 'redis-server', findRedis);
  need('Browser', 'chromium', findBrowser);
  await lightRag;
  return () => rmSync(process.env.EMBED_TEST_HOME!, { recursive: true, force: true });
}

/** Tests that lack a program fail in CI, which installs it; elsewhere they are skipped, and that is said aloud. */
function need(what: string, program: string, find: () => string | undefined): void {
  if (!find() && process.env.CI && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    install(program);
  }
  if (find()) return;
  const reason = `${program} is not on the PATH (Debian: apt-get install ${program})`;
  if (process.env.CI) throw new Error(`${what} tests can't run: ${reason}.`);
  console.warn(`\n*** ${what.toUpperCase()} TESTS ARE SKIPPED: ${reason}. ***\n`);
}

function install(program: string): void {
  const options = { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
  execFileSync('apt-get', ['update'], options);
  execFileSync('apt-get', ['install', '-y', '--no-install-recommends', program], options);
}

function preparePostgres(): void {
  try {
    installPostgres();
  } catch (error) {
    const reason = `python3 -m pip can't install it (${error instanceof Error ? error.message : error})`;
    if (process.env.CI) throw new Error(`PostgreSQL tests can't run: ${reason}.`);
    console.warn(`\n*** POSTGRESQL TESTS ARE SKIPPED: ${reason}. ***\n`);
  }
}
