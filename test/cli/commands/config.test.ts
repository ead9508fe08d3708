import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { settingsTable } from '../../../src/config/settings.js';
import { makeWarmWorkspace, type Workspace } from '../../helpers/cli.js';

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWarmWorkspace();
  mkdirSync(join(workspace.dir, '.git'));
});
afterEach(() => workspace.remove());

const configure = (values: object) =>
  writeFileSync(join(workspace.dir, '.batchrc.json'), JSON.stringify(values));
async function settings(args: string[] = [], env: Record<string, string> = {}) {
  const { stdout, code } = await workspace.embed(['config', '--json', ...args], { env });
  expect(code).toBe(0);
  return JSON.parse(stdout).settings;
}

describe('how long servers are waited for', () => {
  const said = async (...args: string[]) => (await workspace.embed(args)).stdout.replace(/\s+/g, ' ');

  test('is told of serve and of all else, by help and settings alike', async () => {
    expect(await said('serve', '--help')).toMatch(/--wait-for-server <time> [^(]*\(default: 20s\)/);
    expect(await said('ingest', '--help')).toMatch(/--wait-for-server <time> [^(]*\(default: 0\)/);
    expect((await settings()).waitForServer).toEqual({ value: 0, origin: 'default', serve: 20_000 });
    expect(await said('config')).toContain(' waitForServer 0; in embed serve 20s default ');
  });

  test('is what was set, in serve, too', async () => {
    configure({ waitForServer: '7s' });
    const { waitForServer } = await settings();
    expect(waitForServer).toEqual({ value: 7000, origin: expect.stringContaining('.batchrc.json') });
  });
});

describe('what is in force without being set', () => {
  test('is shown as a value, or in words', async () => {
    const shown = await settings();
    expect(Object.keys(shown)).toEqual(settingsTable.map(({ key }) => key));
    expect(shown).toMatchObject({
      redisDb: { value: 2, origin: 'default' },
      redisPort: { value: 6379, origin: 'default' },
      chunkOverlap: { value: 0, origin: 'default' },
      ollamaUrl: { value: ['http://127.0.0.1:11434'], origin: 'default' },
      cacheDir: { value: join(workspace.dir, '.home/.cache/embed/vectors'), origin: 'default' },
      batchSize: { value: null, origin: 'default', decided: 'follows the server, from 32 on' },
      ollamaApiKey: { value: null, origin: 'not set' },
    });
    const { stdout } = await workspace.embed(['config']);
    expect(stdout).toMatch(/^redisDb +2 +default$/m);
    expect(stdout).toMatch(/^concurrency +follows the server, from 2 on +default$/m);
    expect(stdout).toMatch(/^redisPassword +- +not set$/m);
  });

  test('comes from the address of Redis where that says it', async () => {
    const shown = await settings([], { REDIS_URL: 'redis://:hush@box:7000/5' });
    expect(shown).toMatchObject({
      redisUrl: { value: 'redis://:****@box:7000/5', origin: 'REDIS_URL' },
      redisHost: { value: 'box', origin: 'REDIS_URL' },
      redisPort: { value: 7000, origin: 'REDIS_URL' },
      redisDb: { value: 5, origin: 'REDIS_URL' },
    });
    expect(await settings(['--redis-url', 'redis://box'])).toMatchObject({
      redisDb: { value: 2, origin: 'default' },
    });
    expect(await settings(['--redis-url', 'redis://box'], { REDIS_EMBEDDING_DB: '7' })).toMatchObject({
      redisDb: { value: 7, origin: 'REDIS_EMBEDDING_DB' },
    });
  });
});

test('what is wrong is told after the list, with the exit status of every other command', async () => {
  configure({ ollamaUrl: 'http://evil:11434' });
  const { stdout, stderr, code } = await workspace.embed(['config'], { env: { OLLAMA_API_KEY: 'hush' } });
  expect(code).toBe(2);
  expect(stdout).toMatch(/^ollamaUrl +http:\/\/evil:11434 +.*\.batchrc\.json \(ollamaUrl\)$/m);
  expect(stderr).toContain('error: OLLAMA_API_KEY is not sent to http://evil:11434, since only');
  expect(stdout + stderr).not.toContain('hush');
});
