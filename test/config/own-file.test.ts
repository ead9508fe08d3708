// The configuration file of the user's own: under that of the folder, and trusted as the environment is.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadSettings, readSettings } from '../../src/config/load.js';

let home: string;
let cwd: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'embed-own-'));
  cwd = join(home, 'work');
  mkdirSync(join(cwd, '.git'), { recursive: true });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(path: string, content: unknown): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const own = (content: unknown) => write(join(home, '.config/embed/config.yaml'), content);
const folder = (content: unknown) => write(join(cwd, '.batchrc'), content);
const load = (env: NodeJS.ProcessEnv = {}) => loadSettings({ env: { HOME: home, ...env }, cwd });

test('each key of the folder wins over it, and it over the default', async () => {
  const path = own('chunkSize: 100\nmaxRetries: 7\nout: ~/index\ncacheDir: ./cache\n');
  const file = folder({ chunkSize: 200 });
  const { settings, layers, origins, file: named, ownFile } = await load();
  expect(settings).toMatchObject({ chunkSize: 200, maxRetries: 7, cacheDir: join(dirname(path), 'cache') });
  expect(layers).toMatchObject({ chunkSize: 'file', maxRetries: 'own', batchTimeout: 'default' });
  expect(origins.maxRetries).toBe(`${path} (maxRetries)`);
  expect([named, ownFile]).toEqual([file, path]);
});

test('XDG_CONFIG_HOME moves it, unless it is relative', async () => {
  own({ maxRetries: 7 });
  write(join(home, 'xdg/embed/config.yaml'), { maxRetries: 8 });
  expect((await load({ XDG_CONFIG_HOME: join(home, 'xdg') })).settings.maxRetries).toBe(8);
  expect((await load({ XDG_CONFIG_HOME: 'xdg' })).settings.maxRetries).toBe(7);
  expect((await load({ XDG_CONFIG_HOME: join(home, 'none') })).settings.maxRetries).toBe(3);
});

test('secrets of the environment go to its addresses, and its own to none that only the folder names', async () => {
  own({ redisUrl: 'redis://cache.example:6379' });
  expect((await load({ REDIS_PASSWORD: 'hush' })).settings.redisPassword).toBe('hush');
  own({ redisPassword: 'hush' });
  const file = folder({ redisUrl: 'redis://stranger.example:6379' });
  const { settings, problems } = await readSettings({ env: { HOME: home }, cwd });
  expect(settings.redisPassword).toBeUndefined();
  expect(problems.map(({ message }) => message)).toEqual([
    expect.stringContaining(`since only ${file} (redisUrl) says so`),
  ]);
});

test('what is wrong in it is told with its path', async () => {
  const path = own('chunksize: 5\n');
  await expect(load()).rejects.toThrow(`${path}: unknown key "chunksize"; did you mean "chunkSize"?`);
  own('{');
  await expect(load()).rejects.toThrow(`${path} can't be read`);
});

test('a file that the user names replaces that of the folder, not their own', async () => {
  own({ maxRetries: 7 });
  folder({ maxRetries: 8, chunkSize: 200 });
  write(join(cwd, 'other.json'), { index: 'other' });
  const { settings } = await loadSettings({ env: { HOME: home }, cwd, file: 'other.json' });
  expect([settings.maxRetries, settings.chunkSize, settings.index]).toEqual([7, undefined, 'other']);
});
