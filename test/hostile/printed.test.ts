// Every command among strangers: their words in every place that they can write to, and nothing printed that
// commands a terminal, breaks a line, or poses as a command of a CI's log.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';
import { eventually } from '../helpers/eventually.js';
import { listening } from '../helpers/listening.js';
import { allMiniLm, type Fault } from '../helpers/ollama.js';
import { ollama } from '../helpers/running.js';

const strangeCharacter = /(?!\n)[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u;
/** Lines that a runner of GitHub takes for commands, or that pose as ours. */
const forged = /^(FORGED|[\s\p{Cf}]*::)|##\[/mu;
/** Commands of ours for the runner: they say all in one line, whose properties hold no other. */
const ownCommand = /^::(error|group|endgroup)( (file=[^:,\n]*,)?title=embed[^:,\n]*)?::(?!.*##\[).*$/gm;
const allWords =
  'w\x1b[2J\x1b]0;t\x07\nFORGED\n::error::FORGED##[error]\r\u202eback\u2066\u2028\u2029\x85\x9b31m\u200e\ufeff\t$(x)';
/** What a file system takes. */
const strangeName = allWords.replace('/', '');

let workspace: Workspace;
beforeEach(() => {
  workspace = makeWarmWorkspace();
  mkdirSync(join(workspace.dir, '.git'));
  mkdirSync(join(workspace.dir, 'docs'));
});
afterEach(() => workspace.remove());

const write = (path: string, text: string | Buffer) => writeFileSync(join(workspace.dir, path), text);

function expectClean(args: readonly string[], text: string): void {
  expect([args, text]).toEqual([args, expect.not.stringMatching(strangeCharacter)]);
  expect([args, text.replace(ownCommand, '')]).toEqual([args, expect.not.stringMatching(forged)]);
  expect([args, text]).toEqual([args, expect.not.stringMatching(/unexpected:|\n {4}at /)]);
}

const inWords: string[] = [];
const asJson = ['--json'];

/** All that it prints, by default in words and as JSON; `FORGED` has to be in it, where it is told. */
async function run(args: string[], ways = [inWords, asJson]) {
  let all = '';
  for (const more of ways) {
    const words = [...args, ...more];
    const { stdout, stderr } = await workspace.embed(words, { env: { GITHUB_ACTIONS: 'true' } });
    expectClean(words, stdout + stderr);
    if (more === asJson) expect(() => JSON.parse(stdout)).not.toThrow();
    all += stdout + stderr;
  }
  return all;
}

/** An ingest says in words what it says as JSON, too: on standard error. */
const ingest = (...args: string[]) => run(['ingest', 'docs', ...args], [asJson]);

function strangeDocuments(): void {
  write(`docs/${strangeName}.md`, `# ${allWords}\n\n${allWords} islands\n`);
  write(`docs/${strangeName}.ipynb`, '{');
  write(`docs/${strangeName}.png`, Buffer.alloc(100));
  write(
    `docs/rec${strangeName}.jsonl`,
    `${JSON.stringify({ id: allWords, text: `Islands of ${allWords}`, [allWords]: allWords })}\n{\n`,
  );
  write('docs/table.csv', `id,text,"${allWords}"\n"${allWords}","The harbour, ${allWords}","${allWords}"\n`);
}

const strangeModel = { ...allMiniLm, name: `${allWords}:latest` };

test('documents, records, and a model of strange names', async () => {
  strangeDocuments();
  const { url } = await ollama({ models: [strangeModel] });
  const server = ['--embedder', 'ollama', '--ollama-url', url];
  const ingested = await ingest('-v', ...server);
  expect(ingested).toContain('\\u001b[2J');
  expect(ingested).toContain('FORGED');
  write(`docs/${strangeName}2.ipynb`, '{');
  await ingest('--dry-run', '-v', ...server);
  for (const args of [
    ['search', 'islands', '-k', '20', ...server],
    ['verify'],
    ['doctor', '--timeout', '2s', ...server],
    ['config'],
    ['cache', 'stats'],
    ['bench', 'docs', '--rounds', '1', '--time-limit', '8s', '--cache', 'none', ...server],
  ]) {
    await run(args);
  }
  await ingest('--model', allWords, '--rebuild', ...server);
  await ingest('--model', `${allWords}2`, ...server);
  await run(['search', 'islands', '--model', `${allWords}2`, ...server], [asJson]);
  await run(['cache', 'prune', '--drop-model', allWords], [inWords]);
  await run(['cache', 'clear', '--yes'], [inWords]);
});

test('rows and names of an output that another person made', async () => {
  write('docs/a.md', 'Islands.\n');
  expect((await workspace.embed(['ingest', 'docs', '--embedder', 'builtin'])).code).toBe(0);
  const out = join(workspace.dir, 'embeddings');
  cpSync(out, `${out}-good`, { recursive: true });
  const strange = JSON.stringify(allWords).slice(1, -1);
  const crafts: [string, (text: string) => string][] = [
    ['manifest.json', (text) => text.replaceAll('docs/a.md', strange)],
    ['manifest.json', (text) => text.replace('"docs"', `"${strange}"`)],
    ['manifest.json', (text) => text.replace(/"model":"[^"]*"/, `"model":"${strange}"`)],
    ['manifest.json', (text) => text.replace(/"format":1/, `"format":"${strange}"`)],
    ['manifest.json', (text) => text.replace(/"counter":"[^"]*"/, `"counter":"${strange}"`)],
    ['manifest.json', (text) => text.replace(/"splitter":"[^"]*"/, `"splitter":"${strange}"`)],
    ['chunks.jsonl', (text) => text.replaceAll('docs/a.md', strange)],
    ['chunks.jsonl', (text) => `${allWords}${text}`],
    ['failures.jsonl', () => `{"source":"${strange}","code":"${strange}"}\n`],
  ];
  for (const [name, craft] of crafts) {
    rmSync(out, { recursive: true });
    cpSync(`${out}-good`, out, { recursive: true });
    let before = '';
    try {
      before = readFileSync(join(out, name), 'utf8');
    } catch {
      // Made again.
    }
    writeFileSync(join(out, name), craft(before));
    await run(['verify'], [inWords]);
    if (name === 'chunks.jsonl') await run(['search', 'islands'], [inWords]);
    else await ingest('--embedder', 'builtin');
  }
  mkdirSync(join(out, '.run'), { recursive: true });
  const owner = {
    host: allWords,
    pid: 1,
    boot: allWords,
    namespace: allWords,
    started: allWords,
    nonce: '0'.repeat(16),
  };
  writeFileSync(join(out, '.run', 'lock'), JSON.stringify(owner));
  await ingest('--embedder', 'builtin');
  await run(['doctor', '--embedder', 'builtin', '--timeout', '1s'], [inWords]);
});

/** Settings of a file: those that a word of any kind can be, and those that it can't. */
const settings = {
  taken: ['model', 'out', 'cacheDir', 'include'],
  refused: ['ollamaUrl', 'redisUrl', 'embedder', 'batchSize', ''],
};

/** Each can be recognized: `key` stands before the words, and is the begin of an unknown name. */
function writeSettings(keys: readonly string[]): void {
  const strange = (key: string) => (key === 'include' ? [`${key}${allWords}`] : `${key}${allWords}`);
  write(
    '.batchrc.json',
    JSON.stringify(Object.fromEntries(keys.map((key) => [key || allWords, strange(key)]))),
  );
}

test.each(Object.values(settings).flat())('a run whose settings file has a strange %j', async (key) => {
  write('docs/a.md', 'Islands.\n');
  writeSettings([key]);
  await ingest('--dry-run', ...(key === 'embedder' ? [] : ['--embedder', 'builtin']));
});

test.each(Object.entries(settings))('settings of a file that are %s, told', async (_, keys) => {
  writeSettings(keys);
  await run(['config']);
  const told = await run([
    'doctor',
    '--timeout',
    '1s',
    ...(keys.includes('embedder') ? [] : ['--embedder', 'builtin']),
  ]);
  for (const key of keys) {
    // Of an address no more is told than that it can't be read: there may be a password in it.
    if (key !== 'redisUrl') expect(told).toContain(`${key}w\\u001b[2J`);
  }
});

describe('a server', () => {
  const failing = (path: string, body: string, status = 500): Fault => ({
    kind: 'answer',
    status,
    body,
    path,
    times: Number.POSITIVE_INFINITY,
  });

  test.each(['/api/version', '/api/tags', '/api/show', '/api/embed'])(
    'whose errors at %s are strange',
    async (path) => {
      write('docs/a.md', 'Islands.\n');
      for (const [status, body] of [
        [500, JSON.stringify({ error: allWords })],
        [404, JSON.stringify({ error: allWords })],
        [
          200,
          JSON.stringify({
            error: allWords,
            version: allWords,
            models: [{ name: allWords, digest: allWords }],
          }),
        ],
      ] as const) {
        const server = await ollama();
        server.script(failing(path, body, status));
        const flags = ['--embedder', 'ollama', '--model', 'all-minilm', '--ollama-url', server.url];
        await ingest('--max-retries', '0', ...flags);
        if (status !== 404) await run(['doctor', '--timeout', '2s', ...flags], [inWords]);
      }
    },
  );

  test('whose errors are strange, told by the gateway, its log and doctor', async () => {
    const server = await ollama({ models: [strangeModel] });
    server.script(failing('/api/embed', JSON.stringify({ error: allWords })));
    const { child, done } = workspace.start(['serve', '--port', '0', '--ollama-url', server.url], {
      env: { GITHUB_ACTIONS: 'true' },
    });
    let said = '';
    child.stdout!.on('data', (text: string) => {
      said += text;
    });
    child.stderr!.on('data', (text: string) => {
      said += text;
    });
    await eventually(() => said).toMatch(/http:\/\/127\.0\.0\.1:\d+/);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)![0];
    for (const path of ['/api/embed', '/v1/embeddings']) {
      const asked = { method: 'POST', body: JSON.stringify({ model: strangeModel.name, input: allWords }) };
      await (await fetch(`${url}${path}`, { ...asked, headers: { 'x-request-id': 'a\x9bb' } })).text();
    }
    await (await fetch(`${url}/${encodeURIComponent(allWords)}?${encodeURIComponent(allWords)}`)).text();
    await run(['doctor', '--gateway', url]);
    child.kill('SIGTERM');
    const { stdout, stderr } = await done;
    expectClean(['serve'], stdout + stderr);
  });
});

test('a Redis whose errors are strange', async () => {
  write('docs/a.md', 'Islands.\n');
  const port = await listening((socket) => {
    socket.on('data', () => socket.write(`-ERR ${allWords.replaceAll(/[\r\n]/g, ' ')}\r\n`));
  });
  const redis = ['--redis-url', `redis://127.0.0.1:${port}`];
  await ingest('--embedder', 'builtin', '--cache', 'redis', ...redis);
  await run(['cache', 'stats', ...redis]);
  await run(['doctor', '--embedder', 'builtin', '--timeout', '1s', ...redis], [inWords]);
});
