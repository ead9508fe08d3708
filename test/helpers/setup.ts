// Runs once before all tests. The command line and the worker threads run from `dist`, which `npm test`
// builds first; tests of Redis and PostgreSQL need real servers.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { installPostgres } from './postgres.js';
import { findRedis } from './redis.js';

export default function setup(): void {
  if (!existsSync(new URL('../../dist/cli/main.js', import.meta.url))) {
    throw new Error('dist is missing: run `npm run build` before vitest (`npm test` does both).');
  }
  preparePostgres();
  if (!findRedis() && process.env.CI && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    installRedis();
  }
  if (findRedis()) return;
  const reason = 'redis-server is not on the PATH (Debian: apt-get install redis-server)';
  if (process.env.CI) throw new Error(`Redis tests can't run: ${reason}.`);
  console.warn(`\n*** REDIS TESTS ARE SKIPPED: ${reason}. ***\n`);
}

function installRedis(): void {
  const options = { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
  execFileSync('apt-get', ['update'], options);
  execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'redis-server'], options);
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
