// A model that is pulled again during a run while its server keeps running: no connection breaks, and still nothing of
// it gets into the journal, a cache or the output.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeWarmWorkspace, type Workspace } from '../helpers/cli.js';
import { eventually } from '../helpers/eventually.js';
import { allMiniLm, faults, startOllama, type TestOllama } from '../helpers/ollama.js';
import { openingRequests } from '../helpers/opening.js';
import { fingerprint, readOutput } from '../helpers/output.js';
import { type RedisServer, redisAvailable, startRedis } from '../helpers/redis.js';
import { markdown, writeFiles } from './run-workspace.js';

const oldDigest = allMiniLm.digest;
const newDigest = 'e'.repeat(64);
const sentence =
  /Ollama at http:\/\/\S+ has another model under the name "all-minilm:latest" now \(digest e{12}, before 6cf97aa9ab2e\): put the old one back .*--rebuild/;
const ever = { times: Number.POSITIVE_INFINITY };

let workspace: Workspace;
let ollama: TestOllama;
let out: string;
/** What a run leaves that never saw another model, and the batches that it sends. */
let undisturbed: Record<string, string>;
let batches: number;

function prepare(): void {
  workspace = makeWarmWorkspace();
  out = join(workspace.dir, 'embeddings');
  writeFiles(workspace.dir, { 'docs/a.md': markdown('alpha', 10), 'docs/b.md': markdown('beta', 10) });
}

const fixed = ['--batch-size', '2', '--concurrency', '1'];
const commandOf = (args: readonly string[]) =>
  ['ingest', 'docs', '--ollama-url', ollama.url, '--model', 'all-minilm', ...fixed, ...args] as string[];
const start = (...args: string[]) => workspace.start(commandOf(args));
const ingest = (...args: string[]) => workspace.embed(commandOf(args));

/** The model of the run's own batch number `batch` is another one; `answers` says which of the two answers it. */
const replace = (batch: number, answers: 'old' | 'new') =>
  ollama.script({ kind: 'become', as: { digest: newDigest }, answers, after: openingRequests + batch });

/** Whose vectors the output holds. */
function owners(): Set<string> {
  const { rows, vectors } = readOutput(out);
  const own = rows.map(({ text }, row) => {
    const isOf = (digest: string) => {
      ollama.become({ digest });
      return Buffer.from(vectors[row]!.slice().buffer).equals(Buffer.from(ollama.vectorOf(text).buffer));
    };
    return isOf(oldDigest) ? 'old' : isOf(newDigest) ? 'new' : 'neither';
  });
  return new Set(own);
}

beforeAll(async () => {
  ollama = await startOllama();
  prepare();
  expect((await ingest('--cache', 'none')).code).toBe(0);
  undisturbed = fingerprint(out);
  batches = ollama.stats.embeds - openingRequests;
  expect(batches).toBeGreaterThan(8);
  await ollama.stop();
  workspace.remove();
});
beforeEach(async () => {
  ollama = await startOllama();
  prepare();
});
afterEach(async () => {
  await ollama.stop();
  workspace.remove();
});

describe('a model that is replaced in mid-run', () => {
  let redis: RedisServer | undefined;
  beforeAll(async () => {
    redis = redisAvailable ? await startRedis() : undefined;
  });
  afterAll(() => redis?.stop());

  const caches = [
    ['no cache', (_: string) => ['--cache', 'none']],
    ['a disk cache', (_: string) => ['--cache', 'disk']],
    ['Redis', (db: string) => ['--cache', 'redis', '--redis-url', `${redis?.url}/${db === 'old' ? 1 : 2}`]],
  ] as const;

  test.each(
    caches
      .filter(([name]) => name !== 'Redis' || redisAvailable)
      .flatMap(([name, flags]) =>
        (['old', 'new'] as const).map((answers) => [name, answers, flags] as const),
      ),
  )(
    'with %s, the %s model answers what is under way: exit 5, and the next run is right',
    async (_, answers, flags) => {
      replace(4, answers);
      const { code, stderr } = await ingest(...flags(answers));
      expect(stderr).toMatch(sentence);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(code).toBe(5);
      expect(Object.keys(fingerprint(out))).toEqual(['.run']);
      ollama.become({ digest: oldDigest });
      const before = ollama.stats.texts;
      expect((await ingest(...flags(answers))).code).toBe(0);
      expect(fingerprint(out)).toEqual(undisturbed);
      // What came before the change was kept.
      expect(ollama.stats.texts - before).toBeLessThan(batches * 2 + openingRequests + 2);
    },
  );

  test.each([
    ['the first batch', () => 0],
    ['the last batch', () => batches - 1],
  ])('with %s', async (_, batch) => {
    replace(batch(), 'new');
    const { code, stderr } = await ingest('--cache', 'disk');
    expect(stderr).toMatch(sentence);
    expect(code).toBe(5);
    ollama.become({ digest: oldDigest });
    expect((await ingest('--cache', 'disk')).code).toBe(0);
    expect(fingerprint(out)).toEqual(undisturbed);
  });

  test('and put to other names: exit 5, saying that it is gone', async () => {
    ollama.script({
      kind: 'become',
      as: { name: 'kept:latest' },
      answers: 'old',
      after: openingRequests + 3,
    });
    const { code, stderr } = await ingest('--cache', 'none');
    expect(stderr).toMatch(/no longer has the model "all-minilm:latest"|model \\?"all-minilm/);
    expect([4, 5]).toContain(code);
    ollama.become({ name: allMiniLm.name });
    expect((await ingest('--cache', 'none')).code).toBe(0);
    expect(fingerprint(out)).toEqual(undisturbed);
  });

  test('while the index is measured: exit 5', async () => {
    ollama.script({ kind: 'become', as: { digest: newDigest }, answers: 'new', after: 2 });
    const { code, stderr } = await ingest('--cache', 'none');
    expect(stderr).toMatch(sentence);
    expect(code).toBe(5);
  });

  test('of an existing index: it stays as it is', async () => {
    expect((await ingest('--cache', 'none')).code).toBe(0);
    writeFiles(workspace.dir, { 'docs/c.md': markdown('gamma', 10) });
    ollama.script({ kind: 'become', as: { digest: newDigest }, answers: 'new', after: 2 });
    expect((await ingest('--cache', 'none')).code).toBe(5);
    const { '.run': _, ...kept } = fingerprint(out);
    expect(kept).toEqual(undisturbed);
  });

  test('and the run is killed before the server has said so: the next one is right', async () => {
    const isNew = () => ollama.world.models[0]!.digest === newDigest;
    replace(4, 'new');
    ollama.script({ kind: 'hang', path: '/api/tags', when: isNew, ...ever });
    const run = start('--cache', 'disk');
    const since = () => ollama.requests.filter(({ path }) => path === '/api/tags').length;
    await eventually(isNew).toBe(true);
    const looks = since();
    // Further answers of the new model lie there beside the first.
    await eventually(() => ollama.stats.embeds).toBeGreaterThan(openingRequests + 6);
    run.child.kill('SIGKILL');
    expect((await run.done).signal).toBe('SIGKILL');
    expect(since()).toBeLessThanOrEqual(looks + 1);
    ollama.become({ digest: oldDigest });
    expect((await ingest('--cache', 'disk')).code).toBe(0);
    expect(fingerprint(out)).toEqual(undisturbed);
  });

  test('on one of three servers: the run goes on with the others, and says so once', async () => {
    const others = [await startOllama({ requestDelayMs: 20 }), await startOllama({ requestDelayMs: 20 })];
    const urls = others.flatMap(({ url }) => ['--ollama-url', url]);
    replace(1, 'new');
    const { code, stderr } = await ingest('--cache', 'none', ...urls);
    for (const server of others) await server.stop();
    expect(code).toBe(0);
    expect(fingerprint(out)).toEqual(undisturbed);
    expect(stderr.match(/Going on without/g)).toHaveLength(1);
    expect(stderr).toMatch(`Going on without ${ollama.url} until it is the same as before: Ollama at`);
    expect(stderr).toMatch(sentence);
  });

  describe('at any moment', () => {
    const seen = new Set<number | null>();
    // Some lie in the opening, some behind the end.
    const moments = Array.from({ length: 20 }, (_, index) => (index + 1) * 2);

    test.each(moments)('after %i requests, and a little: no output holds vectors of both', async (moment) => {
      const run = ingest('--cache', 'none');
      let ended = false;
      void run.then(() => {
        ended = true;
      });
      while (!ended && ollama.stats.requests < moment) await sleep(1);
      await sleep((moment * 3) % 5);
      ollama.become({ digest: newDigest });
      const { code, stderr } = await run;
      expect([0, 5], stderr).toContain(code);
      if (code === 0) expect(owners().size).toBe(1);
      seen.add(code);
    });

    test('some of which are noticed', () => {
      expect(seen).toContain(5);
    });
  });
});

describe('a look that fails', () => {
  test.each([
    ['answers 500', { kind: 'answer', status: 500, body: '{"error":"disk"}' } as const],
    ['answers 503', faults.busy()],
    ['answers garbage', { kind: 'answer', status: 200, body: '<html>' } as const],
    ['answers a list of nothing', { kind: 'answer', status: 200, body: '{"models":[null]}' } as const],
    ['loses its connection', { kind: 'reset' } as const],
  ])('once, as it %s: the batch is sent again, and all is right', async (_, fault) => {
    // The opening looks twice.
    ollama.script({ ...fault, path: '/api/tags', after: 4 });
    const { code, stderr } = await ingest('--cache', 'none');
    expect(stderr).not.toContain('failed:');
    expect(code).toBe(0);
    expect(fingerprint(out)).toEqual(undisturbed);
  });

  test('never, and the model is in no list any more: exit 5', async () => {
    ollama.script({
      kind: 'answer',
      status: 200,
      body: '{"models":[]}',
      path: '/api/tags',
      after: 4,
      ...ever,
    });
    const { code, stderr } = await ingest('--cache', 'none');
    expect(stderr).toMatch(/no longer has the model "all-minilm:latest" \(digest 6cf97aa9ab2e\): put/);
    expect(code).toBe(5);
  });

  test('always: exit 4, saying so, and nothing unconfirmed is kept', async () => {
    ollama.script({
      kind: 'answer',
      status: 500,
      body: '{"error":"disk"}',
      path: '/api/tags',
      after: 2,
      ...ever,
    });
    const { code, stderr } = await ingest('--cache', 'none', '--max-retries', '1');
    expect(code).toBe(4);
    expect(stderr).toMatch(/can't confirm that its model is still the same: .*500 \(disk\)/);
  });
});
