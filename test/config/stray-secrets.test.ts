import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadSettings, readSettings } from '../../src/config/load.js';
import { settingsTable } from '../../src/config/settings.js';
import { addressesFromFile } from '../../src/config/stray-secrets.js';

let cwd: string;
let path: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'embed-secrets-'));
  mkdirSync(join(cwd, '.git'));
  path = join(cwd, '.batchrc.json');
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

function load(file: object, env: NodeJS.ProcessEnv, flags = {}) {
  writeFileSync(path, JSON.stringify(file));
  return loadSettings({ cwd, env, flags });
}

test('every secret says where it goes', () => {
  const secrets = settingsTable.filter(({ kind }) => kind === 'secret');
  expect(secrets.length).toBeGreaterThan(1);
  for (const { key, secretFor } of secrets) expect(secretFor?.to.flat().length, key).toBeGreaterThan(0);
});

describe('a proxy that only a file names', () => {
  const proxy = 'http://user:pass@evil:3128';
  const refused = (what: string) =>
    `${what} is not sent by the proxy http://user:****@evil:3128, since only ${path} (httpProxy) says so: ` +
    'set HTTP_PROXY beside it, or give --http-proxy <url>.';

  test('gets no key of the environment', async () => {
    const load1 = load({ httpProxy: proxy }, { OLLAMA_HOST: 'gpu', OLLAMA_API_KEY: 'k' });
    await expect(load1).rejects.toThrow(refused('OLLAMA_API_KEY'));
  });

  test('gets no password of an address of the environment', async () => {
    for (const host of ['http://u:secret@gpu', 'localhost,openai+http://u:secret@gpu:8080/v1']) {
      await expect(load({ httpProxy: proxy }, { OLLAMA_HOST: host })).rejects.toThrow(
        refused('The password in OLLAMA_HOST'),
      );
    }
  });

  test.each([
    ['what stays on this machine', {}, { OLLAMA_HOST: 'localhost', OLLAMA_API_KEY: 'k' }],
    ['what goes to the default address', {}, { OLLAMA_API_KEY: 'k' }],
    ['what is encrypted', { httpsProxy: proxy }, { OLLAMA_HOST: 'https://u:p@gpu', OLLAMA_API_KEY: 'k' }],
    ['what NO_PROXY names', {}, { OLLAMA_HOST: 'gpu', OLLAMA_API_KEY: 'k', NO_PROXY: 'gpu' }],
    ['what needs no secret', {}, { OLLAMA_HOST: 'gpu' }],
    ['its own key', { ollamaUrl: ['gpu'], ollamaApiKey: 'k' }, {}],
    [
      'what the environment sends by another proxy',
      {},
      { OLLAMA_HOST: 'gpu', OLLAMA_API_KEY: 'k', HTTP_PROXY: 'p' },
    ],
  ])('is taken for %s, and told', async (_, more, env) => {
    const loaded = await load({ httpProxy: proxy, ...more }, env);
    expect(loaded.settings.httpProxy).toBe('HTTP_PROXY' in env ? 'p' : proxy);
    if (!('HTTP_PROXY' in env))
      expect(addressesFromFile(loaded)).toContain('httpProxy http://user:****@evil:3128');
  });
});

describe('a secret of the environment goes nowhere that only a file names', () => {
  test.each([
    [
      { ollamaUrl: ['localhost', 'evil'] },
      { OLLAMA_API_KEY: 'k' },
      'ollamaUrl',
      'set OLLAMA_HOST beside it, or give --ollama-url <url>.',
    ],
    [
      { redisUrl: 'redis://evil' },
      { REDIS_PASSWORD: 'k' },
      'redisUrl',
      'set REDIS_URL beside it, or give --redis-url <url>.',
    ],
    [
      { redisUrl: 'redis://evil' },
      { REDIS_PASSWORD: 'k', REDIS_HOST: 'mine', OLLAMA_HOST: 'gpu' },
      'redisUrl',
      'set REDIS_URL beside it, or give --redis-url <url>.',
    ],
    [
      { redisHost: 'evil' },
      { REDIS_PASSWORD: 'k', REDIS_PORT: '1' },
      'redisHost',
      'set REDIS_HOST and REDIS_PORT beside it.',
    ],
    [
      { redisPort: 1 },
      { REDIS_PASSWORD: 'k', REDIS_HOST: 'mine' },
      'redisPort',
      'set REDIS_HOST and REDIS_PORT beside it.',
    ],
  ])('%j with %j', async (file, env, key, advice) => {
    const error = await load(file, env).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'EMBED_USAGE', exitCode: 2 });
    expect(error.message).toContain(` is not sent to `);
    expect(error.message).toContain(`since only ${path} (${key}) says so: ${advice}`);
  });

  test('but where the address is of the environment, a flag or this machine', async () => {
    const secrets = { OLLAMA_API_KEY: 'k', REDIS_PASSWORD: 'k' };
    const evil = { ollamaUrl: 'evil', redisUrl: 'redis://evil' };
    const fine: [object, NodeJS.ProcessEnv, object?][] = [
      // That key isn't sent to a server of another API.
      [{ ollamaUrl: ['localhost', 'openai+http://other:8080/v1'] }, secrets, { redisUrl: 'redis://mine' }],
      [evil, { ...secrets, OLLAMA_HOST: 'gpu', REDIS_URL: 'redis://mine' }],
      [evil, secrets, { ollamaUrl: ['gpu'], redisUrl: 'redis://mine' }],
      [{ ollamaUrl: ['localhost:1', '127.0.0.1', '[::1]:2'], redisUrl: 'redis://localhost' }, secrets],
      [{ redisPort: 1 }, secrets],
      [
        { redisHost: 'evil', redisPort: 1 },
        { ...secrets, REDIS_URL: 'redis://mine' },
      ],
      [{ ...evil, embedder: 'builtin', cache: 'none' }, secrets],
      [{ out: 'index', cacheDir: 'c', model: 'm' }, secrets],
    ];
    for (const [file, env, flags] of fine) expect((await load(file, env, flags)).settings).toBeDefined();
  });

  test('and a file may hold both', async () => {
    const { settings } = await load({ ollamaUrl: 'gpu', ollamaApiKey: 'k' }, {});
    expect(settings).toMatchObject({ ollamaUrl: ['gpu'], ollamaApiKey: 'k' });
  });

  test('nor is another sent where the address brings a password', async () => {
    const { settings } = await load({ redisUrl: 'redis://:own@host' }, { REDIS_PASSWORD: 'k' });
    expect(settings.redisUrl).toBe('redis://:own@host');
  });

  test('and reading the settings with all problems goes on without it', async () => {
    writeFileSync(path, JSON.stringify({ ollamaUrl: 'evil' }));
    const read = await readSettings({ cwd, env: { OLLAMA_API_KEY: 'k' } });
    expect(read.problems).toHaveLength(1);
    expect(read.settings.ollamaApiKey).toBeUndefined();
    expect(read.settings.ollamaUrl).toEqual(['evil']);
  });
});

test('addresses of other machines that a file names are told, masked', async () => {
  const loaded = await load({ ollamaUrl: ['http://a', 'u:hush@b'], redisUrl: 'redis://:hush@c' }, {});
  expect(addressesFromFile(loaded)).toBe(
    `Addresses from ${path}: ollamaUrl http://a, u:****@b; redisUrl redis://:****@c`,
  );
  expect(addressesFromFile(await load({ ollamaUrl: 'a' }, { OLLAMA_HOST: 'b' }))).toBeUndefined();
  const local = await load({ ollamaUrl: ['http://127.0.0.1:9', 'gpu'], redisUrl: 'redis://localhost' }, {});
  expect(addressesFromFile(local)).toBe(`Addresses from ${path}: ollamaUrl gpu`);
  expect(addressesFromFile(await load({ ollamaUrl: 'localhost:11434' }, {}))).toBeUndefined();
});
