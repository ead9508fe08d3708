// EMBED_DEBUG: what a run tells of itself, part by part, for who has to find out why it went wrong.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { debugParts } from '../../src/debug.js';

import { startOllama } from '../helpers/ollama.js';
import { redisAvailable, startRedis } from '../helpers/redis.js';
import { setUp, workspace } from './harbour.js';

const debugLine = /^\[ *\d+ ms\] ([a-z]+): ./;

setUp();

/** The lines of a part, without their heads. */
function toldBy(part: string, stderr: string): string[] {
  const lines = stderr.split('\n').filter((line) => debugLine.exec(line)?.[1] === part);
  return lines.map((line) => line.slice(line.indexOf(': ') + 2));
}

describe('an ingest', () => {
  test('tells nothing where nothing is asked for', async () => {
    await using ollama = await startOllama();
    const env = { OLLAMA_HOST: ollama.url };
    const plain = await workspace.embed(['ingest', 'docs', '-o', 'plain'], { env });
    const empty = await workspace.embed(['ingest', 'docs', '-o', 'empty'], {
      env: { ...env, EMBED_DEBUG: '' },
    });
    for (const { code, stderr } of [plain, empty]) {
      expect(code, stderr).toBe(0);
      expect(stderr).not.toMatch(/\d ms\]/);
    }
  });

  test('tells only of the parts that are named, and results stay apart', async () => {
    await using ollama = await startOllama();
    const env = { OLLAMA_HOST: ollama.url, EMBED_DEBUG: 'cache, embedder' };
    const { code, stdout, stderr } = await workspace.embed(['ingest', 'docs', '--json', '--quiet'], { env });
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ documents: { new: 1 } });
    const lines = stderr.trimEnd().split('\n');
    for (const line of lines) expect(line).toMatch(debugLine);
    expect(new Set(lines.map((line) => debugLine.exec(line)?.[1]))).toEqual(new Set(['cache', 'embedder']));
    const [chunk] = ollama.requests.filter(({ path }) => path === '/api/embed').slice(-1);
    expect(chunk).toBeDefined();
    expect(toldBy('cache', stderr).join('\n')).toContain(join(workspace.dir, '.home/.cache/embed'));
    expect(toldBy('cache', stderr)).toContain('asked for 1 vectors, had 0');
    const embedder = toldBy('embedder', stderr).join('\n');
    expect(embedder).toMatch(/opened ollama with \S+, \{"digest":"[0-9a-f]{64}"/);
    expect(embedder).toMatch(/vector space [0-9a-f]{32}/);
    expect(embedder).toContain(`Ollama at ${ollama.url}`);
    expect(embedder).toMatch(/request of 1 texts, \d+ tokens answered after \d+ ms/);
  });

  test('tells where each setting came from, what was left out, failed and written', async () => {
    await using ollama = await startOllama();
    const { dir } = workspace;
    const file = join(dir, '.batchrc.json');
    writeFileSync(file, JSON.stringify({ ollamaUrl: ollama.url, chunkSize: 200 }));
    writeFileSync(join(dir, 'docs/.gitignore'), 'b.md\n');
    writeFileSync(join(dir, 'docs/b.md'), 'Ignored.\n');
    writeFileSync(join(dir, 'docs/c.json'), '{"open":');
    const env = { EMBED_DEBUG: '*', MAX_BATCH_RETRIES: '2' };
    const { code, stderr } = await workspace.embed(['ingest', 'docs', '-o', 'index'], { env });
    expect(code, stderr).toBe(3);
    expect(toldBy('run', stderr)[0]).toContain(`Node ${process.version}`);
    const config = toldBy('config', stderr);
    expect(config).toContain(`read ${file}`);
    expect(config).toContain(`chunkSize is 200, from ${file} (chunkSize)`);
    expect(config).toContain('maxRetries is 2, from MAX_BATCH_RETRIES');
    expect(config).toContain('out is "index", from --out');
    const documents = toldBy('documents', stderr);
    expect(documents).toContain('left out (ignored): docs/b.md');
    expect(documents).toContain('left out (hidden): docs/.gitignore');
    expect(documents).toContain('failed (malformed): docs/c.json');
    expect(documents.join('\n')).toMatch(/docs\/c\.json can't be read: ./);
    expect(toldBy('chunks', stderr).join()).toContain('of 200 tokens');
    expect(toldBy('batching', stderr).join()).toContain('32 texts a request, 2 requests in flight');
    const output = toldBy('output', stderr);
    for (const step of ['locked', 'committed', 'unlocked']) {
      expect(output.some((line) => line.startsWith(step), step)).toBe(true);
    }
    const again = await workspace.embed(['search', 'mill', '--out', 'index'], { env });
    expect(toldBy('output', again.stderr).join()).toMatch(/documents 1, rows 1, made by ollama/);
  });

  test('tells of a fault and the next try', async () => {
    await using ollama = await startOllama();
    const env = { OLLAMA_HOST: ollama.url, EMBED_DEBUG: 'embedder' };
    ollama.script({ kind: 'answer', path: '/api/embed', status: 503, body: '{"error":"busy\\u001b[2J"}' });
    const { code, stderr } = await workspace.embed(['ingest', 'docs'], { env });
    expect(code, stderr).toBe(0);
    const embedder = toldBy('embedder', stderr).join('\n');
    expect(embedder).toMatch(/failed \(busy: .*\) after \d+ ms/);
    expect(embedder).not.toContain('given up');
    expect(stderr).not.toContain('\u001b[2J');
  });

  test('tells names as one harmless line, with no password', async () => {
    await using ollama = await startOllama();
    writeFileSync(join(workspace.dir, 'docs/x\u001b[2J\n[     1 ms] cache: a lie.bin'), 'x');
    const url = ollama.url.replace('//', '//user:hush-1234@');
    const env = { EMBED_DEBUG: 'all', OLLAMA_HOST: url };
    const { stderr } = await workspace.embed(['ingest', 'docs'], { env });
    expect(toldBy('documents', stderr).join('\n')).toContain('x\\u001b[2J\\n[     1 ms] cache: a lie.bin');
    expect(toldBy('cache', stderr).join()).not.toContain('a lie');
    expect(stderr).not.toContain('\u001b[2J');
    expect(toldBy('config', stderr).join()).toContain('user:****@');
    expect(stderr).not.toContain('hush-1234');
  });
});

test('an unknown part is named with those that there are, and stops nothing', async () => {
  const env = { EMBED_DEBUG: 'cash,config' };
  const { code, stderr } = await workspace.embed(['config'], { env });
  expect(code, stderr).toBe(0);
  expect(stderr).toContain('there is no part "cash"');
  expect(stderr).toContain(debugParts.join(', '));
  expect(toldBy('config', stderr)).toEqual(['no configuration file']);
});

test('doctor tells of each look', async () => {
  await using ollama = await startOllama();
  const env = { OLLAMA_HOST: ollama.url, EMBED_DEBUG: 'doctor' };
  const { stderr } = await workspace.embed(['doctor'], { env });
  expect(toldBy('doctor', stderr).join('\n')).toMatch(/^ollama\.reachable: ok after \d+ ms$/m);
});

test('the gateway tells of each request, at any log level', async () => {
  await using ollama = await startOllama();
  const env = { OLLAMA_HOST: ollama.url, EMBED_DEBUG: 'gateway' };
  const { child, done } = workspace.start(['serve', '--port', '0', '--log-level', 'silent'], { env });
  const url = await new Promise<string>((resolve) => {
    let text = '';
    child.stderr?.on('data', (part) => {
      text += part;
      const found = /embed gateway: (\S+)/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  await fetch(`${url}/api/tags?token=hush-1234`);
  child.kill('SIGTERM');
  const { stderr } = await done;
  expect(toldBy('gateway', stderr).join('\n')).toMatch(/ GET \/api\/tags: 200 after \d+ ms/);
  expect(stderr).not.toContain('hush-1234');
});

test.runIf(redisAvailable)('a Redis is told by its address, and when it is lost', async () => {
  await using ollama = await startOllama();
  const redis = await startRedis();
  try {
    const env = { OLLAMA_HOST: ollama.url, REDIS_URL: redis.url, EMBED_DEBUG: 'cache' };
    const { code, stderr } = await workspace.embed(['ingest', 'docs'], { env });
    expect(code, stderr).toBe(0);
    expect(toldBy('cache', stderr).join('\n')).toContain('opened Redis at redis://127.0.0.1');
  } finally {
    await redis.stop();
  }
});
