import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KindName } from '../../src/config/kinds/rule.js';
import { loadSettings } from '../../src/config/load.js';
import { type Settings, settingsTable } from '../../src/config/settings.js';
import { UsageError } from '../../src/errors.js';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'embed-config-'));
  mkdirSync(join(cwd, '.git'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

function write(name: string, content: unknown): string {
  const path = join(cwd, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const load = (flags = {}, env: NodeJS.ProcessEnv = {}) => loadSettings({ flags, env, cwd });

describe('the order of sources', () => {
  test('defaults are those of the design', async () => {
    const { settings } = await load();
    expect(settings).toMatchObject({
      batchTimeout: 30_000,
      cacheTtl: 3600,
      maxRetries: 3,
      cache: 'auto',
      embedder: 'auto',
      out: './embeddings',
    });
    expect(settings.ollamaUrl).toBeUndefined();
  });

  test('a flag wins over the environment, that over the file, that over the default', async () => {
    write('.batchrc.json', { batchSize: 8, concurrency: 8, maxRetries: 8 });
    const env = { OLLAMA_EMBEDDING_BATCH_SIZE: '16', MAX_BATCH_RETRIES: '6' };
    const { settings, origins } = await load({ batchSize: '24' }, env);
    expect(settings).toMatchObject({ batchSize: 24, maxRetries: 6, concurrency: 8, cacheTtl: 3600 });
    expect(origins).toMatchObject({
      batchSize: '--batch-size',
      maxRetries: 'MAX_BATCH_RETRIES',
      concurrency: `${join(cwd, '.batchrc.json')} (concurrency)`,
      cacheTtl: 'default',
    });
  });

  test('an empty variable counts as unset', async () => {
    const { settings } = await load({}, { OLLAMA_HOST: '', REDIS_URL: '  ' });
    expect(settings.ollamaUrl).toBeUndefined();
    expect(settings.redisUrl).toBeUndefined();
  });

  test('a variable keeps no line end of a file from Windows, and no blanks around it', async () => {
    const ofKind: Partial<Record<KindName, string>> = { integer: '16', list: 'a,b', duration: '500' };
    const ofKey: Partial<Record<keyof Settings, string>> = {
      redisUrl: 'redis://cache:6379',
      embedder: 'builtin',
      queue: 'redis://cache:6379',
      cache: 'none',
      httpClient: 'undici',
    };
    for (const { key, kind, env, envWhile } of settingsTable.filter((one) => one.env !== undefined)) {
      // Some count with one embedder alone.
      const flags = { embedder: envWhile?.embedder?.[0] };
      const value = ofKey[key] ?? ofKind[kind] ?? 'name';
      const right = (await load(flags, { OLLAMA_HOST: 'h', REDIS_HOST: 'h', [env!]: value })).settings[key];
      expect(right, env).toBeDefined();
      for (const blanks of ['\r', ' ', '\t\r\n']) {
        const set = { OLLAMA_HOST: 'h', REDIS_HOST: 'h', [env!]: `${blanks}${value}${blanks}` };
        expect((await load(flags, set)).settings[key], env).toEqual(right);
        const unset = (await load(flags, { [env!]: blanks })).settings[key];
        expect(unset, env).toEqual((await load(flags)).settings[key]);
      }
    }
  });

  test('a proxy may be named in lower case, as curl wants it', async () => {
    const env = {
      http_proxy: 'http://a:1',
      HTTPS_PROXY: 'http://b:1',
      https_proxy: 'c',
      no_proxy: 'd,.e, *',
    };
    const { settings, origins } = await load({ noProxy: undefined }, env);
    expect(settings).toMatchObject({
      httpProxy: 'http://a:1',
      httpsProxy: 'http://b:1',
      noProxy: ['d', '.e', '*'],
    });
    expect(origins).toMatchObject({ httpProxy: 'http_proxy', httpsProxy: 'HTTPS_PROXY' });
    expect((await load({ noProxy: ['f', 'g,h'] }, env)).settings.noProxy).toEqual(['f', 'g', 'h']);
  });

  test('OLLAMA_HOST may name several servers, and so may a repeated flag', async () => {
    expect((await load({}, { OLLAMA_HOST: 'a, b:1' })).settings.ollamaUrl).toEqual(['a', 'b:1']);
    expect((await load({ ollamaUrl: ['a', 'b,c'] })).settings.ollamaUrl).toEqual(['a', 'b', 'c']);
  });

  test('a file may name them as one text, too', async () => {
    write('.batchrc.json', { ollamaUrl: 'a, b:1', include: '*.{md,txt}' });
    const { settings } = await load();
    expect(settings).toMatchObject({ ollamaUrl: ['a', 'b:1'], include: ['*.{md,txt}'] });
  });

  test.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['1.5 h', 5_400_000],
    ['2d', 172_800_000],
    ['0', 0],
  ])('--wait-for-server %s', async (text, ms) => {
    expect((await load({ waitForServer: text })).settings.waitForServer).toBe(ms);
  });

  test('a number alone counts where it always did; 10 ms of waiting are not meant', async () => {
    const { settings } = await load({ batchTimeout: '5000', cacheTtl: '10', waitForServer: '0' });
    expect(settings).toMatchObject({ batchTimeout: 5000, cacheTtl: 10, waitForServer: 0 });
    await expect(load({ waitForServer: '10' })).rejects.toThrow(
      '--wait-for-server: expected a time with its unit, such as 90s or 10m, got "10".',
    );
    await expect(load({ waitForServer: '10 parsecs' })).rejects.toThrow(
      '--wait-for-server: expected a time such as 90s or 10m, got "10 parsecs".',
    );
    await expect(load({ batchTimeout: '10 parsecs' })).rejects.toThrow(
      '--batch-timeout: expected a time such as 90s or 10m, or a number of milliseconds, got "10 parsecs".',
    );
  });

  test.each([
    [{ embedder: 'builtin', model: 'm' }, '--model counts with embedder auto or ollama or openai, not with'],
    [
      { embedder: 'openai', ollamaUrl: ['http://a'] },
      '--ollama-url counts with embedder auto or ollama, not with',
    ],
    [
      { cache: 'disk', cacheTtl: '1d' },
      '--cache-ttl counts with cache auto or redis, not with disk (of --cache)',
    ],
  ])('a flag that another setting makes idle is refused: %j', async (flags, message) => {
    await expect(load(flags)).rejects.toThrow(message);
  });

  test('a comma inside a glob does not split it', async () => {
    expect((await load({ include: ['*.{md,txt}'] })).settings.include).toEqual(['*.{md,txt}']);
  });

  test.each([
    ['500', 500],
    ['500KB', 500_000],
    ['1.5 mb', 1_500_000],
    ['64M', 64 * 1024 ** 2],
    ['2GiB', 2 * 1024 ** 3],
  ])('--max-file-size %s', async (text, bytes) => {
    expect((await load({ maxFileSize: text })).settings.maxFileSize).toBe(bytes);
  });
});

describe('files', () => {
  test.each([
    ['.batchrc', 'model: m # YAML'],
    ['.batchrc', '{"model": "m"}'],
    ['.batchrc.json', '{"model": "m"}'],
    ['.batchrc.yaml', 'model: m'],
    ['package.json', '{"batch": {"model": "m"}}'],
  ])('%s is read as data: %s', async (name, content) => {
    write(name, content);
    expect((await load()).settings.model).toBe('m');
  });

  test('a parent folder of the same repository counts, and `out` is relative to the file', async () => {
    write('.batchrc.json', { out: 'index' });
    const below = join(cwd, 'a', 'b');
    mkdirSync(below, { recursive: true });
    const { settings } = await loadSettings({ env: {}, cwd: below });
    expect(settings.out).toBe(join(cwd, 'index'));
  });

  const encoded = (text: string, encoding: string): Buffer => {
    if (encoding === 'utf-8') return Buffer.from(`\ufeff${text}`);
    const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
    return encoding === 'utf-16be' ? bytes.swap16() : bytes;
  };

  test.each(
    ['utf-8', 'utf-16le', 'utf-16be'].flatMap((encoding) => [
      ['.batchrc', 'model: größe\n', encoding] as const,
      ['.batchrc', '{"model": "größe"}', encoding] as const,
      ['.batchrc.json', '{"model": "größe"}', encoding] as const,
      ['.batchrc.yml', 'model: größe\n', encoding] as const,
      ['package.json', '{"batch": {"model": "größe"}}', encoding] as const,
    ]),
  )('%s may begin with a byte order mark: %s in %s', async (name, text, encoding) => {
    writeFileSync(join(cwd, name), encoded(text, encoding));
    expect((await load()).settings.model).toBe('größe');
  });

  test('paths may begin with ~, the home folder, wherever they are given', async () => {
    const paths = settingsTable.filter(({ kind }) => kind === 'path').map(({ key }) => key);
    expect(paths).toContain('out');
    for (const key of paths) {
      write('.batchrc.json', { [key]: '~/a/b' });
      expect((await load()).settings[key], key).toBe(join(homedir(), 'a/b'));
      expect((await load({ [key]: '~/c' })).settings[key], key).toBe(join(homedir(), 'c'));
      expect((await load({ [key]: '~' })).settings[key], key).toBe(homedir());
      expect((await load({ [key]: './~/c' })).settings[key], key).toBe('./~/c');
      expect((await load({ [key]: '~mine' })).settings[key], key).toBe('~mine');
    }
  });

  test('no JavaScript of the working folder is executed', async () => {
    mkdirSync(join(cwd, '.config'));
    const trap = `require('node:fs').writeFileSync(${JSON.stringify(join(cwd, 'trapped'))}, '')`;
    for (const name of ['.batchrc.js', '.batchrc.cjs', '.config/config.js', '.config/config.cjs'])
      write(name, trap);
    write('.batchrc.json', { batchSize: 4 });
    const before = process.cwd();
    process.chdir(cwd);
    try {
      expect((await load()).settings.batchSize).toBe(4);
    } finally {
      process.chdir(before);
    }
    expect(existsSync(join(cwd, 'trapped'))).toBe(false);
  });
});

describe('wrong settings', () => {
  const refusal = async (flags = {}, env = {}) => {
    const error = await load(flags, env).then(
      () => expect.fail('accepted'),
      (thrown: unknown) => thrown as UsageError,
    );
    expect(error).toBeInstanceOf(UsageError);
    expect(error.exitCode).toBe(2);
    return error.message;
  };

  test('an unknown key names the nearest right one', async () => {
    const path = write('.batchrc.json', { batchsize: 8 });
    expect(await refusal()).toBe(`${path}: unknown key "batchsize"; did you mean "batchSize"?`);
  });

  test.each([
    [{ batchSize: '65' }, {}, '--batch-size: expected at most 64, got 65.'],
    [
      { batchSize: '99999999999999999999' },
      {},
      '--batch-size: expected at most 64, got 100000000000000000000.',
    ],
    [{ batchSize: 'many' }, {}, '--batch-size: expected a whole number, got "many".'],
    [{ model: '' }, {}, '--model: expected a text, got "".'],
    [{ format: ['npy,parquet'] }, {}, '--format: expected jsonl or npy, got ["npy","parquet"].'],
    [{ embedder: 'olama' }, {}, '--embedder: expected auto or ollama or openai or builtin, got "olama".'],
    [{ format: ['parquet'] }, {}, '--format: expected jsonl or npy, got "parquet".'],
    [{ include: [''] }, {}, '--include: expected a pattern such as *.md, got "".'],
    [
      { maxFileSize: '5 apples' },
      {},
      '--max-file-size: expected a size such as 500MB, 2GB or 64MiB, got "5 apples".',
    ],
    [{}, { OLLAMA_BATCH_TIMEOUT: '1' }, 'OLLAMA_BATCH_TIMEOUT: expected at least 100ms, got 1ms.'],
  ])('%j %j', async (flags, env, message) => {
    expect(await refusal(flags, env)).toBe(message);
  });

  test('a secret is not shown', async () => {
    expect(await refusal({ redisUrl: 'http://:hunter2@host' })).not.toContain('hunter2');
  });

  test.each(['.batchrc', '.batchrc.json', '.batchrc.yaml'])('%s in another encoding', async (name) => {
    for (const text of [
      Buffer.from('{"model": "gr\xf6\xdfe"}', 'latin1'),
      Buffer.from('model: x', 'utf16le'),
    ]) {
      writeFileSync(join(cwd, name), text);
      expect(await refusal()).toContain(`${name} can't be read (it is not UTF-8: save it as that)`);
    }
  });

  test('a package.json with settings that is no JSON; without, it is not ours', async () => {
    write('package.json', '{"name": "x", "batch": {"model": "m",}}');
    expect(await refusal()).toContain("package.json can't be read");
    write('package.json', '{"name": "batch",}');
    expect((await load()).settings.model).toBeUndefined();
  });

  test('a host with a scheme or a password, which is not shown', async () => {
    for (const host of ['redis://:hush@h', 'u:hush@h', 'h/hush']) {
      expect(await refusal({}, { REDIS_HOST: host })).toBe(
        'REDIS_HOST: expected a host alone, without scheme, user and port.',
      );
    }
  });

  test('a file that is no object, or no YAML', async () => {
    write('.batchrc.yaml', '- a\n- b\n');
    expect(await refusal()).toContain('must hold an object');
    write('.batchrc.yaml', 'a: [');
    expect(await refusal()).toContain(".batchrc.yaml can't be read");
  });
});
