// A secret in every setting, and none in anything that any command prints or writes, when all is well and when
// nothing is.
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { namesServers } from '../../src/config/kinds/rule.js';
import { type Setting, settingsTable } from '../../src/config/settings.js';
import type { CliResult, RunningCli } from '../helpers/cli.js';
import { startOllama } from '../helpers/ollama.js';
import { redisAvailable, startRedis } from '../helpers/redis.js';
import { setUp, workspace } from './harbour.js';

const secret = 'hush-0f1e2d';
const debug = { EMBED_DEBUG: 'all' };

setUp();

const allCommands: string[][] = [
  ['ingest', 'docs', '--verbose'],
  ['ingest', 'docs', '--json', '--dry-run'],
  ['search', 'mill'],
  ['config'],
  ['config', '--json'],
  ['doctor'],
  ['doctor', '--json'],
  ['cache', 'stats', '--json'],
  ['cache', 'clear', '--yes'],
];

function expectNoSecret(what: string, { stdout, stderr }: Pick<CliResult, 'stdout' | 'stderr'>): void {
  expect(
    `${stdout}${stderr}`.split('\n').filter((line) => line.includes(secret)),
    what,
  ).toEqual([]);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

describe('with a secret in every setting, and nothing that can be used', () => {
  /** Runs the commands in a folder of their own, which has one file of settings. */
  async function runAll(commands: string[][], file: object, env: Record<string, string>, more: string[]) {
    const cwd = mkdtempSync(join(workspace.dir, 'run-'));
    writeFileSync(join(cwd, '.batchrc.json'), JSON.stringify({ embedder: 'ollama', maxRetries: 0, ...file }));
    for (const args of commands) {
      const typed = [...args.map((arg) => (arg === 'docs' ? '../docs' : arg)), ...more];
      const result = await workspace.embed(typed, { cwd, env: { ...debug, ...env } });
      expectNoSecret(`${typed.join(' ')} with ${JSON.stringify({ file, env })}`, result);
    }
  }
  const flagOf = ({ flag }: Setting) => /--(?!no-)[\w-]+/.exec(flag ?? '')?.[0];

  // Nothing listens on port 1 of this machine.
  const servers = { ollamaUrl: '127.0.0.1:1', redisUrl: 'redis://127.0.0.1:1' };
  const guarded = settingsTable.filter((setting) => setting.kind === 'secret' || namesServers(setting));

  const few = allCommands.filter(([name]) => name === 'ingest' || name === 'doctor');
  const ways = guarded.flatMap((setting) => {
    const { key, env, kind } = setting;
    const word = flagOf(setting);
    const values =
      kind === 'secret' ? [secret] : [`redis://u:${secret}@127.0.0.1:1`, `u:x/${secret}@127.0.0.1:1`];
    // A secret alone goes nowhere: the server does not answer.
    const file = kind === 'secret' ? servers : {};
    return values.flatMap((value, place) => [
      {
        way: `${key} = ${value}`,
        // The second differs where an address is read, which all commands have in common.
        run: () =>
          runAll(place === 0 ? allCommands : [...few, ['config']], { ...file, [key]: value }, {}, []),
      },
      ...(env === undefined
        ? []
        : [{ way: `${env}=${value}`, run: () => runAll(few, file, { [env]: value }, []) }]),
      ...(word === undefined
        ? []
        : [{ way: `${word}=${value}`, run: () => runAll(few.slice(1), file, {}, [`${word}=${value}`]) }]),
    ]);
  });

  test.each(ways)('$way', ({ run }) => run());

  test('of any other kind', async () => {
    const others = settingsTable.filter(
      ({ key, kind }) => !guarded.some((one) => one.key === key) && kind !== 'path',
    );
    expect(others.length).toBeGreaterThan(10);
    const value = `http://u:${secret}@127.0.0.1:1/`;
    const all = Object.fromEntries(others.map(({ key }) => [key, value]));
    await runAll([['config', '--json'], ['doctor']], { ...servers, ...all }, {}, []);
    for (const { key, flag, kind } of others) {
      if (kind === 'text' || kind === 'choice' || flag === undefined)
        await runAll([['ingest', 'docs']], { [key]: value }, {}, []);
    }
  });

  test('and in a flag that is misspelt, or in a path', async () => {
    for (const args of [[`--ollama-urls=http://u:${secret}@gpu`], [`http://u:${secret}@gpu/docs`]]) {
      const result = await workspace.embed(['ingest', ...args]);
      expect(result.code).toBe(2);
      expectNoSecret(args.join(' '), result);
    }
    const gateway = ['doctor', '--gateway'];
    expectNoSecret('gateway', await workspace.embed([...gateway, `http://u:${secret}@127.0.0.1:1`]));
    expectNoSecret('gateway', await workspace.embed([...gateway, `ftp://u:${secret}@127.0.0.1:1`]));
  });
});

test('a server that quotes the key it was sent gives nothing away', async () => {
  await using ollama = await startOllama();
  const body = JSON.stringify({ error: `bad token ${secret}` });
  for (const path of ['/api/embed', '/api/show', '/api/tags', '/api/version']) {
    ollama.script({ kind: 'answer', path, status: 401, body, times: 1000 });
  }
  const env = { OLLAMA_HOST: ollama.url, OLLAMA_API_KEY: secret, ...debug };
  for (const args of allCommands) expectNoSecret(args.join(' '), await workspace.embed(args, { env }));
  expect(ollama.requests.some(({ headers }) => headers.authorization === `Bearer ${secret}`)).toBe(true);
});

describe.runIf(redisAvailable)('where all is well', () => {
  test('nothing printed, logged, measured or written holds a secret', async () => {
    await using ollama = await startOllama();
    const redis = await startRedis(['--requirepass', secret]);
    try {
      const env = {
        OLLAMA_HOST: ollama.url,
        OLLAMA_API_KEY: secret,
        REDIS_URL: redis.url.replace('//', `//:${secret}@`),
        EMBED_SERVE_TOKEN: `${secret}-token`,
        ...debug,
      };
      const bench = ['bench', '--quick', '--rounds', '1', '--report', 'bench.html', '--save'];
      const commands = [...allCommands.slice(0, 8), ['verify'], [...bench, '--json'], bench, allCommands[8]!];
      for (const args of commands) {
        const result = await workspace.embed(args, { env });
        if (args[0] !== 'doctor') expect(result.code, result.stderr).toBe(0);
        expectNoSecret(args.join(' '), result);
      }
      const gateway = workspace.start(['serve', '--port', '0', '--log-level', 'info'], { env });
      const url = await listening(gateway);
      const headers = { authorization: `Bearer ${secret}-token` };
      for (const path of ['/health', '/metrics', '/metrics?format=json', '/nothing']) {
        expect(await (await fetch(url + path, { headers })).text(), path).not.toContain(secret);
      }
      gateway.child.kill('SIGTERM');
      expectNoSecret('serve', await gateway.done);
      const files = filesBelow(workspace.dir);
      expect(files.some((path) => path.endsWith('bench.html'))).toBe(true);
      for (const path of files) expect(readFileSync(path).includes(secret), path).toBe(false);
    } finally {
      await redis.stop();
    }
  });
});

/** Reading on, so that what it prints later is looked at, too. */
function listening({ child, done }: RunningCli): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stderr?.on('data', (part) => {
      text += part;
      const url = /embed gateway: (\S+)/.exec(text)?.[1];
      if (url !== undefined) resolve(url);
    });
    done.then(({ stderr }) => reject(new Error(`the gateway ended: ${stderr}`)), reject);
  });
}
